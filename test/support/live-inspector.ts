import { types } from 'node:util';
import { absent } from '../../src/engine/absence.ts';
import { type Address, address } from '../../src/engine/address.ts';
import { allIntrinsics } from '../../src/engine/evaluate/builtins/registry.ts';
import type { Environment } from '../../src/engine/evaluate/environment.ts';
import type { ChildCounts, Inspector, Preview, Property, Value } from '../../src/engine/v8/inspect.ts';

/**
 * Values of this very process behind the Inspector that dumps are seen through, so that the semantics of
 * expressions can be tested against the process itself, without a core. Functions are builtins where they
 * are those that this process was born with.
 */
export class LiveInspector implements Inspector {
  readonly #values: unknown[] = [];
  readonly #words = new Map<unknown, number>();
  readonly #builtins = new Map<unknown, string>();

  constructor() {
    for (const intrinsic of allIntrinsics()) {
      const fn = resolve(intrinsic.path, intrinsic.get !== undefined);
      const name = [intrinsic.builtin].flat()[0];
      if (typeof fn === 'function' && name) this.#builtins.set(fn, name);
    }
    this.#builtins.set(Function, 'FunctionConstructor');
    this.#builtins.set(eval, 'GlobalEval');
    const species = Object.getOwnPropertyDescriptor(Array, Symbol.species)?.get;
    this.#builtins.set(species, 'ReturnReceiver');
  }

  value(live: unknown): Value {
    if (
      typeof live !== 'symbol' &&
      typeof live !== 'function' &&
      (typeof live !== 'object' || live === null)
    ) {
      return { kind: 'synthetic', primitive: live as string };
    }
    let word = this.#words.get(live);
    if (word === undefined) {
      word = this.#values.length * 8 + 1;
      this.#words.set(live, word);
      this.#values.push(live);
    }
    return { kind: 'tagged', word: word as never };
  }

  live(value: Value): unknown {
    if (value.kind === 'synthetic') return value.primitive;
    if (value.kind === 'tagged') return this.#values[(value.word - 1) / 8];
    throw new Error(`no live value: ${value.kind}`);
  }

