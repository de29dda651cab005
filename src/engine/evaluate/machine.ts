import { nodeFunction, nodeGlobal } from './builtins/node-functions.ts';
import { intrinsicOf } from './builtins/registry.ts';
import { EntryIndex } from './entry-index.ts';
import type { Environment } from './environment.ts';
import { Heap } from './heap.ts';
import { cursorOf } from './iteration.ts';
import { Meter } from './meter.ts';
import { madeObject, Objects } from './objects.ts';
import {
  type Cursor,
  DumpObject,
  done,
  type hole,
  isCallable,
  isReference,
  type Key,
  MadeArray,
  MadeFunction,
  type MadeObject,
  type Operand,
  Pending,
  type Primitive,
  type Reference,
  type Slot,
  type Steps,
  Sym,
  slow,
} from './operand.ts';
import { applyUnary, host, need, strictEqual } from './operators.ts';
import { Realm } from './realm.ts';
import { bad, refused } from './refusal.ts';

/** Maps and Sets whose entries are kept by key. */
const MAX_INDICES = 100;

/** The abstract operations of ECMA-262 (chapter 7) over operands. */
export class Machine {
  readonly environment: Environment;
  readonly meter: Meter;
  readonly heap: Heap;
  readonly realm: Realm;
  readonly objects: Objects;
  /** Arrays that are being joined, outermost first: a cycle gives the empty string. */
  readonly joining: Operand[] = [];

  readonly #indices = new Map<number, EntryIndex>();

  constructor(environment: Environment) {
    this.environment = environment;
    this.meter = new Meter(environment.limits);
    this.heap = new Heap(environment);
    this.realm = new Realm(this.heap, this);
    this.objects = new Objects(this.heap, this.realm, this.meter);
  }

  /** GetV: a property of any value, along the prototype chain; getters of the language are run, no others. */
  get(base: Operand, key: Key): Operand {
    if (typeof base === 'string') {
      if (key === 'length') return base.length;
      if (typeof key === 'string' && /^\d/.test(key)) {
        return String(Number(key)) === key && Number(key) < base.length ? base[Number(key)] : undefined;
      }
    }
    const slot = this.find(base, key);
    if (!slot) return undefined;
    return slot.accessor ? this.#getter(slot.accessor.get, base, key) : slot.value;
  }

  /** The property of a value along its prototype chain. */
  find(base: Operand, key: Key): Slot | undefined {
    const value = need(base);
    if (isReference(value)) return this.objects.find(value, key);
    if (value === undefined || value === null) {
      throw bad(`Cannot read properties of ${value} (reading '${String(key)}')`);
    }
    const className = classOf(value);
    const prototype = this.realm.prototype(className);
    return prototype ? this.objects.find(prototype, key) : this.realm.fallback(className, key);
  }

