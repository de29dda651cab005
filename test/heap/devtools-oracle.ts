import { createReadStream } from 'node:fs';
import { MessageChannel } from 'node:worker_threads';
import { devtoolsEngine } from './devtools.ts';

/** What of DevTools' JSHeapSnapshot the tests look at. */
export interface DevToolsSnapshot {
  nodeCount: number;
  retainedSizes: Float64Array;
  dominatorsTree: Uint32Array;
  nodeDistances: Int32Array;
  nodes: { getValue(index: number): number };
  nodeFieldCount: number;
  nodeSelfSizeOffset: number;
  nodeIdOffset: number;
  totalSize: number;
  applyInterfaceDefinitions(definitions: unknown[]): void;
  interfaceDefinitions(): string;
  aggregatesWithFilter(filter: object): Record<string, DevToolsClass>;
}

export interface DevToolsClass {
  name: string;
  count: number;
  self: number;
  maxRet: number;
  distance: number;
}

/** Loads a snapshot with DevTools' own engine, in this thread. */
export async function loadWithDevTools(file: string): Promise<DevToolsSnapshot> {
  const engine = (await import(await devtoolsEngine())) as {
    HeapSnapshotLoader: new (
      dispatcher: object,
    ) => {
      write(text: string): void;
      close(): void;
      buildSnapshot(port: object): Promise<DevToolsSnapshot>;
    };
    SecondaryInitManager: new (port: object) => object;
  };
  const loader = new engine.HeapSnapshotLoader({ sendEvent: () => undefined });
  for await (const text of createReadStream(file, { encoding: 'latin1', highWaterMark: 1 << 20 }))
    loader.write(text as string);
  loader.close();
  const channel = new MessageChannel();
  new engine.SecondaryInitManager(channel.port2);
  // It prints the nodes that only weak edges lead to.
  const { warn } = console;
  console.warn = () => undefined;
  try {
    return await loader.buildSnapshot(channel.port1);
  } finally {
    console.warn = warn;
    channel.port1.close();
    channel.port2.close();
  }
}
