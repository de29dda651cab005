import { attemptOr } from '../../absence.ts';
import type { Tagged } from '../../address.ts';
import { field, instanceType, isSmi } from '../frames/heap-object.ts';
import type { ScriptLines } from '../frames/script-lines.ts';
import type { Isolate } from '../isolate.ts';
import { PromiseReader, PromiseState } from './promise-reader.ts';
import { SuspendedFrame } from './suspended-frame.ts';

/** One hop of an await chain: a function that awaits, or a combinator that it awaits through. */
export interface AwaitHop {
  /** "await", "Promise.all", "Promise.allSettled", "Promise.any". */
  readonly label: string;
  readonly frame: SuspendedFrame | undefined;
}

/** A hop by what it is in the heap: the JSGeneratorObject that awaits, or a combinator's name alone. */
export interface Waiter {
  readonly label: string;
  readonly generator: Tagged | undefined;
  /** What is settled when this hop is done. */
  readonly promise: Tagged | undefined;
}

const MAX_HOPS = 1000;
const MAX_PROMISES = 1 << 20;

/**
 * Follows promise reactions from what runs to the functions that wait for it, as V8 does for
 * `--async-stack-traces` (CaptureAsyncStackTrace, src/execution/isolate.cc): only where a promise is pending and
 * has exactly one reaction is it certain who waits.
 */
export class AwaitChain {
  readonly #isolate: Isolate;
  readonly #lines: ScriptLines;
  readonly #promises: PromiseReader;
  /** By promise: who waits for it. */
  readonly #waiters = new Map<Tagged, Waiter | undefined>();

  constructor(isolate: Isolate, lines: ScriptLines) {
    this.#isolate = isolate;
    this.#lines = lines;
    this.#promises = new PromiseReader(isolate);
  }

  /** Who waits for the microtask that runs, innermost first; empty if none runs. */
  ofCurrentMicrotask(): AwaitHop[] {
    const promise = attemptOr(undefined, () => {
      const { runtime } = this.#isolate;
      const { reactionJob } = runtime.layout.async;
      const task = this.#isolate.root('current_microtask');
      if (!this.#isReactionJob(task)) return undefined;
      const beside = field(runtime, task, reactionJob.promiseOrCapability);
      const next = this.#promises.continuation(field(runtime, task, reactionJob.handler), beside);
      // The function that goes on in this microtask is on the stack itself.
      return next.kind === 'await'
        ? this.#promises.promiseOfGenerator(next.generator)
        : this.#promises.promiseOf(beside);
    });
    return this.hops(this.ofPromise(promise));
  }

  /** Who waits for a suspended async function or generator, innermost first. */
  ofGenerator(generator: Tagged): Waiter[] {
    return this.ofPromise(attemptOr(undefined, () => this.#promises.promiseOfGenerator(generator)));
  }

  /** The next function that waits for a suspended one, whatever promises lie between. */
  waiterOf(generator: Tagged): Tagged | undefined {
    const promise = attemptOr(undefined, () => this.#promises.promiseOfGenerator(generator));
    for (const waiter of this.#following(promise))
      if (waiter.generator !== undefined) return waiter.generator;
    return undefined;
  }

  /** Who waits for a promise, innermost first. */
  ofPromise(promise: Tagged | undefined): Waiter[] {
    const waiters: Waiter[] = [];
    for (const waiter of this.#following(promise)) {
      if (waiter.label !== '') waiters.push(waiter);
      if (waiters.length === MAX_HOPS) break;
    }
    return waiters;
  }

  /** From a promise on, who waits for each; no promise twice. */
  *#following(promise: Tagged | undefined): Generator<Waiter> {
    const seen = new Set<Tagged>();
    for (let at = promise; at !== undefined && !seen.has(at) && seen.size < MAX_PROMISES; ) {
      seen.add(at);
      const next = this.next(at);
      if (next) yield next;
      at = next?.promise;
    }
  }

  hops(waiters: readonly Waiter[]): AwaitHop[] {
    return waiters.flatMap(({ label, generator }): AwaitHop[] => {
      if (generator === undefined) return [{ label, frame: undefined }];
      const frame = attemptOr(undefined, () => new SuspendedFrame(this.#isolate, generator, this.#lines));
      return frame ? [{ label, frame }] : [];
    });
  }

  /** The only one who waits for a promise; its label is '' where one promise just stands for another. */
  next(promise: Tagged): Waiter | undefined {
    let waiter = this.#waiters.get(promise);
    if (waiter === undefined && !this.#waiters.has(promise)) {
      waiter = attemptOr(undefined, () => this.#next(promise));
      this.#waiters.set(promise, waiter);
    }
    return waiter;
  }

  #next(promise: Tagged): Waiter | undefined {
    const { runtime } = this.#isolate;
    const { objects, types } = runtime.layout;
    if (this.#promises.state(promise) !== PromiseState.pending) return undefined;
    const reaction = field(runtime, promise, objects.promise.reactionsOrResult);
    if (instanceType(runtime, reaction) !== types.PROMISE_REACTION) return undefined;
    if (!isSmi(field(runtime, reaction, objects.promiseReaction.next))) return undefined;
    const next = this.#promises.continuationOf(reaction);
    if (next.kind === 'settle')
      return { label: next.label ?? '', generator: undefined, promise: next.promise };
    const { generator } = next;
    return { label: 'await', generator, promise: this.#promises.promiseOfGenerator(generator) };
  }

  #isReactionJob(word: Tagged): boolean {
    const { runtime } = this.#isolate;
    const type = instanceType(runtime, word);
    return (
      type !== undefined &&
      ['promise_fulfill_reaction_job_task_map', 'promise_reject_reaction_job_task_map'].some(
        (root) => this.#isolate.instanceTypeOfRootMap(root) === type,
      )
    );
  }
}