  #getter(getter: Operand, receiver: Operand, key: Key): Operand {
    if (getter === undefined) return undefined;
    if (getter instanceof MadeFunction && getter.get) return getter.get(receiver);
    if (getter instanceof DumpObject) {
      const get = intrinsicOf(this.heap.builtin(getter))?.get;
      if (get) return get(this, receiver);
      const variable = nodeGlobal(this, getter);
      if (variable) return this.heap.operand(variable);
    }
    throw refused(`${String(key)} is a getter: it is code of the dump, which is not run`);
  }

  *call(fn: Operand, self: Operand, args: readonly Operand[], source?: string): Steps<Operand> {
    need(fn);
    if (!isCallable(fn)) throw bad(`${source ?? 'the value'} is not a function`);
    this.meter.enter();
    try {
      if (this.meter.tick()) yield;
      if (fn instanceof MadeFunction) return yield* fn.call(self, args);
      const run = this.#dumpFunction(fn);
      if (run) return yield* run(this, self, args);
      throw refused(this.#whyNotCalled(fn, source));
    } finally {
      this.meter.leave();
    }
  }

  #dumpFunction(fn: DumpObject) {
    const builtin = this.heap.builtin(fn);
    return builtin === undefined ? nodeFunction(this, fn) : intrinsicOf(builtin)?.run;
  }

  #whyNotCalled(fn: DumpObject, source: string | undefined): string {
    const name = source ?? 'the function';
    if (this.heap.builtin(fn) === undefined) return `${name} is code of the dump, which is not run`;
    return `${name} is a builtin that is not evaluated: only those that change nothing are`;
  }

  *construct(fn: Operand, args: readonly Operand[], source: string): Steps<Operand> {
    need(fn);
    if (!isCallable(fn)) throw bad(`${source} is not a constructor`);
    const builtin = fn instanceof DumpObject ? this.heap.builtin(fn) : undefined;
    const run = intrinsicOf(builtin)?.construct;
    // Typed arrays have one builtin for all of their constructors.
    if (run) return yield* run(this, fn, args);
    const isConstructor = fn instanceof DumpObject && this.objects.own(fn, 'prototype') !== undefined;
    if (!isConstructor) throw bad(`${source} is not a constructor`);
    if (builtin !== undefined) throw refused(`new ${source}(…) is not evaluated`);
    throw refused(`new ${source}(…) would run code of the dump`);
  }

  *toPrimitive(operand: Operand, hint: 'default' | 'number' | 'string' = 'default'): Steps<Primitive | Sym> {
    const value = need(operand);
    if (!isReference(value)) return value;
    const symbol = this.realm.symbol('toPrimitive');
    const exotic = this.get(value, symbol);
    if (exotic !== undefined && exotic !== null) {
      const result = yield* this.call(exotic, value, [hint], `[Symbol.toPrimitive]`);
      if (!isReference(result)) return need(result) as Primitive | Sym;
      throw bad('Cannot convert object to primitive value');
    }
    return yield* this.ordinaryToPrimitive(value, hint);
  }

  *ordinaryToPrimitive(value: Reference, hint: 'default' | 'number' | 'string'): Steps<Primitive | Sym> {
    const order = hint === 'string' ? (['toString', 'valueOf'] as const) : (['valueOf', 'toString'] as const);
    for (const name of order) {
      const method = this.get(value, name);
      if (!isCallable(method)) continue;
      const result = yield* this.call(method, value, [], `its ${name}`);
      if (!isReference(result)) return need(result) as Primitive | Sym;
    }
    throw bad('Cannot convert object to primitive value');
  }

  *toString(operand: Operand): Steps<string> {
    if (typeof operand === 'string') return operand;
    const primitive = yield* this.toPrimitive(operand, 'string');
    if (primitive instanceof Sym) throw bad('Cannot convert a Symbol value to a string');
    return String(primitive);
  }

  *toNumeric(operand: Operand): Steps<number | bigint> {
    if (typeof operand === 'number') return operand;
    const primitive = yield* this.toPrimitive(operand, 'number');
    if (primitive instanceof Sym) throw bad('Cannot convert a Symbol value to a number');
    return typeof primitive === 'bigint' ? primitive : Number(primitive);
  }

  *toNumber(operand: Operand): Steps<number> {
    if (typeof operand === 'number') return operand;
    const primitive = yield* this.toPrimitive(operand, 'number');
    if (primitive instanceof Sym) throw bad('Cannot convert a Symbol value to a number');
    return host(() => applyUnary('+', primitive) as number);
  }

  *toInteger(operand: Operand, absent = 0): Steps<number> {
    if (operand === undefined) return absent;
    const number = Math.trunc(yield* this.toNumber(operand));
    return Number.isNaN(number) ? 0 : number + 0;
  }

  *toKey(operand: Operand): Steps<Key> {
    if (typeof operand === 'string' || operand instanceof Sym) return operand;
    const primitive = yield* this.toPrimitive(operand, 'string');
    return primitive instanceof Sym ? primitive : String(primitive);
  }

  /** `instanceof` */
  *instanceOf(operand: Operand, target: Operand): Steps<boolean> {
    need(operand);
    if (!isReference(need(target))) throw bad("Right-hand side of 'instanceof' is not an object");
    const symbol = this.realm.symbol('hasInstance');
    const method = this.get(target, symbol);
    if (method !== undefined && method !== null) {
      const result = yield* this.call(method, target, [operand], '[Symbol.hasInstance]');
      return Boolean(result);
    }
    if (!isCallable(target)) throw bad("Right-hand side of 'instanceof' is not callable");
    return this.ordinaryHasInstance(target, operand);
  }

  ordinaryHasInstance(target: Operand, operand: Operand): boolean {
    if (!isCallable(target)) return false;
    const bound = target instanceof DumpObject ? this.heap.internal(target, '[[TargetFunction]]') : undefined;
    if (isReference(bound)) return this.ordinaryHasInstance(bound, operand);
    if (!isReference(operand)) return false;
    const prototype = this.get(target, 'prototype');
    if (!isReference(prototype)) throw bad('Function has non-object prototype in instanceof check');
    let at = this.objects.prototype(operand);
    for (let hops = 0; at !== null && hops < 1000; hops++) {
      if (strictEqual(at, prototype)) return true;
      at = this.objects.prototype(at);
    }
    return false;
  }

  /** `key in object` */
  has(object: Operand, key: Key): boolean {
    if (!isReference(need(object)))
      throw bad(`Cannot use 'in' operator to search for '${String(key)}' in a primitive`);
    return this.objects.find(object as Reference, key) !== undefined;
  }

  /** GetIterator; `source` names the operand in the error. */
  cursor(operand: Operand, source?: string): Steps<Cursor> {
    return cursorOf(this, operand, source);
  }

  /** All elements of an iterable. */
  *list(operand: Operand, source?: string): Steps<Operand[]> {
    const next = yield* this.cursor(operand, source);
    const result: Operand[] = [];
    for (;;) {
      if (this.meter.tick()) yield;
      const element = next();
      const value = element instanceof Pending ? yield* element.steps : element;
      if (value === done) return result;
      this.meter.allocate(16);
      result.push(value);
    }
  }

  /** The entries of a Map or Set of the dump by key. */
  entryIndex(object: DumpObject, isMap: boolean): EntryIndex {
    let index = this.#indices.get(object.word);
    if (!index) {
      index = new EntryIndex(this, object, isMap);
      if (this.#indices.size >= MAX_INDICES) this.#indices.clear();
      this.#indices.set(object.word, index);
    }
    return index;
  }

  /** A function for calls in a loop: simple arrow functions are computed at once. */
  caller(fn: Operand, self?: Operand): (args: readonly Operand[]) => Operand | Pending {
    if (!isCallable(need(fn))) throw bad(`${describe(fn)} is not a function`);
    const quick = fn instanceof MadeFunction ? fn.quick : undefined;
    return (args) => {
      const result = quick ? quick(args) : slow;
      return result === slow ? new Pending(this.call(fn, self, args)) : (result as Operand);
    };
  }

  object(entries: Iterable<[Key, Operand]>): MadeObject {
    this.meter.allocate(64);
    return madeObject(entries);
  }

  array(items: (Operand | typeof hole)[]): MadeArray {
    this.meter.allocate(items.length * 16);
    return new MadeArray(items);
  }
}

/** The class whose prototype a primitive has. */
export function classOf(value: Operand): string {
  if (value instanceof Sym) return 'Symbol';
  switch (typeof value) {
    case 'string':
      return 'String';
    case 'number':
      return 'Number';
    case 'bigint':
      return 'BigInt';
    default:
      return 'Boolean';
  }
}

/** A value as V8's messages name it. */
export function describe(operand: Operand): string {
  if (typeof operand === 'string') return JSON.stringify(operand);
  if (operand instanceof DumpObject) return operand.preview.description;
  return isReference(operand) ? `#<${operand.className}>` : String(operand);
}
