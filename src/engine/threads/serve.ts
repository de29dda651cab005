import { parentPort, type TransferListItem } from 'node:worker_threads';
import type { Answer, Request, Tasks } from './tasks.ts';

/** A result whose buffers are given away instead of copied. */
export class Transferred<V> {
  readonly value: V;
  readonly buffers: readonly TransferListItem[];

  constructor(value: V, buffers: readonly TransferListItem[]) {
    this.value = value;
    this.buffers = buffers;
  }
}

type Handlers<T extends Tasks<T>> = {
  readonly [K in keyof T]: (input: T[K]['input']) => T[K]['result'] | Transferred<T[K]['result']>;
};

/** Performs the tasks that a HelperThread of these tasks asks for. */
export function serve<T extends Tasks<T>>(handlers: Handlers<T>): void {
  parentPort?.on('message', ({ id, kind, input, isLast }: Request) => {
    try {
      const value = handlers[kind as keyof T](input);
      if (value instanceof Transferred)
        parentPort?.postMessage({ id, value: value.value } satisfies Answer, value.buffers);
      else parentPort?.postMessage({ id, value } satisfies Answer);
    } catch (error) {
      parentPort?.postMessage({ id, error: String(error) } satisfies Answer);
    }
    if (isLast) parentPort?.close();
  });
}
