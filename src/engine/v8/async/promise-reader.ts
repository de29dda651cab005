import type { Tagged } from '../../address.ts';
import { field, instanceType, isFunction, isSmi, ofType, smiValue } from '../frames/heap-object.ts';
import { builtinIdOf, sharedOf } from '../frames/shared-function-info.ts';
import type { Isolate } from '../isolate.ts';

/** What goes on once a promise is settled. */
export type Continuation =
  /** An async function or generator goes on behind its `await`: a JSGeneratorObject. */
  | { readonly kind: 'await'; readonly generator: Tagged }
  /** Another promise is settled or comes nearer to it: by a combinator of that label, by `resolve`, or by `then`. */
  | { readonly kind: 'settle'; readonly label: string | undefined; readonly promise: Tagged | undefined };

export const PromiseState = { pending: 0, fulfilled: 1, rejected: 2 } as const;

/** Reactions of one promise that are read, and requests of one generator. */
const MAX_REACTIONS = 1 << 20;
/** Builtins that go on with an async function or generator (builtins/builtins-async-*.cc, *.tq). */
const AWAIT_CLOSURE = /^Async(Function|Generator)(Await(Resolve|Reject)|Yield(WithAwait)?Resolve)Closure$/;
const COMBINATORS: readonly (readonly [builtin: RegExp, label: string])[] = [
  [/^PromiseAllResolveElementClosure$/, 'Promise.all'],
  [/^PromiseAllSettled(Resolve|Reject)ElementClosure$/, 'Promise.allSettled'],
  [/^PromiseAnyRejectElementClosure$/, 'Promise.any'],
];
const CAPABILITY_CLOSURE = /^PromiseCapabilityDefault(Resolve|Reject)$/;

/** Promises, their reactions, and the closures by which they are settled. All reads throw a Fault where they fail. */
export class PromiseReader {
  readonly #isolate: Isolate;
  /** By SharedFunctionInfo: name of the builtin that it is, or ''. */
  readonly #names = new Map<Tagged, string>();

  constructor(isolate: Isolate) {
    this.#isolate = isolate;
  }

  /** One of PromiseState. */
  state(promise: Tagged): number {
    const { runtime } = this.#isolate;
    return smiValue(field(runtime, promise, runtime.layout.objects.promise.flags)) & 3;
  }

  /** The reactions of a pending promise, the latest first; none of a settled one. */
  *reactions(promise: Tagged): Generator<Tagged> {
    if (this.state(promise) !== PromiseState.pending) return;
    const { runtime } = this.#isolate;
    const { objects, types } = runtime.layout;
    let reaction = field(runtime, promise, objects.promise.reactionsOrResult);
    for (let n = 0; n < MAX_REACTIONS; n++) {
      if (isSmi(reaction) || instanceType(runtime, reaction) !== types.PROMISE_REACTION) return;
      yield reaction;
      reaction = field(runtime, reaction, objects.promiseReaction.next);
    }
  }

  /** What a reaction leads to. */
  continuationOf(reaction: Tagged): Continuation {
    const { runtime } = this.#isolate;
    const { promiseReaction } = runtime.layout.objects;
    return this.continuation(
      field(runtime, reaction, promiseReaction.fulfillHandler),
      field(runtime, reaction, promiseReaction.promiseOrCapability),
    );
  }

