import { type Absence, attempt, Fault, isAbsent } from '../../absence.ts';
import type { Tagged } from '../../address.ts';
import type { HeapView } from './heap-view.ts';
import type { MapInfo } from './map.ts';

/** An own named property as it is stored. */
export interface StoredProperty {
  /** String or Symbol. */
  readonly key: Tagged;
  /** Attribute bits: 1 read-only, 2 not enumerable, 4 not configurable. */
  readonly attributes: number;
  /** Value of a data property, AccessorPair or AccessorInfo of an accessor. */
  readonly value: Tagged;
  readonly isAccessor: boolean;
}

const MAX_PROPERTIES = 1 << 22;

/** Takes a property whose field cannot be read. */
export type LostProperty = (key: Tagged, absence: Absence) => void;

/**
 * Own string- and symbol-keyed properties in creation order, from the descriptors of fast objects or the
 * dictionary of slow ones (objects/js-objects.h, objects/dictionary.h). Elements are elsewhere. A Fault of one
 * field goes to `lost` where that is given, and else ends the whole.
 */
export function storedProperties(view: HeapView, object: Tagged, lost?: LostProperty): StoredProperty[] {
  const map = view.map(object);
  if (map.type === view.layout.types.JS_GLOBAL_OBJECT) return globalProperties(view, object, lost);
  if (map.isDictionary) return dictionaryProperties(view, propertiesOrHash(view, object));
  return fastProperties(view, object, map, lost);
}

/** One own property by its key's text or symbol; undefined if there is none. */
export function findProperty(
  view: HeapView,
  object: Tagged,
  matches: (key: Tagged) => boolean,
): StoredProperty | undefined {
  const map = view.map(object);
  if (map.type === view.layout.types.JS_GLOBAL_OBJECT)
    return globalProperties(view, object).find((p) => matches(p.key));
  if (map.isDictionary) return dictionaryEntries(view, propertiesOrHash(view, object), matches)[0];
  const descriptors = map.descriptors;
  const count = map.ownDescriptors;
  for (let i = 0; i < count; i++) {
    if (matches(descriptorWord(view, descriptors, i, view.layout.objects.descriptors.key))) {
      return fastProperty(view, object, map, descriptors, i);
    }
  }
  return undefined;
}

/** Keys of the descriptors of a fast map, in order. */
export function storedKeys(view: HeapView, map: MapInfo): Tagged[] {
  const { descriptors } = map;
  const part = view.layout.objects.descriptors.key;
  return Array.from({ length: map.ownDescriptors }, (_, i) => descriptorWord(view, descriptors, i, part));
}

/** The property of an object of that fast map at a descriptor. */
export function fastPropertyAt(view: HeapView, object: Tagged, map: MapInfo, index: number): StoredProperty {
  return fastProperty(view, object, map, map.descriptors, index);
}

function propertiesOrHash(view: HeapView, object: Tagged): Tagged {
  return view.tagged(object, view.layout.objects.object.properties);
}

function descriptorWord(view: HeapView, descriptors: Tagged, index: number, part: number): Tagged {
  const { header, entryWords } = view.layout.objects.descriptors;
  return view.tagged(descriptors, header + 8 * (index * entryWords + part));
}

function fastProperties(view: HeapView, object: Tagged, map: MapInfo, lost?: LostProperty): StoredProperty[] {
  const descriptors = map.descriptors;
  const result: StoredProperty[] = [];
  for (let i = 0; i < map.ownDescriptors; i++) {
    if (!lost) {
      result.push(fastProperty(view, object, map, descriptors, i));
      continue;
    }
    const key = descriptorWord(view, descriptors, i, view.layout.objects.descriptors.key);
    const property = attempt(() => fastProperty(view, object, map, descriptors, i));
    if (isAbsent(property)) lost(key, property);
    else result.push(property);
  }
  return result;
}

function fastProperty(
  view: HeapView,
  object: Tagged,
  map: MapInfo,
  descriptors: Tagged,
  index: number,
): StoredProperty {
  const d = view.layout.objects.details;
  const part = view.layout.objects.descriptors;
  const detailsWord = descriptorWord(view, descriptors, index, part.details);
  const details = view.isSmi(detailsWord) ? detailsWord / 0x1_0000_0000 : 0;
  const inDescriptor = (details & d.locationMask) !== 0;
  return {
    key: descriptorWord(view, descriptors, index, part.key),
    attributes: (details & d.attributesMask) >>> d.attributesShift,
    isAccessor: (details & d.kindMask) === d.kindAccessor,
    value: inDescriptor
      ? descriptorWord(view, descriptors, index, part.value)
      : fastField(view, object, map, (details & d.indexMask) >>> d.indexShift),
  };
}

