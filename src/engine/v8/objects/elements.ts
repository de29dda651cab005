import { Fault } from '../../absence.ts';
import { address, type Tagged } from '../../address.ts';
import { partitionPoint } from '../../partition-point.ts';
import type { Value } from '../inspect.ts';
import type { HeapView } from './heap-view.ts';
import { typedElements } from './typed-array.ts';

/** An own indexed property. */
export interface Element {
  readonly index: number;
  readonly value: Value;
  /** AccessorPair, where the element is an accessor. */
  readonly accessor?: Tagged;
  /** Attribute bits: 1 read-only, 2 not enumerable, 4 not configurable. */
  readonly attributes: number;
}

/** The indexed properties of an object, read in slices. */
export interface Elements {
  /** All indices are below it. */
  readonly length: number;
  /** The elements with `start <= index < end`, holes left out, in ascending order. */
  slice(start: number, end: number): Element[];
  /** Set where few of the indices below `length` have an element. */
  readonly present?: PresentElements | undefined;
}

/** Elements by their position among those that are there, whatever their index. */
export interface PresentElements {
  readonly count: number;
  slice(start: number, end: number): Element[];
}

/** A hole in a FixedDoubleArray: kHoleNanInt64. */
const HOLE_NAN_HIGH = 0xfff7ffff;
const HOLE_NAN_LOW = 0xfff7ffff;
const MAX_DICTIONARY = 1 << 24;
/** Stores of objects that are no arrays are looked through for holes up to this many elements. */
const MAX_COUNTED = 1 << 13;
/** PropertyAttributes of elements kinds of Object.freeze and Object.seal. */
const FROZEN = 5;
const SEALED = 4;

export const noElements: Elements = { length: 0, slice: () => [] };

/** Elements of any receiver; the kind of store, not the elements kind, says how to read them. */
export function elementsOf(view: HeapView, object: Tagged): Elements {
  const { types, objects } = view.layout;
  const type = view.type(object);
  if (type === types.JS_PROXY || type === types.JS_MODULE_NAMESPACE) return noElements;
  if (type === types.JS_TYPED_ARRAY || type === types.JS_DETACHED_TYPED_ARRAY) {
    return typedElements(view, object);
  }
  const store = view.tagged(object, objects.object.elements);
  const attributes = attributesOfKind(view, object);
  const limit = type === types.JS_ARRAY ? arrayLimit(view, object) : Number.POSITIVE_INFINITY;
  const own = storeElements(view, store, limit, attributes);
  if (type === types.JS_PRIMITIVE_WRAPPER) {
    const value = view.tagged(object, objects.primitiveWrapper.value);
    if (view.isString(value)) return joined(stringElements(view, value), own);
  }
  return own;
}

/** Array length; arrays of more than 2^32 - 1 elements do not exist. */
function arrayLimit(view: HeapView, array: Tagged): number {
  const length = view.number(view.tagged(array, view.layout.objects.array.length));
  return length >= 0 ? Math.min(length, 2 ** 32 - 1) : 0;
}

/**
 * PACKED_NONEXTENSIBLE 6, HOLEY_NONEXTENSIBLE 7, PACKED_SEALED 8, HOLEY_SEALED 9, PACKED_FROZEN 10,
 * HOLEY_FROZEN 11 (objects/elements-kind.h).
 */
function attributesOfKind(view: HeapView, object: Tagged): number {
  const kind = view.map(object).elementsKind;
  if (kind === 10 || kind === 11) return FROZEN;
  return kind === 8 || kind === 9 ? SEALED : 0;
}

function storeElements(view: HeapView, store: Tagged, limit: number, attributes: number): Elements {
  const { types } = view.layout;
  if (!view.isPointer(store)) throw new Fault(address(0), 'an object without elements');
  const type = view.type(store);
  if (type === types.NUMBER_DICTIONARY) return dictionaryElements(view, store, limit);
  if (type === types.FIXED_DOUBLE_ARRAY) return doubleElements(view, store, limit);
  if (type === types.SLOPPY_ARGUMENTS_ELEMENTS) return sloppyElements(view, store);
  if (type === types.FIXED_ARRAY) return fixedElements(view, store, limit, attributes);
  return noElements;
}

function fixedElements(view: HeapView, store: Tagged, limit: number, attributes: number): Elements {
  const capacity = view.arrayLength(store);
  // Without a length property of its own the object ends with its last element.
  const length = Number.isFinite(limit) ? limit : usedLength(view, store, capacity);
  const slice = (start: number, end: number) => {
    const result: Element[] = [];
    for (let index = start; index < Math.min(end, capacity, length); index++) {
      const word = view.element(store, index);
      if (view.isHole(word)) continue;
      result.push({ index, value: { kind: 'tagged', word }, attributes });
    }
    return result;
  };
  return withPresent(length, slice, Number.isFinite(limit));
}

/** Elements of a store in which each index has its place; those of arrays are known by these. */
function withPresent(length: number, slice: Elements['slice'], isArray: boolean): Elements {
  if (isArray || length > MAX_COUNTED) return { length, slice };
  let all: Element[] | undefined;
  return {
    length,
    slice,
    // Who asks for one element does not need it.
    get present() {
      all ??= slice(0, length);
      const found = all;
      if (2 * found.length > length) return undefined;
      return { count: found.length, slice: (start: number, end: number) => found.slice(start, end) };
    },
  };
}

