import type { Worker } from 'node:worker_threads';
import { startWorker } from './start-worker.ts';
import type { Answer, Request, Tasks } from './tasks.ts';

/** A second thread for the engine's heavy loops; arrays are shared with it, never copied. */
export class HelperThread<T extends Tasks<T>> {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { done: (value: unknown) => void; failed: (error: Error) => void }>();
  #next = 0;
  #ended: Error | null = null;

  /** The arguments are those of `startWorker`. */
  constructor(from: string, bundled: string, source: string) {
    this.#worker = startWorker(from, bundled, source);
    this.#worker.unref();
    this.#worker.on('message', (message: Answer) => {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.error !== undefined) waiting?.failed(new Error(message.error));
      else waiting?.done(message.value);
    });
    const fail = (error: Error) => {
      this.#ended = error;
      for (const waiting of this.#waiting.values()) waiting.failed(error);
      this.#waiting.clear();
    };
    this.#worker.on('error', fail);
    this.#worker.on('exit', () => fail(new Error('the helper thread ended')));
  }

  /**
   * Runs a task there; the promise settles when this thread is idle again. After the last one the thread ends
   * at once, and gives its memory back.
   */
  run<K extends keyof T & string>(kind: K, input: T[K]['input'], isLast = false): Promise<T[K]['result']> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = this.#next++;
    const result = new Promise<T[K]['result']>((done, failed) => {
      this.#waiting.set(id, { done, failed });
    }).finally(() => {
      if (this.#waiting.size === 0) this.#worker.unref();
    });
    // It is awaited only after this thread's own share of the work, or never, if that fails.
    result.catch(() => undefined);
    this.#worker.ref();
    this.#worker.postMessage({ id, kind, input, isLast } satisfies Request);
    return result;
  }

  close(): void {
    void this.#worker.terminate();
  }
}