  #object(value: Value): object {
    return this.live(value) as object;
  }

  preview(value: Value): Preview {
    const live = this.live(value);
    const type = live === null ? 'object' : typeof live;
    const isObject = live !== null && (type === 'object' || type === 'function');
    return {
      type,
      subtype: live === null ? 'null' : isObject ? subtypeOf(live as object) : undefined,
      primitive: isObject || typeof live === 'symbol' ? undefined : (live as string),
      className: isObject ? classNameOf(live as object) : undefined,
      description: describe(live),
      address: isObject && value.kind === 'tagged' ? address(value.word - 1) : undefined,
    };
  }

  counts(value: Value): ChildCounts {
    const live = this.#object(value);
    const indexed =
      Array.isArray(live) || ArrayBuffer.isView(live)
        ? (live as unknown[]).length
        : indices(live).length > 0
          ? Number(indices(live).at(-1)) + 1
          : 0;
    const entries = types.isMap(live) || types.isSet(live) ? live.size : 0;
    return { named: Reflect.ownKeys(live).length, indexed: indexed ?? 0, internal: 1, entries };
  }

  named(value: Value): readonly Property[] {
    const live = this.#object(value);
    return Reflect.ownKeys(live)
      .filter((key) => typeof key === 'symbol' || !isIndex(key))
      .map((key) => this.#property(live, key));
  }

  indexed(value: Value, start: number, count: number): readonly Property[] {
    const live = this.#object(value);
    const found: Property[] = [];
    for (let i = start; i < start + count; i++) {
      if (Object.hasOwn(live, String(i))) found.push(this.#property(live, String(i)));
    }
    return found;
  }

  #property(live: object, key: string | symbol): Property {
    const own = Object.getOwnPropertyDescriptor(live, key)!;
    const isAccessor = own.get !== undefined || own.set !== undefined;
    return {
      name: String(key),
      kind: isAccessor ? 'accessor' : 'data',
      value: this.value(own.value),
      getter: own.get && this.value(own.get),
      setter: own.set && this.value(own.set),
      enumerable: own.enumerable ?? false,
      writable: own.writable ?? false,
      configurable: own.configurable ?? false,
      isSymbol: typeof key === 'symbol',
      ...(typeof key === 'symbol' ? { symbol: this.value(key) } : {}),
    };
  }

  internal(value: Value): readonly Property[] {
    const live = this.#object(value);
    const slots: Property[] = [];
    const add = (name: string, content: unknown) =>
      slots.push({ ...this.#property({ x: content }, 'x'), name, kind: 'internal' });
    if (types.isBoxedPrimitive(live)) add('[[PrimitiveValue]]', live.valueOf());
    if (live instanceof WeakRef) add('[[WeakRefTarget]]', live.deref());
    add('[[Prototype]]', types.isProxy(live) ? null : Object.getPrototypeOf(live));
    return slots;
  }

  entries(value: Value, start: number, count: number) {
    const live = this.#object(value);
    const all: { key: Value | undefined; value: Value }[] = [];
    if (types.isMap(live)) for (const [k, v] of live) all.push({ key: this.value(k), value: this.value(v) });
    if (types.isSet(live)) for (const v of live) all.push({ key: undefined, value: this.value(v) });
    return all.slice(start, start + count);
  }

  memory(value: Value) {
    const live = this.#object(value);
    if (!ArrayBuffer.isView(live)) return absent('no buffer');
    return { address: address((value as { word: number }).word), length: live.byteLength };
  }

  bytes(at: Address): Uint8Array {
    const live = this.#values[(at - 1) / 8] as Uint8Array;
    return new Uint8Array(live.buffer, live.byteOffset, live.byteLength);
  }

  location(value: Value) {
    const live = this.live(value);
    const isNative = /\{ \[native code\] \}$/.test(Function.prototype.toString.call(live));
    if (typeof live !== 'function' || isNative) return undefined;
    const isBuffers = [Buffer, Buffer.prototype].some((owner) =>
      Object.values(Object.getOwnPropertyDescriptors(owner)).some((own) => own.value === live),
    );
    return { url: isBuffers ? 'node:buffer' : 'test', line: 1, column: 1 };
  }

  builtin(value: Value): string | undefined {
    const live = this.live(value);
    const known = this.#builtins.get(live);
    const isNative = /\{ \[native code\] \}$/.test(Function.prototype.toString.call(live));
    return known ?? (isNative ? 'SomeOtherBuiltin' : undefined);
  }

  time(value: Value): number | undefined {
    const live = this.live(value);
    return types.isDate(live) ? Date.prototype.getTime.call(live) : undefined;
  }
}

/** The environment of an expression over live globals. */
export function liveEnvironment(names: Readonly<Record<string, unknown>> = {}): Environment {
  const inspector = new LiveInspector();
  const known: Record<string, unknown> = { process: 0, ...names };
  return {
    inspector,
    lookup: (name) => {
      if (Object.hasOwn(known, name)) return inspector.value(known[name]);
      return name in globalThis ? inspector.value((globalThis as Record<string, unknown>)[name]) : undefined;
    },
    globalObject: inspector.value(globalThis),
    thisValue: inspector.value(names.self),
    objectAt: (at) => (at === 0x1234 ? inspector.value(names.pointed) : absent('nothing there')),
    bytes: (at) => inspector.bytes(at),
  };
}

/** The function that a path of ECMA-262 names in this process. */
function resolve(path: string, isGetter: boolean): unknown {
  const steps = path.match(/\[Symbol\.\w+\]|[^.[\]]+/g)!;
  let at: unknown = globalThis;
  if (steps[0] === 'TypedArray') {
    at = Object.getPrototypeOf(Uint8Array);
    steps.shift();
  }
  if (steps[0] === 'Iterator') {
    at = { prototype: Object.getPrototypeOf(Object.getPrototypeOf([].values())) };
    steps.shift();
  }
  for (const [i, text] of steps.entries()) {
    if (at === undefined || at === null) return undefined;
    const key = text.startsWith('[') ? (Symbol[text.slice(8, -1) as 'iterator'] as symbol) : text;
    const own = Object.getOwnPropertyDescriptor(Object(at), key);
    at = i === steps.length - 1 && isGetter ? own?.get : own?.value;
  }
  return at;
}

function isIndex(key: string): boolean {
  return String(Number(key) >>> 0) === key && Number(key) < 2 ** 32 - 1;
}

function indices(live: object): string[] {
  return Object.keys(live).filter(isIndex);
}

function subtypeOf(live: object): string | undefined {
  if (types.isProxy(live)) return 'proxy';
  if (Array.isArray(live)) return 'array';
  if (types.isMap(live)) return 'map';
  if (types.isSet(live)) return 'set';
  if (types.isWeakMap(live)) return 'weakmap';
  if (types.isWeakSet(live)) return 'weakset';
  if (types.isArgumentsObject(live)) return 'arguments';
  if (types.isDate(live)) return 'date';
  if (types.isRegExp(live)) return 'regexp';
  if (types.isNativeError(live)) return 'error';
  if (types.isTypedArray(live)) return 'typedarray';
  return undefined;
}

function classNameOf(live: object): string {
  if (types.isArgumentsObject(live)) return 'Arguments';
  if (Buffer.isBuffer(live)) return 'Buffer';
  for (let at = types.isProxy(live) ? null : live; at !== null; at = Object.getPrototypeOf(at)) {
    const own = Object.getOwnPropertyDescriptor(at, 'constructor')?.value;
    if (typeof own === 'function') return own.name;
  }
  return 'Object';
}

function describe(live: unknown): string {
  if (typeof live === 'function') return Function.prototype.toString.call(live);
  if (types.isProxy(live)) return 'Proxy(Object)';
  if (types.isRegExp(live) || typeof live === 'symbol') return String(live);
  return typeof live === 'object' && live !== null ? classNameOf(live) : String(live);
}
