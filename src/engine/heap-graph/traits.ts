import type { Layout } from '../v8/layout/layout.ts';
import type { MapInfo } from '../v8/objects/map.ts';
import type { HeapImage } from './heap-image.ts';

/** PACKED_ELEMENTS and HOLEY_ELEMENTS (objects/elements-kind.h). */
const PACKED = 2;
const HOLEY = 3;

/** What the objects of a kind are to those that refer to them, as bits. */
export const Trait = {
  fixedArray: 1,
  propertyArray: 2,
  receiver: 4,
  map: 8,
  jsArray: 16,
  /** A receiver whose elements may be any values. */
  taggedElements: 32,
  numberDictionary: 64,
  nameDictionary: 128,
  accessorPair: 256,
  oddball: 512,
  heapNumber: 1024,
  transitionArray: 2048,
  nativeContext: 4096,
  functionTemplate: 8192,
  code: 16384,
  /** An array of a function's constants that is no FixedArray. */
  trustedArray: 32768,
} as const;

/** The bits of the objects of a map. */
export function traitsOf({ type, elementsKind }: MapInfo, layout: Layout): number {
  const { types } = layout;
  return (
    (type === types.FIXED_ARRAY ? Trait.fixedArray : 0) |
    (type === types.PROPERTY_ARRAY ? Trait.propertyArray : 0) |
    (layout.isReceiver(type) ? Trait.receiver : 0) |
    (type === types.MAP ? Trait.map : 0) |
    (type === types.JS_ARRAY ? Trait.jsArray : 0) |
    (elementsKind === PACKED || elementsKind === HOLEY ? Trait.taggedElements : 0) |
    (type === types.NUMBER_DICTIONARY ? Trait.numberDictionary : 0) |
    (type === types.NAME_DICTIONARY ? Trait.nameDictionary : 0) |
    (type === types.ACCESSOR_PAIR ? Trait.accessorPair : 0) |
    (type === types.ODDBALL ? Trait.oddball : 0) |
    (type === types.HEAP_NUMBER ? Trait.heapNumber : 0) |
    (type === types.TRANSITION_ARRAY ? Trait.transitionArray : 0) |
    (type === types.nativeContext ? Trait.nativeContext : 0) |
    (type === types.FUNCTION_TEMPLATE_INFO ? Trait.functionTemplate : 0) |
    (type === types.CODE ? Trait.code : 0) |
    (type === types.TRUSTED_FIXED_ARRAY ? Trait.trustedArray : 0)
  );
}

/** Tells the traits of objects, on whatever thread. */
export class Traits {
  readonly #image: HeapImage;
  readonly #columns: Uint16Array;

  /** `columns` are by kind's id. */
  constructor(image: HeapImage, columns: Uint16Array) {
    this.#image = image;
    this.#columns = columns;
  }

  /** Bits of the live object at word `i`; 0 if there is none. */
  at(i: number): number {
    if (i < 0 || !this.#image.isMarked(i)) return 0;
    return this.#columns[this.#image.halves[2 * i]!]!;
  }
}
