import { attempt, attemptOr, isAbsent } from '../absence.ts';
import type { Tagged } from '../address.ts';
import type { CallbackInfo } from '../contract.ts';
import type { CoreSession } from '../session.ts';
import { AwaitChain } from '../v8/async/await-chain.ts';
import { PromiseReader } from '../v8/async/promise-reader.ts';
import type { Isolate } from '../v8/isolate.ts';
import { scriptName } from '../v8/objects/call-site.ts';
import { boundTarget, builtinName, functionName, functionStart } from '../v8/objects/functions.ts';
import { type Objects, short } from './objects.ts';

/** Variables of Node's own callbacks that hold the one that the program gave. */
const INNER = ['cb', 'callback'];
const MAX_INNER = 4;
const MAX_BOUND = 1000;

/** Tells functions for people: where they are, and what of them is the program's own. */
export class Callbacks {
  readonly #session: CoreSession;
  readonly #isolate: Isolate;
  readonly #objects: Objects;
  readonly #awaits: AwaitChain;
  readonly #promises: PromiseReader;

  constructor(session: CoreSession, isolate: Isolate, objects: Objects) {
    this.#session = session;
    this.#isolate = isolate;
    this.#objects = objects;
    this.#awaits = new AwaitChain(isolate, objects.inspector.lines);
    this.#promises = new PromiseReader(isolate);
  }

  /**
   * The program's function behind a callback: where Node has wrapped it, that; where the callback resolves a
   * promise, the function that awaits it. Undefined if the word is no function.
   */
  of(callback: Tagged | undefined): CallbackInfo | undefined {
    let fn = this.target(callback);
    let shown: CallbackInfo | undefined;
    for (let n = 0; fn !== undefined && n < MAX_INNER; n++) {
      const promise = this.resolvedBy(fn);
      if (promise !== undefined) return this.awaiting(promise) ?? this.#then(promise) ?? unawaited;
      const info = this.#function(fn);
      shown ??= info;
      if (!info.internal) return info;
      const inner: Tagged | undefined = this.#inner(fn);
      if (inner === undefined || inner === fn) break;
      fn = inner;
    }
    return shown;
  }

  /** A function behind all bindings. */
  target(callback: Tagged | undefined): Tagged | undefined {
    return callback === undefined
      ? undefined
      : attemptOr(undefined, () => boundTarget(this.#objects.view, callback));
  }

  /** The object that a function is bound to; undefined for one that is not bound. */
  boundThis(callback: Tagged | undefined): Tagged | undefined {
    const { view } = this.#objects;
    const { types, objects } = view.layout;
    return attemptOr(undefined, () => {
      let word = callback;
      let bound: Tagged | undefined;
      for (
        let n = 0;
        n < MAX_BOUND && word !== undefined && view.isType(word, types.JS_BOUND_FUNCTION);
        n++
      ) {
        bound = view.tagged(word, objects.boundFunction.boundThis);
        word = view.tagged(word, objects.boundFunction.target);
      }
      return this.#objects.receiver(bound);
    });
  }

  /** The promise that a function resolves, as the executors of `new Promise` are given it. */
  resolvedBy(fn: Tagged): Tagged | undefined {
    return attemptOr(undefined, () => this.#promises.promiseOfResolver(fn));
  }

  /** The function that awaits a promise, the program's own before Node's. */
  awaiting(promise: Tagged | undefined): CallbackInfo | undefined {
    if (promise === undefined) return undefined;
    const waiters = this.#awaits.ofPromise(promise);
    const frames = this.#awaits.hops(waiters).flatMap(({ frame }) => frame ?? []);
    const frame = frames.find((f) => f.url?.startsWith('node:') === false) ?? frames[0];
    if (!frame) return undefined;
    const { function: name, source, line, column, original } = this.#session.describeSuspended(frame);
    return callbackInfo({
      function: name,
      source,
      line,
      column,
      original,
      promise: true,
      awaits: true,
      internal: isInternal(source),
    });
  }

  /** The function that `then` was given for a promise, the first one. */
  #then(promise: Tagged): CallbackInfo | undefined {
    const { view } = this.#objects;
    const { fulfillHandler } = view.layout.objects.promiseReaction;
    const handler = attemptOr(undefined, () => {
      let found: Tagged | undefined;
      for (const reaction of this.#promises.reactions(promise))
        found = this.target(view.tagged(reaction, fulfillHandler)) ?? found;
      return found;
    });
    const info = handler === undefined ? undefined : this.#function(handler);
    return info?.source ? { ...info, text: `then ${info.text}`, promise: true } : undefined;
  }

  #function(fn: Tagged): CallbackInfo {
    const o = this.#objects;
    const { view, inspector } = o;
    const name = o.read(() => functionName(view, fn)) || null;
    const start = attempt(() => functionStart(view, fn));
    if (isAbsent(start)) {
      o.isLacking = true;
      return callbackInfo({ ...nowhere, function: name });
    }
    if (start === undefined) {
      // A builtin of V8, or a function of native code.
      const builtin = o.read(() => builtinName(view, fn)) ?? null;
      return callbackInfo({ ...nowhere, function: name ?? builtin, internal: true });
    }
    const source = o.read(() => scriptName(view, start.script)) ?? null;
    const position = inspector.lines.at(start.script, start.offset);
    if (position === undefined) o.isLacking = true;
    const script = this.#session.scriptOf(this.#isolate, start.script);
    const original =
      position && script?.sourceMapUrl !== undefined
        ? this.#session.sourceMaps.original(script, position, { text: name ?? '', offset: start.offset })
        : undefined;
    return callbackInfo({
      ...nowhere,
      function: name,
      source,
      line: position?.line ?? null,
      column: position?.column ?? null,
      original: original ?? null,
      internal: isInternal(source),
    });
  }

  /** The function that a function of Node's calls in the end. */
  #inner(fn: Tagged): Tagged | undefined {
    for (const name of INNER) {
      const word = this.target(this.#objects.closure(fn, name));
      if (word !== undefined) return word;
    }
    return undefined;
  }
}

const nowhere: Omit<CallbackInfo, 'text'> = {
  function: null,
  source: null,
  line: null,
  column: null,
  original: null,
  promise: false,
  awaits: false,
  internal: false,
};

function callbackInfo(info: Omit<CallbackInfo, 'text'>): CallbackInfo {
  const { original, source, line, column } = info;
  const name = short(original?.name ?? info.function ?? '') || '(anonymous)';
  const place = original ?? (source === null || line === null ? undefined : { source, line, column });
  const text = place ? `${name} ${place.source || '(no file)'}:${place.line}:${place.column}` : name;
  return { text: info.awaits ? `await in ${text}` : text, ...info };
}

function isInternal(source: string | null): boolean {
  return source?.startsWith('node:') === true;
}

/** A promise that no function waits for. */
const unawaited: CallbackInfo = { text: '(a promise)', ...nowhere, promise: true };