/** Field `index` of an object: in the object itself, or in its PropertyArray. */
function fastField(view: HeapView, object: Tagged, map: MapInfo, index: number): Tagged {
  const inObject = map.instanceSize / 8 - map.inObjectStart;
  if (index < inObject) return view.tagged(object, 8 * (map.inObjectStart + index));
  const array = propertiesOrHash(view, object);
  view.map(array);
  return view.tagged(array, view.layout.objects.propertyArray.data + 8 * (index - inObject));
}

interface Enumerated extends StoredProperty {
  readonly order: number;
}

function dictionaryProperties(view: HeapView, dictionary: Tagged): StoredProperty[] {
  return inOrder(dictionaryEntries(view, dictionary));
}

function dictionaryEntries(
  view: HeapView,
  dictionary: Tagged,
  matches: (key: Tagged) => boolean = () => true,
): Enumerated[] {
  const { hashTable } = view.layout.objects;
  if (view.type(dictionary) !== view.layout.types.NAME_DICTIONARY) return [];
  const first = hashTable.prefix + hashTable.namePrefixSize;
  const size = hashTable.nameEntrySize;
  const length = Math.min(view.arrayLength(dictionary), MAX_PROPERTIES * size);
  const result: Enumerated[] = [];
  for (let i = first; i + size <= length; i += size) {
    const key = view.element(dictionary, i);
    if (!view.isPointer(key) || view.isNullish(key) || view.isHole(key) || !matches(key)) continue;
    result.push(enumerated(view, key, view.element(dictionary, i + 1), view.element(dictionary, i + 2)));
  }
  return result;
}

/** The global object's dictionary holds PropertyCells (objects/property-cell.tq). */
function globalProperties(view: HeapView, object: Tagged, lost?: LostProperty): StoredProperty[] {
  const dictionary = propertiesOrHash(view, object);
  const { hashTable, propertyCell } = view.layout.objects;
  if (view.type(dictionary) !== view.layout.types.GLOBAL_DICTIONARY) return [];
  const length = Math.min(view.arrayLength(dictionary), MAX_PROPERTIES);
  const result: Enumerated[] = [];
  for (let i = hashTable.prefix; i < length; i++) {
    const cell = view.element(dictionary, i);
    const found = attempt(() => {
      if (!view.isType(view.readable(cell), view.layout.types.PROPERTY_CELL)) return undefined;
      const value = view.tagged(cell, propertyCell.value);
      if (view.isHole(value)) return undefined;
      const key = view.tagged(cell, propertyCell.name);
      return enumerated(view, key, value, view.tagged(cell, propertyCell.details));
    });
    if (found === undefined) continue;
    if (!isAbsent(found)) result.push(found);
    else if (lost) lost(cell, found);
    else throw new Fault(view.base(cell), found.reason);
  }
  return inOrder(result);
}

function enumerated(view: HeapView, key: Tagged, value: Tagged, detailsWord: Tagged): Enumerated {
  const d = view.layout.objects.details;
  const details = view.isSmi(detailsWord) ? detailsWord / 0x1_0000_0000 : 0;
  return {
    key,
    value,
    attributes: (details & d.attributesMask) >>> d.attributesShift,
    isAccessor: (details & d.kindMask) === d.kindAccessor,
    order: (details >>> d.dictionaryIndexShift) & (2 ** d.dictionaryIndexBits - 1),
  };
}

function inOrder(properties: Enumerated[]): StoredProperty[] {
  return properties.sort((a, b) => a.order - b.order);
}

/** True if a Symbol is of V8's own use, so that no program can see properties under it. */
export function isPrivateSymbol(view: HeapView, key: Tagged): boolean {
  if (!view.isType(view.readable(key), view.layout.types.SYMBOL)) return false;
  const { flags, isPrivate } = view.layout.objects.symbol;
  return (view.u32(key, flags) & isPrivate) !== 0;
}

/** True for `#name` keys of class instances. */
export function isPrivateName(view: HeapView, key: Tagged): boolean {
  const { flags, isPrivateName: bit } = view.layout.objects.symbol;
  return isPrivateSymbol(view, key) && (view.u32(key, flags) & bit) !== 0;
}

export function isPrivateBrand(view: HeapView, key: Tagged): boolean {
  const { flags, isPrivateBrand: bit } = view.layout.objects.symbol;
  return isPrivateSymbol(view, key) && (view.u32(key, flags) & bit) === bit;
}

/** Getter and setter of an AccessorPair; undefined, null and templates count as none. */
export function accessorPair(
  view: HeapView,
  pair: Tagged,
): { readonly getter: Tagged | undefined; readonly setter: Tagged | undefined } {
  const { accessorPair: offsets } = view.layout.objects;
  const part = (offset: number) => {
    const word = view.readable(view.tagged(pair, offset));
    return view.isReceiver(word) ? word : undefined;
  };
  return { getter: part(offsets.getter), setter: part(offsets.setter) };
}
