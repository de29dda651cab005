/** The process of one dump, seen from the extension. */
import { type ChildProcess, fork } from 'node:child_process';
import * as path from 'node:path';
import type {
  DumpOptions,
  FromHeap,
  HeapFailure,
  Method,
  Params,
  Request,
  Result,
  ToHeap,
} from '../../heap-process/protocol.ts';
import { nodeEnvironment } from '../analysis.ts';

export type LoadState =
  | { readonly type: 'closed' }
  | { readonly type: 'loading'; readonly done: number; readonly total: number }
  | { readonly type: 'opened' }
  | { readonly type: 'failure'; readonly failure: HeapFailure };

export type Answer = { readonly result: unknown } | { readonly failure: HeapFailure };

export interface DebugListener {
  message(message: unknown): void;
  /** The process is gone. */
  ended(reason: string): void;
}

export class HeapProcess {
  readonly #child: ChildProcess;
  readonly #dump: string;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #listeners = new Set<(state: LoadState) => void>();
  readonly #debuggers = new Map<number, DebugListener>();
  #state: LoadState = { type: 'closed' };
  #next = 1;
  #stderr = '';
  #isAlive = true;

  constructor(extensionPath: string, dump: string) {
    this.#dump = dump;
    this.#child = fork(path.join(extensionPath, 'dist', 'heap-process.js'), [], {
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
    this.#child.on('error', (error) => this.#ended(error.message));
    this.#child.on('exit', () => this.#ended('The dump’s process ended.'));
  }

  get id(): number | undefined {
    return this.#child.pid;
  }

  get state(): LoadState {
    return this.#state;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Reads the heap, if that is not done already or being done. */
  openHeap(options: DumpOptions): void {
    if (this.#state.type === 'loading' || this.#state.type === 'opened') return;
    this.#become({ type: 'loading', done: 0, total: 0 });
    this.#send({ type: 'open', dump: this.#dump, options });
  }

  closeHeap(): void {
    this.#state = { type: 'closed' };
    this.#send({ type: 'close' });
  }

  onState(listener: (state: LoadState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Asks about the heap; the id is the process's own. */
  request({ method, params }: Pick<Request, 'method' | 'params'>, signal: AbortSignal): Promise<Answer> {
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

  /** As `request`; undefined where there is no answer. */
  async ask<M extends Method>(method: M, params: Params<M>): Promise<Result<M> | undefined> {
    const answer = await this.request({ method, params } as Request, new AbortController().signal);
    return 'result' in answer ? (answer.result as Result<M>) : undefined;
  }

  /** A debug session in the process. Returns the function that ends it. */
  debug(session: number, listener: DebugListener): () => void {
    this.#debuggers.set(session, listener);
    return () => {
      this.#debuggers.delete(session);
      this.#send({ type: 'debugEnd', session });
    };
  }

  tellDebugger(session: number, message: unknown): void {
    this.#send({ type: 'debug', session, message });
  }

  end(): void {
    this.#listeners.clear();
    this.#debuggers.clear();
    this.#isAlive = false;
    this.#child.kill('SIGKILL');
  }

  #send(message: ToHeap): void {
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  #receive(message: FromHeap) {
    switch (message.type) {
      case 'debug':
        return this.#debuggers.get(message.session)?.message(message.message);
      case 'progress':
        return this.#become({ type: 'loading', done: message.done, total: message.total });
      case 'opened':
        return this.#become({ type: 'opened' });
      case 'failed':
        return this.#fail(message.failure);
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

  #fail(failure: HeapFailure): void {
    if (this.#state.type !== 'closed') this.#become({ type: 'failure', failure });
    for (const id of [...this.#waiting.keys()]) this.#answer(id, { failure });
  }

  #ended(message: string): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    this.#fail({ code: null, message, hint: this.#stderr || null });
    for (const listener of this.#debuggers.values()) listener.ended(message);
    this.#debuggers.clear();
  }
}