  /** What a handler leads to, with the promise, capability or generator that stands beside it. */
  continuation(handler: Tagged, waiter: Tagged): Continuation {
    const generator = this.#generatorOf(handler, waiter);
    if (generator !== undefined) return { kind: 'await', generator };
    const { runtime } = this.#isolate;
    const { objects, async } = runtime.layout;
    const builtin = this.#builtinName(handler);
    const combinator = COMBINATORS.find(([pattern]) => pattern.test(builtin));
    if (combinator) {
      const context = field(runtime, handler, objects.function.context);
      const capability = this.#slot(context, async.allContext.capability);
      return {
        kind: 'settle',
        label: combinator[1],
        promise: capability === undefined ? undefined : this.promiseOf(capability),
      };
    }
    if (CAPABILITY_CLOSURE.test(builtin))
      return { kind: 'settle', label: undefined, promise: this.#resolvedBy(handler) };
    return { kind: 'settle', label: undefined, promise: this.promiseOf(waiter) };
  }

  /** The promise whose `resolve` or `reject` function one is; undefined for other functions. */
  promiseOfResolver(fn: Tagged): Tagged | undefined {
    return CAPABILITY_CLOSURE.test(this.#builtinName(fn)) ? this.#resolvedBy(fn) : undefined;
  }

  /** As `promiseOfResolver`, but undefined once the promise's functions were called. */
  settledBy(fn: Tagged): Tagged | undefined {
    const promise = this.promiseOfResolver(fn);
    if (promise === undefined) return undefined;
    const { runtime } = this.#isolate;
    const { objects, async } = runtime.layout;
    const context = field(runtime, fn, objects.function.context);
    const { alreadyResolved } = async.resolveContext;
    const wasCalled = alreadyResolved < 0 ? undefined : this.#slot(context, alreadyResolved);
    return wasCalled === this.#isolate.root('true_value') ? undefined : promise;
  }

  /** The promise of an async function, or of the request that an async generator works on. */
  promiseOfGenerator(generator: Tagged): Tagged | undefined {
    for (const promise of this.promisesOfGenerator(generator)) return promise;
    return undefined;
  }

  /** As `promiseOfGenerator`, and those of the requests that an async generator has before it. */
  *promisesOfGenerator(generator: Tagged): Generator<Tagged> {
    const { runtime } = this.#isolate;
    const { objects, types, async } = runtime.layout;
    const type = instanceType(runtime, generator);
    if (type === types.JS_ASYNC_FUNCTION_OBJECT) {
      const promise = this.promiseOf(field(runtime, generator, objects.generator.asyncFunctionPromise));
      if (promise !== undefined) yield promise;
    }
    if (type !== types.JS_ASYNC_GENERATOR_OBJECT) return;
    let request = field(runtime, generator, objects.generator.asyncQueue);
    for (let n = 0; n < MAX_REACTIONS; n++) {
      if (instanceType(runtime, request) !== types.ASYNC_GENERATOR_REQUEST) return;
      const promise = this.promiseOf(field(runtime, request, async.generatorRequest.promise));
      if (promise !== undefined) yield promise;
      request = field(runtime, request, async.generatorRequest.next);
    }
  }

  /** A promise, or the promise of a capability. */
  promiseOf(word: Tagged): Tagged | undefined {
    const { runtime } = this.#isolate;
    const { objects, types } = runtime.layout;
    const type = instanceType(runtime, word);
    if (type === types.JS_PROMISE) return word;
    if (type !== types.PROMISE_CAPABILITY) return undefined;
    return ofType(runtime, field(runtime, word, objects.promiseCapability.promise), types.JS_PROMISE);
  }

  #resolvedBy(fn: Tagged): Tagged | undefined {
    const { runtime } = this.#isolate;
    const context = field(runtime, fn, runtime.layout.objects.function.context);
    const promise = this.#slot(context, runtime.layout.async.resolveContext.promise);
    return promise === undefined ? undefined : this.promiseOf(promise);
  }

  /** The async function or generator that a handler resumes. */
  #generatorOf(handler: Tagged, waiter: Tagged): Tagged | undefined {
    if (this.#isAsyncGenerator(waiter)) return waiter;
    if (!AWAIT_CLOSURE.test(this.#builtinName(handler))) return undefined;
    const { runtime } = this.#isolate;
    const context = field(runtime, handler, runtime.layout.objects.function.context);
    const generator = this.#slot(context, runtime.layout.async.awaitContext.generator);
    return generator !== undefined && this.#isAsyncGenerator(generator) ? generator : undefined;
  }

  #isAsyncGenerator(word: Tagged): boolean {
    const { runtime } = this.#isolate;
    const { types } = runtime.layout;
    const type = instanceType(runtime, word);
    return type === types.JS_ASYNC_FUNCTION_OBJECT || type === types.JS_ASYNC_GENERATOR_OBJECT;
  }

  /** '' for what is no builtin. */
  #builtinName(word: Tagged): string {
    const { runtime } = this.#isolate;
    if (!isFunction(runtime, word)) return '';
    const shared = sharedOf(runtime, word);
    let name = this.#names.get(shared);
    if (name === undefined) {
      const id = builtinIdOf(runtime, shared);
      name = (id === undefined ? undefined : runtime.builtins.byId[id]?.name) ?? '';
      this.#names.set(shared, name);
    }
    return name;
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
}
