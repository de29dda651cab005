/** The process that holds one dump's heap, seen from the extension. */
import { type ChildProcess, fork } from 'node:child_process';
import * as path from 'node:path';
import type { FromHeap, HeapFailure, Request, ToHeap } from '../../heap-process/protocol.ts';
import { nodeEnvironment } from '../analysis.ts';

export type LoadState =
  | { readonly type: 'loading'; readonly done: number; readonly total: number }
  | { readonly type: 'opened' }
  | { readonly type: 'failure'; readonly failure: HeapFailure };

export type Answer = { readonly result: unknown } | { readonly failure: HeapFailure };

export class HeapProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #listeners = new Set<(state: LoadState) => void>();
  #state: LoadState = { type: 'loading', done: 0, total: 0 };
  #next = 1;
  #stderr = '';

  constructor(extensionPath: string, dump: string) {
    this.#child = fork(path.join(extensionPath, 'dist', 'heap-process.js'), [dump], {
      execPath: process.execPath,
      // Graphs lie outside of V8's heap; tables of names do not.
      execArgv: ['--max-old-space-size=8192'],
      env: { ...process.env, ...nodeEnvironment },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-2000);
    });
    this.#child.on('message', (message: FromHeap) => this.#receive(message));
    this.#child.on('error', (error) => this.#fail(error.message));
    this.#child.on('exit', () => this.#fail('The heap’s process ended.'));
  }

  get state(): LoadState {
    return this.#state;
  }

  /** True while the process can answer, or will once the heap is there. */
  get isAlive(): boolean {
    return this.#state.type !== 'failure';
  }

  onState(listener: (state: LoadState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Asks; the id is the process's own. */
  ask({ method, params }: Request, signal: AbortSignal): Promise<Answer> {
    const id = this.#next++;
    return new Promise((resolve) => {
      if (this.#state.type === 'failure') return resolve({ failure: this.#state.failure });
      this.#waiting.set(id, resolve);
      signal.addEventListener('abort', () => {
        if (!this.#waiting.delete(id)) return;
        this.#send({ type: 'cancel', id });
        resolve({ failure: { code: 'CANCELLED', message: 'No longer wanted.', hint: null } });
      });
      this.#send({ type: 'request', request: { id, method, params } as Request });
    });
  }

  end(): void {
    this.#listeners.clear();
    this.#child.kill('SIGKILL');
  }

  #send(message: ToHeap): void {
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  #receive(message: FromHeap) {
    switch (message.type) {
      case 'progress':
        return this.#become({ type: 'loading', done: message.done, total: message.total });
      case 'opened':
        return this.#become({ type: 'opened' });
      case 'failed':
        return this.#become({ type: 'failure', failure: message.failure });
      case 'answer':
        return this.#answer(message.id, { result: message.result });
      case 'refusal':
        return this.#answer(message.id, { failure: message.failure });
    }
  }

  #answer(id: number, answer: Answer): void {
    this.#waiting.get(id)?.(answer);
    this.#waiting.delete(id);
  }

  #become(state: LoadState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }

  #fail(message: string): void {
    if (this.#state.type !== 'failure')
      this.#become({ type: 'failure', failure: { code: null, message, hint: this.#stderr || null } });
    const { failure } = this.#state as { failure: HeapFailure };
    for (const id of [...this.#waiting.keys()]) this.#answer(id, { failure });
  }
}
