import { attemptOr } from '../absence.ts';
import type { Tagged } from '../address.ts';
import { PromiseReader, PromiseState } from '../v8/async/promise-reader.ts';
import { field, instanceType } from '../v8/frames/heap-object.ts';
import type { Isolate } from '../v8/isolate.ts';

/** A promise on which another one depends, and the combinator between them, if one is. */
export interface Upstream {
  readonly promise: Tagged;
  readonly label: string | undefined;
}

/** The objects of a heap that promises and what waits for them consist of. */
export interface PromiseObjects {
  /** JSGeneratorObjects of async functions and async generators, suspended or not. */
  readonly generators: readonly Tagged[];
  readonly promises: readonly Tagged[];
  /** Microtasks that have not run. */
  readonly microtasks: readonly Tagged[];
  /** Functions that may be a promise's `resolve` or `reject`. */
  readonly functions: readonly Tagged[];
}

const THENABLE_JOB = 'promise_resolve_thenable_job_task_map';

/** Instance types of what PromiseLinks is made from, functions aside. */
export function promiseTypes(isolate: Isolate) {
  const { types } = isolate.runtime.layout;
  return {
    generators: [types.JS_ASYNC_FUNCTION_OBJECT, types.JS_ASYNC_GENERATOR_OBJECT],
    promises: [types.JS_PROMISE],
    microtasks: [
      'promise_fulfill_reaction_job_task_map',
      'promise_reject_reaction_job_task_map',
      THENABLE_JOB,
    ].map((map) => isolate.instanceTypeOfRootMap(map)),
  };
}

/** Of all promises of a heap: who waits for each, and what could settle it. */
export class PromiseLinks {
  readonly #isolate: Isolate;
  readonly #reader: PromiseReader;
  /** By JSGeneratorObject: the promise that it awaits. */
  readonly #awaited = new Map<Tagged, Tagged>();
  readonly #upstream = new Map<Tagged, Upstream[]>();
  readonly #resolvers = new Map<Tagged, Tagged[]>();
  readonly #owners = new Map<Tagged, Tagged>();
  /** Promises and JSGeneratorObjects whose turn a microtask is. */
  readonly #ready = new Set<Tagged>();

  constructor(isolate: Isolate, { generators, promises, microtasks, functions }: PromiseObjects) {
    this.#isolate = isolate;
    this.#reader = new PromiseReader(isolate);
    for (const promise of promises) attemptOr(undefined, () => this.#addPromise(promise));
    for (const task of microtasks) attemptOr(undefined, () => this.#addTask(task));
    for (const fn of functions) {
      const promise = attemptOr(undefined, () => this.#reader.settledBy(fn));
      if (promise !== undefined) push(this.#resolvers, promise, fn);
    }
    for (const generator of generators) {
      attemptOr(undefined, () => {
        for (const promise of this.#reader.promisesOfGenerator(generator))
          this.#owners.set(promise, generator);
      });
    }
  }

  /** The promise that a suspended function awaits. */
  awaitedBy(generator: Tagged): Tagged | undefined {
    return this.#awaited.get(generator);
  }

  /** True for functions and promises that a microtask goes on with, and for promises that are settled. */
  isReady(word: Tagged): boolean {
    return this.#ready.has(word);
  }

  /** The promises on which one depends. */
  upstreamOf(promise: Tagged): readonly Upstream[] {
    return this.#upstream.get(promise) ?? [];
  }

  /** The `resolve` and `reject` functions of a promise that were not called yet. */
  resolversOf(promise: Tagged): readonly Tagged[] {
    return this.#resolvers.get(promise) ?? [];
  }

  /** The async function or generator whose result a promise is. */
  ownerOf(promise: Tagged): Tagged | undefined {
    return this.#owners.get(promise);
  }

  #addPromise(promise: Tagged): void {
    if (this.#reader.state(promise) !== PromiseState.pending) {
      this.#ready.add(promise);
      return;
    }
    for (const reaction of this.#reader.reactions(promise)) {
      const next = this.#reader.continuationOf(reaction);
      if (next.kind === 'await') this.#awaited.set(next.generator, promise);
      else if (next.promise !== undefined) push(this.#upstream, next.promise, { promise, label: next.label });
    }
  }

  #addTask(task: Tagged): void {
    const { runtime } = this.#isolate;
    const { async } = runtime.layout;
    if (instanceType(runtime, task) === this.#isolate.instanceTypeOfRootMap(THENABLE_JOB)) {
      this.#ready.add(field(runtime, task, async.thenableJob.promise));
      return;
    }
    const { handler, promiseOrCapability } = async.reactionJob;
    const next = this.#reader.continuation(
      field(runtime, task, handler),
      field(runtime, task, promiseOrCapability),
    );
    const goesOn = next.kind === 'await' ? next.generator : next.promise;
    if (goesOn !== undefined) this.#ready.add(goesOn);
  }
}

function push<T>(map: Map<Tagged, T[]>, key: Tagged, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
