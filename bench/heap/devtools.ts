/** Chrome DevTools' engine as its front end runs it: a second worker shares the work. */
import { createReadStream } from 'node:fs';
import process from 'node:process';
import { isMainThread, MessageChannel, type MessagePort, Worker, workerData } from 'node:worker_threads';
import { report } from './report.ts';

interface Engine {
  HeapSnapshotLoader: new (
    dispatcher: object,
  ) => {
    write(text: string): void;
    close(): void;
    buildSnapshot(port: object): Promise<{
      nodeCount: number;
      retainedSizes: Float64Array;
      aggregatesWithFilter(filter: object): Record<string, { count: number }>;
    }>;
  };
  SecondaryInitManager: new (port: object) => object;
}

const file: string = isMainThread ? process.argv[2]! : workerData.file;
const engine = (await import(isMainThread ? process.argv[3]! : workerData.engine)) as Engine;
if (isMainThread) {
  console.warn = () => undefined;
  const channel = new MessageChannel();
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { file, engine: process.argv[3], port: channel.port2 },
    transferList: [channel.port2],
  });
  const loader = new engine.HeapSnapshotLoader({ sendEvent: () => undefined });
  for await (const text of createReadStream(file, { encoding: 'latin1', highWaterMark: 1 << 22 }))
    loader.write(text as string);
  loader.close();
  const snapshot = await loader.buildSnapshot(channel.port1);
  const classes = Object.values(snapshot.aggregatesWithFilter({}));
  report({
    nodes: snapshot.nodeCount,
    classes: classes.length,
    counted: classes.reduce((sum, c) => sum + c.count, 0),
    retained: snapshot.retainedSizes[0]!,
  });
  channel.port1.close();
  await worker.terminate();
} else {
  new engine.SecondaryInitManager(workerData.port as MessagePort);
}