function usedLength(view: HeapView, store: Tagged, capacity: number): number {
  let length = capacity;
  while (length > 0 && view.isHole(view.element(store, length - 1))) length--;
  return length;
}

function doubleElements(view: HeapView, store: Tagged, limit: number): Elements {
  const capacity = view.arrayLength(store);
  const length = Math.min(limit, capacity);
  const first = view.base(store) + view.layout.objects.fixedArray.data;
  const slice = (start: number, end: number) => {
    const result: Element[] = [];
    for (let index = start; index < Math.min(end, length); index++) {
      const at = first + 8 * index;
      if (
        view.memory.u32(address(at + 4)) === HOLE_NAN_HIGH &&
        view.memory.u32(address(at)) === HOLE_NAN_LOW
      ) {
        continue;
      }
      const primitive = view.memory.f64(address(at));
      result.push({ index, value: { kind: 'synthetic', primitive }, attributes: 0 });
    }
    return result;
  };
  const isArray = Number.isFinite(limit);
  return withPresent(isArray ? limit : length, slice, isArray);
}

interface DictionaryEntry {
  readonly index: number;
  readonly value: Tagged;
  readonly details: number;
}

/** NumberDictionary: sorted once, when first asked for. */
function dictionaryElements(view: HeapView, store: Tagged, limit: number): Elements {
  let sorted: DictionaryEntry[] | undefined;
  const entries = () => {
    sorted ??= readDictionary(view, store);
    return sorted;
  };
  const d = view.layout.objects.details;
  const element = ({ index, value: word, details }: DictionaryEntry): Element => {
    const attributes = (details & d.attributesMask) >>> d.attributesShift;
    const isAccessor = (details & d.kindMask) === d.kindAccessor;
    const value: Value = { kind: 'tagged', word };
    return isAccessor ? { index, value, attributes, accessor: word } : { index, value, attributes };
  };
  const length = Number.isFinite(limit) ? limit : (entries().at(-1)?.index ?? -1) + 1;
  const slice = (start: number, end: number) => {
    const all = entries();
    return all.slice(lowerBound(all, start), lowerBound(all, end)).map(element);
  };
  return {
    length,
    slice,
    present: {
      get count() {
        return entries().length;
      },
      slice: (start, end) => entries().slice(start, end).map(element),
    },
  };
}

function readDictionary(view: HeapView, store: Tagged): DictionaryEntry[] {
  const { hashTable } = view.layout.objects;
  const size = hashTable.numberEntrySize;
  const length = Math.min(view.arrayLength(store), MAX_DICTIONARY);
  const result: DictionaryEntry[] = [];
  for (let i = hashTable.prefix + hashTable.numberPrefixSize; i + size <= length; i += size) {
    const key = view.element(store, i);
    if (view.isNullish(key) || view.isHole(key)) continue;
    const index = view.number(key);
    const details = view.element(store, i + 2);
    if (!(index >= 0)) continue;
    result.push({ index, value: view.element(store, i + 1), details: details / 0x1_0000_0000 });
  }
  return result.sort((a, b) => a.index - b.index);
}

function lowerBound(entries: readonly DictionaryEntry[], index: number): number {
  return partitionPoint(entries.length, (n) => entries[n]!.index < index);
}

/**
 * Elements of a sloppy function's arguments object: parameters that live in the function's context are
 * mapped to its slots, all others are in a store of their own (objects/arguments.tq).
 */
function sloppyElements(view: HeapView, store: Tagged): Elements {
  const { fixedArray, context: contextLayout } = view.layout.objects;
  const context = view.tagged(store, fixedArray.data);
  const rest = storeElements(view, view.tagged(store, fixedArray.data + 8), Number.POSITIVE_INFINITY, 0);
  const mappedCount = view.arrayLength(store);
  const mapped = (index: number): Tagged | undefined => {
    const slot = view.tagged(store, fixedArray.data + 16 + 8 * index);
    if (!view.isSmi(slot)) return undefined;
    return view.tagged(context, contextLayout.slots + 8 * (slot / 0x1_0000_0000));
  };
  return {
    length: Math.max(mappedCount, rest.length),
    slice: (start, end) => {
      const result = new Map(rest.slice(start, end).map((e) => [e.index, e]));
      for (let index = start; index < Math.min(end, mappedCount); index++) {
        const word = mapped(index);
        if (word !== undefined) result.set(index, { index, value: { kind: 'tagged', word }, attributes: 0 });
      }
      return [...result.values()].sort((a, b) => a.index - b.index);
    },
  };
}

/** A String object's characters: read-only, not configurable. */
function stringElements(view: HeapView, word: Tagged): Elements {
  const text = view.string(word);
  return {
    length: text.length,
    slice: (start, end) =>
      [...text.slice(start, end).split('')].map((primitive, i) => ({
        index: start + i,
        value: { kind: 'synthetic', primitive },
        attributes: 5,
      })),
  };
}

function joined(first: Elements, second: Elements): Elements {
  return {
    length: Math.max(first.length, second.length),
    slice: (start, end) => [...first.slice(start, Math.min(end, first.length)), ...second.slice(start, end)],
  };
}
