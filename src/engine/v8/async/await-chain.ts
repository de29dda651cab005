import { attemptOr } from '../../absence.ts';
import type { Tagged } from '../../address.ts';
import { field, instanceType, isFunction, isSmi, ofType, smiValue } from '../frames/heap-object.ts';
import type { ScriptLines } from '../frames/script-lines.ts';
import { builtinIdOf, sharedOf } from '../frames/shared-function-info.ts';
import type { Isolate } from '../isolate.ts';
import { SuspendedFrame } from './suspended-frame.ts';

/** One hop of an await chain: a function that awaits, or a combinator that it awaits through. */
export interface AwaitHop {
  /** "await", "Promise.all", "Promise.allSettled", "Promise.any". */
  readonly label: string;
  readonly frame: SuspendedFrame | undefined;
}

const MAX_HOPS = 1000;
/** Builtins that go on with an async function or generator (builtins/builtins-async-*.cc, *.tq). */
const AWAIT_CLOSURE = /^Async(Function|Generator)(Await(Resolve|Reject)|Yield(WithAwait)?Resolve)Closure$/;
const COMBINATORS: readonly (readonly [builtin: RegExp, label: string])[] = [
  [/^PromiseAllResolveElementClosure$/, 'Promise.all'],
  [/^PromiseAllSettled(Resolve|Reject)ElementClosure$/, 'Promise.allSettled'],
  [/^PromiseAnyRejectElementClosure$/, 'Promise.any'],
];
const CAPABILITY_CLOSURE = /^PromiseCapabilityDefault(Resolve|Reject)$/;

/**
 * Follows promise reactions from what runs to the functions that wait for it, as V8 does for
 * `--async-stack-traces` (CaptureAsyncStackTrace, src/execution/isolate.cc): only where a promise is pending and
 * has exactly one reaction is it certain who waits.
 */
export class AwaitChain {
  readonly #isolate: Isolate;
  readonly #lines: ScriptLines;

  constructor(isolate: Isolate, lines: ScriptLines) {
    this.#isolate = isolate;
    this.#lines = lines;
  }

  /** Who waits for the microtask that runs, innermost first; empty if none runs. */
  ofCurrentMicrotask(): AwaitHop[] {
    return attemptOr([], () => {
      const { runtime } = this.#isolate;
      const { reactionJob } = runtime.layout.async;
      const task = this.#isolate.root('current_microtask');
      if (!this.#isReactionJob(task)) return [];
      const generator = this.#generatorOf(
        field(runtime, task, reactionJob.handler),
        field(runtime, task, reactionJob.promiseOrCapability),
      );
      // The function that goes on in this microtask is on the stack itself.
      const promise =
        generator === undefined
          ? this.#promiseOf(field(runtime, task, reactionJob.promiseOrCapability))
          : this.#promiseOfGenerator(generator);
      return this.ofPromise(promise);
    });
  }

