import { childElementCount, childElements } from '../v8/child-elements.ts';
import { arrayIndex, type Heap, readableElements } from './heap.ts';
import type { Meter } from './meter.ts';
import {
  DumpObject,
  hole,
  type Key,
  type Made,
  MadeArray,
  MadeBytes,
  MadeFunction,
  MadeIterator,
  MadeObject,
  MadeRegExp,
  type Operand,
  type Reference,
  type Slot,
  Sym,
  Unavailable,
} from './operand.ts';
import type { Realm } from './realm.ts';
import { refused } from './refusal.ts';

/** Longest prototype chain that is followed; a broken heap may hold a cycle. */
const MAX_CHAIN = 1000;

/** ECMA-262's internal methods [[GetOwnProperty]], [[GetPrototypeOf]] and [[OwnPropertyKeys]]. */
export class Objects {
  readonly #heap: Heap;
  readonly #realm: Realm;
  readonly #meter: Meter;

  constructor(heap: Heap, realm: Realm, meter: Meter) {
    this.#meter = meter;
    this.#heap = heap;
    this.#realm = realm;
  }

  own(object: Reference, key: Key): Slot | undefined {
    if (object instanceof DumpObject) {
      if (object.subtype === 'proxy') throw refused('a Proxy is not asked: its traps are code');
      const slot = this.#heap.own(object, key);
      if (!slot && object.isIntercepted && !(key instanceof Sym)) refuseIntercepted();
      return slot;
    }
    return exoticSlot(object, key) ?? (object.isBare ? undefined : object.properties.get(key));
  }

  prototype(object: Reference): Reference | null {
    if (!(object instanceof DumpObject)) {
      if (object.prototype !== undefined) return object.prototype;
      return this.#realm.prototype(object.className);
    }
    if (object.subtype === 'proxy') throw refused('a Proxy is not asked: its traps are code');
    const prototype = this.#heap.prototype(object);
    if (prototype instanceof DumpObject || prototype === null) return prototype;
    const why = prototype instanceof Unavailable ? prototype.reason : 'it is no object';
    throw refused(`the prototype of ${object.preview.description} cannot be read: ${why}`);
  }

  /** The property along the prototype chain. */
  find(object: Reference, key: Key): Slot | undefined {
    if (object instanceof MadeIterator) {
      const isProtocol = key === 'next' || key === this.#realm.symbol('iterator');
      if (isProtocol) return this.#realm.fallback('Iterator', key);
    }
    let at: Reference | null = object;
    for (let hops = 0; at !== null && hops < MAX_CHAIN; hops++) {
      const slot = this.own(at, key);
      if (slot) return slot;
      const isDump: boolean = at instanceof DumpObject;
      const next: Reference | null = this.prototype(at);
      if (next === null && !isDump && (at as Made).prototype === undefined) {
        return this.#realm.fallback((at as Made).className, key);
      }
      at = next;
    }
    return undefined;
  }

  /** Own keys: indices ascending, then strings and symbols in order of creation. */
  keys(object: Reference): Key[] {
    return [...this.entries(object)].map(([key]) => key);
  }

  /** Own properties in the order of `keys`. */
  *entries(object: Reference): Generator<[Key, Slot]> {
    if (object instanceof DumpObject) yield* this.#dumpEntries(object);
    else yield* madeEntries(object);
  }

  *#dumpEntries(object: DumpObject): Generator<[Key, Slot]> {
    if (object.subtype === 'proxy') throw refused('a Proxy is not asked: its traps are code');
    if (object.isIntercepted) refuseIntercepted();
    const { inspector } = this.#heap.environment;
    const counts = inspector.counts(object.value);
    const total = childElementCount(counts);
    for (let start = 0; start < total; start += 512) {
      // An array may be far longer than what it holds.
      this.#meter.tick();
      const elements = childElements(inspector, object.value, counts, start, Math.min(512, total - start));
      for (const property of readableElements(elements)) {
        yield [property.name, this.#heap.slot(property)];
      }
    }
    const named = this.#heap.named(object);
    for (const [key, property] of named) if (!(key instanceof Sym)) yield [key, this.#heap.slot(property)];
    for (const [key, property] of named) if (key instanceof Sym) yield [key, this.#heap.slot(property)];
  }
}

function refuseIntercepted(): never {
  throw refused('the properties of this object are kept by native code');
}

function exoticSlot(object: Made, key: Key): Slot | undefined {
  if (key instanceof Sym) return undefined;
  if (object instanceof MadeArray || object instanceof MadeBytes) {
    const items: ArrayLike<Operand | typeof hole> =
      object instanceof MadeArray ? object.items : object.elements;
    if (key === 'length' && object instanceof MadeArray) return { value: items.length, enumerable: false };
    const index = arrayIndex(key);
    if (index === undefined || index >= items.length) return undefined;
    const value = items[index];
    return value === hole ? undefined : { value: value as Operand, enumerable: true };
  }
  if (object instanceof MadeFunction) {
    if (key === 'name') return { value: object.name, enumerable: false };
    if (key === 'length') return { value: object.length, enumerable: false };
  }
  if (object instanceof MadeRegExp && key === 'lastIndex') {
    return { value: object.lastIndex, enumerable: false };
  }
  return undefined;
}

/** Own properties of a made object; `from` skips the elements before it. */
export function* madeEntries(object: Made, from = 0): Generator<[Key, Slot]> {
  if (object instanceof MadeArray || object instanceof MadeBytes) {
    const items: ArrayLike<Operand | typeof hole> =
      object instanceof MadeArray ? object.items : object.elements;
    for (let i = from; i < items.length; i++) {
      const value = items[i];
      if (value !== hole) yield [String(i), { value: value as Operand, enumerable: true }];
    }
  }
  const exotic =
    object instanceof MadeArray ? ['length'] : object instanceof MadeFunction ? ['length', 'name'] : [];
  for (const key of object instanceof MadeRegExp ? ['lastIndex'] : exotic) {
    yield [key, exoticSlot(object, key) as Slot];
  }
  if (object.isBare) return;
  const { properties } = object;
  const rank = (key: Key): number => (key instanceof Sym ? 2 : arrayIndex(key) === undefined ? 1 : 0);
  const keys = [...properties.keys()].map((key) => ({ key, rank: rank(key) }));
  keys.sort((a, b) => a.rank - b.rank || (a.rank === 0 ? Number(a.key) - Number(b.key) : 0));
  for (const { key } of keys) yield [key, properties.get(key) as Slot];
}

export function madeObject(entries: Iterable<[Key, Operand]>): MadeObject {
  const object = new MadeObject();
  for (const [key, value] of entries) object.put(key, value);
  return object;
}
