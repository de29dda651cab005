/** The extension on the other side of this webview: requests with answers, and what it tells by itself. */
import type { FromExplorer, ToExplorer } from '../../src/extension/heap/messages.ts';
import type { HeapFailure, Method, Params, Request, Result } from '../../src/heap-process/protocol.ts';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();

interface Waiting {
  resolve(result: unknown): void;
  reject(failure: HeapFailure): void;
}

const waiting = new Map<number, Waiting>();
let nextId = 1;

export function post(message: FromExplorer): void {
  api.postMessage(message);
}

/** Rejects with a HeapFailure. An answer that is no longer wanted when `signal` aborts is not waited for. */
export function ask<M extends Method>(
  method: M,
  params: Params<M>,
  signal?: AbortSignal,
): Promise<Result<M>> {
  const id = nextId++;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve: (result) => resolve(result as Result<M>), reject });
    signal?.addEventListener('abort', () => {
      if (!waiting.delete(id)) return;
      post({ type: 'cancel', id });
      reject({ code: 'CANCELLED', message: 'No longer wanted.', hint: null } satisfies HeapFailure);
    });
    post({ type: 'request', request: { id, method, params } as Request });
  });
}

/** Hears all messages but answers. */
export function listen(listener: (message: ToExplorer) => void): void {
  window.addEventListener('message', (event: MessageEvent<ToExplorer>) => {
    const message = event.data;
    if (message.type === 'answer') waiting.get(message.id)?.resolve(message.result);
    else if (message.type === 'refusal') waiting.get(message.id)?.reject(message.failure);
    else return listener(message);
    waiting.delete(message.id);
  });
}

export function savedState(): unknown {
  return api.getState();
}

export function saveState(state: unknown): void {
  api.setState(state);
}
