/** A process that holds one dump's heap and answers about it over its IPC channel (protocol.ts). */
import { openGraph } from '../engine/analyses/open-graph.ts';
import { DayAfterError } from '../engine/errors.ts';
import { Answers } from './answers.ts';
import { bounded } from './bounded.ts';
import type { FromHeap, HeapFailure, Request, ToHeap } from './protocol.ts';

const PROGRESS_INTERVAL = 100;

const waiting = new Map<number, Request>();
let answers: Answers | null = null;
let working = false;

function send(message: FromHeap): void {
  if (process.connected) process.send?.(message);
}

function failureOf(error: unknown): HeapFailure {
  if (error instanceof DayAfterError)
    return { code: error.code, message: error.message, hint: error.hint ?? null };
  return { code: null, message: error instanceof Error ? error.message : String(error), hint: null };
}

async function work(): Promise<void> {
  if (working || !answers) return;
  working = true;
  for (const [id, request] of waiting) {
    waiting.delete(id);
    try {
      send({ type: 'answer', id, result: bounded(await answers.answer(request)) });
    } catch (error) {
      send({ type: 'refusal', id, failure: failureOf(error) });
    }
    // Messages that cancel what waits are read in between.
    await new Promise(setImmediate);
  }
  working = false;
}

process.on('message', (message: ToHeap) => {
  if (message.type === 'cancel') waiting.delete(message.id);
  else {
    waiting.set(message.request.id, message.request);
    void work();
  }
});
process.on('disconnect', () => process.exit());

let told = 0;
try {
  const heap = await openGraph(process.argv[2]!, {
    progress: (done, total) => {
      const now = Date.now();
      if (now - told < PROGRESS_INTERVAL) return;
      told = now;
      send({ type: 'progress', done, total });
    },
  });
  answers = new Answers(heap);
  send({ type: 'opened' });
  await work();
} catch (error) {
  send({ type: 'failed', failure: failureOf(error) });
  process.disconnect?.();
}
