/** The thread that opens one dump's heap and answers about it, one request after the other. */
import { statSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { DayAfterError } from '../engine/errors.ts';
import { Answers } from './answers.ts';
import { bounded } from './bounded.ts';
import { openHeap } from './open-heap.ts';
import type { FromHeap, HeapFailure, Request, ToHeap } from './protocol.ts';

const PROGRESS_INTERVAL = 100;
/** Bytes of a dump that takes seconds to read. */
const LARGE = 200e6;

const port = parentPort!;
const { dump, options } = workerData as Extract<ToHeap, { type: 'open' }>;
try {
  // The editor, and other dumps, must answer while a heap of a gigabyte is read. On Linux this concerns the
  // thread and its helpers alone; nobody but root can take it back, so small dumps are left as they are.
  if (statSync(dump).size > LARGE) setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
} catch {
  // A file that cannot be opened is told of below; a system may not allow it.
}
const waiting = new Map<number, Request>();
let answers: Answers | null = null;
let working = false;

function send(message: FromHeap): void {
  port.postMessage(message);
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
      const result = await answers.answer(request);
      // A script's text goes to the editor, which takes it whole.
      send({ type: 'answer', id, result: request.method === 'source' ? result : bounded(result) });
    } catch (error) {
      send({ type: 'refusal', id, failure: failureOf(error) });
    }
    // Messages that cancel what waits are read in between.
    await new Promise(setImmediate);
  }
  working = false;
}

port.on('message', (message: ToHeap) => {
  if (message.type === 'cancel') waiting.delete(message.id);
  else if (message.type === 'request') {
    waiting.set(message.request.id, message.request);
    void work();
  }
});

let told = 0;
try {
  const opened = await openHeap(dump, options, (done, total) => {
    const now = Date.now();
    if (now - told < PROGRESS_INTERVAL) return;
    told = now;
    send({ type: 'progress', done, total });
  });
  answers = new Answers(opened);
  send({ type: 'opened' });
  await work();
} catch (error) {
  send({ type: 'failed', failure: failureOf(error) });
  port.close();
}