  /** Who waits for a suspended async function or generator, innermost first. */
  ofGenerator(generator: Tagged): AwaitHop[] {
    return this.ofPromise(attemptOr(undefined, () => this.#promiseOfGenerator(generator)));
  }

  /** Who waits for a promise, innermost first. */
  ofPromise(promise: Tagged | undefined): AwaitHop[] {
    const hops: AwaitHop[] = [];
    const seen = new Set<Tagged>();
    for (let current = promise; current !== undefined && hops.length < MAX_HOPS && !seen.has(current); ) {
      seen.add(current);
      const next: { hop: AwaitHop | undefined; promise: Tagged | undefined } | undefined = attemptOr(
        undefined,
        () => this.#next(current!),
      );
      if (next?.hop) hops.push(next.hop);
      current = next?.promise;
    }
    return hops;
  }

  #next(promise: Tagged): { hop: AwaitHop | undefined; promise: Tagged | undefined } | undefined {
    const { runtime } = this.#isolate;
    const { objects, types, async } = runtime.layout;
    if ((smiValue(field(runtime, promise, objects.promise.flags)) & 3) !== 0) return undefined;
    const reaction = field(runtime, promise, objects.promise.reactionsOrResult);
    if (instanceType(runtime, reaction) !== types.PROMISE_REACTION) return undefined;
    if (!isSmi(field(runtime, reaction, objects.promiseReaction.next))) return undefined;
    const handler = field(runtime, reaction, objects.promiseReaction.fulfillHandler);
    const waiter = field(runtime, reaction, objects.promiseReaction.promiseOrCapability);
    const generator = this.#generatorOf(handler, waiter);
    if (generator !== undefined) {
      const frame = new SuspendedFrame(this.#isolate, generator, this.#lines);
      return { hop: { label: 'await', frame }, promise: this.#promiseOfGenerator(generator) };
    }
    const builtin = this.#builtinName(handler);
    const combinator =
      builtin === undefined ? undefined : COMBINATORS.find(([pattern]) => pattern.test(builtin));
    if (combinator) {
      const context = field(runtime, handler, objects.function.context);
      const capability = this.#slot(context, async.allContext.capability);
      return {
        hop: { label: combinator[1], frame: undefined },
        promise: capability === undefined ? undefined : this.#promiseOf(capability),
      };
    }
    if (builtin !== undefined && CAPABILITY_CLOSURE.test(builtin)) {
      const context = field(runtime, handler, objects.function.context);
      const resolved = this.#slot(context, async.resolveContext.promise);
      return { hop: undefined, promise: resolved === undefined ? undefined : this.#promiseOf(resolved) };
    }
    return { hop: undefined, promise: this.#promiseOf(waiter) };
  }

  /** The async function or generator that a reaction resumes. */
  #generatorOf(handler: Tagged, waiter: Tagged): Tagged | undefined {
    if (this.#isGenerator(waiter)) return waiter;
    const builtin = this.#builtinName(handler);
    if (builtin === undefined || !AWAIT_CLOSURE.test(builtin)) return undefined;
    const { runtime } = this.#isolate;
    const context = field(runtime, handler, runtime.layout.objects.function.context);
    const generator = this.#slot(context, runtime.layout.async.awaitContext.generator);
    return generator !== undefined && this.#isGenerator(generator) ? generator : undefined;
  }

  #promiseOfGenerator(generator: Tagged): Tagged | undefined {
    const { runtime } = this.#isolate;
    const { objects, types, async } = runtime.layout;
    if (instanceType(runtime, generator) === types.JS_ASYNC_FUNCTION_OBJECT) {
      return this.#promiseOf(field(runtime, generator, objects.generator.asyncFunctionPromise));
    }
    const request = field(runtime, generator, objects.generator.asyncQueue);
    if (instanceType(runtime, request) !== types.ASYNC_GENERATOR_REQUEST) return undefined;
    return this.#promiseOf(field(runtime, request, async.generatorRequest.promise));
  }

  /** A promise, or the promise of a capability. */
  #promiseOf(word: Tagged): Tagged | undefined {
    const { runtime } = this.#isolate;
    const { objects, types } = runtime.layout;
    const type = instanceType(runtime, word);
    if (type === types.JS_PROMISE) return word;
    if (type !== types.PROMISE_CAPABILITY) return undefined;
    return ofType(runtime, field(runtime, word, objects.promiseCapability.promise), types.JS_PROMISE);
  }

  #isGenerator(word: Tagged): boolean {
    const { runtime } = this.#isolate;
    const { types } = runtime.layout;
    const type = instanceType(runtime, word);
    return type === types.JS_ASYNC_FUNCTION_OBJECT || type === types.JS_ASYNC_GENERATOR_OBJECT;
  }

  #builtinName(word: Tagged): string | undefined {
    const { runtime } = this.#isolate;
    if (!isFunction(runtime, word)) return undefined;
    const id = builtinIdOf(runtime, sharedOf(runtime, word));
    return id === undefined ? undefined : runtime.builtins.byId[id]?.name;
  }

  /** A slot of a context; undefined for native contexts, which mark closures that were called already. */
  #slot(context: Tagged, index: number): Tagged | undefined {
    const { runtime } = this.#isolate;
    const { layout } = runtime;
    const type = instanceType(runtime, context);
    if (type === undefined || !layout.isContext(type) || type === layout.types.nativeContext)
      return undefined;
    return field(runtime, context, layout.objects.fixedArray.data + 8 * index);
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
