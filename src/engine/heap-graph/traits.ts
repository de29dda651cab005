import type { Layout } from '../v8/layout/layout.ts';
import type { MapInfo } from '../v8/objects/map.ts';

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
    (type === types.HEAP_NUMBER ? Trait.heapNumber : 0)
  );
}
