import type { Worker } from 'node:worker_threads';
import { startWorker } from '../engine/threads/start-worker.ts';
import type { FromHeap, ToHeap } from './protocol.ts';

/** The thread that holds the heap, while anybody looks at it. */
export class HeapThread {
  readonly #send: (message: FromHeap) => void;
  #worker: Worker | null = null;

  constructor(send: (message: FromHeap) => void) {
    this.#send = send;
  }

  open(message: Extract<ToHeap, { type: 'open' }>): void {
    this.close();
    const worker = startWorker(import.meta.url, './heap-thread.js', './thread.ts', { workerData: message });
    this.#worker = worker;
    // What an ended thread still had to say is not of interest.
    const isCurrent = () => this.#worker === worker;
    worker.on('message', (answer: FromHeap) => {
      if (isCurrent()) this.#send(answer);
    });
    worker.on('error', (error: NodeJS.ErrnoException) => {
      if (!isCurrent()) return;
      this.#worker = null;
      const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      const message = isMemory ? 'The heap does not fit into this machine’s memory.' : error.message;
      this.#send({ type: 'failed', failure: { code: null, message, hint: null } });
    });
  }

  /** Ends the work and gives the memory back. */
  close(): void {
    void this.#worker?.terminate();
    this.#worker = null;
  }

  tell(message: ToHeap): void {
    this.#worker?.postMessage(message);
  }
}
