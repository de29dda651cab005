import { EdgeType } from '../graph/types.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import type { StepTools } from './planned-input.ts';
import type { SharedTable } from './shared-table.ts';
import type { StringArena } from './string-arena.ts';
import { Trait } from './traits.ts';

/** How a NameDictionary lies in memory (objects/dictionary.h), in words. */
export interface DictionaryShape {
  /** Of the first entry, behind the header of the array. */
  readonly first: number;
  readonly entryWords: number;
  /** Bits of an entry's details (objects/property-details.h). */
  readonly kindMask: number;
  readonly kindAccessor: number;
  readonly orderShift: number;
  readonly orderMask: number;
  readonly getterWord: number;
  readonly setterWord: number;
  /** Id of the name of keys that have no text. */
  readonly unnamed: number;
}

export function dictionaryShape({ layout }: HeapView, strings: StringArena): DictionaryShape {
  const { details, hashTable, accessorPair } = layout.objects;
  return {
    first: hashTable.prefix + hashTable.namePrefixSize,
    entryWords: hashTable.nameEntrySize,
    kindMask: details.kindMask,
    kindAccessor: details.kindAccessor,
    orderShift: details.dictionaryIndexShift,
    orderMask: 2 ** details.dictionaryIndexBits - 1,
    getterWord: accessorPair.getter / 8,
    setterWord: accessorPair.setter / 8,
    unnamed: strings.add(''),
  };
}

/** Stands for the name of what is no key: undefined and the holes. */
export const NO_KEY = -1;
/** Stands for the names of a key's getter and setter up to now. */
export const UNKNOWN_NAME = -2;

/** More entries than any dictionary has: what is sorted is the order, with the entry behind it. */
const ENTRIES = 2 ** 26;
/** Up to so many are sorted by insertion. */
const FEW = 16;

export interface DictionaryTools extends Pick<StepTools, 'image' | 'edges' | 'furniture' | 'traits'> {
  /** By index of a key, and one more: ids of its name, and of those of its getter and setter. */
  readonly keys: SharedTable;
  readonly shape: DictionaryShape;
}

/** The properties of receivers that keep them in a dictionary, on whatever thread. */
export class DictionaryEdges {
  readonly #tools: DictionaryTools;
  /** Order and position of entries. */
  #found = new Float64Array(1 << 10);

  constructor(tools: DictionaryTools) {
    this.#tools = tools;
  }

  /**
   * Adds the entries of the NameDictionary at word `store` in the order in which they were made. False, and nothing
   * is added, if one of the keys is not known.
   */
  add(store: number): boolean {
    const { image, edges, keys, shape, traits } = this.#tools;
    const { halves } = image;
    const begin = edges.length;
    const count = this.#sort(store);
    for (let n = 0; n < count; n++) {
      const w = store + 2 + (this.#found[n]! % ENTRIES);
      const key = keys.find(image.target(w) + 1);
      if (key < 0) {
        edges.length = begin;
        return false;
      }
      const name = keys.cells[key]!;
      if (name === NO_KEY) continue;
      const value = image.target(w + 1);
      if (!isAccessor(halves, w, shape)) this.#push(name, value);
      else if ((traits.at(value) & Trait.accessorPair) !== 0) {
        if (Atomics.load(keys.cells, key + 1) === UNKNOWN_NAME) {
          edges.length = begin;
          return false;
        }
        this.#push(name, value);
        this.#accessor(keys.cells[key + 1]!, image.target(value + shape.getterWord));
        this.#accessor(keys.cells[key + 2]!, image.target(value + shape.setterWord));
      }
    }
    return true;
  }

  /** Puts the entries that are used in order; returns how many there are. */
  #sort(store: number): number {
    const { image, shape } = this.#tools;
    const { halves } = image;
    const end = store + 2 + Math.min(halves[2 * store + 3]!, image.pageOf(store).end - store - 2);
    if (this.#found.length * shape.entryWords < end - store) this.#found = new Float64Array(end - store);
    const found = this.#found;
    let count = 0;
    for (let w = store + 2 + shape.first; w + shape.entryWords <= end; w += shape.entryWords) {
      if ((halves[2 * w]! & 3) !== 1) continue;
      const order = (halves[2 * w + 5]! >>> shape.orderShift) & shape.orderMask;
      found[count++] = order * ENTRIES + w - store - 2;
    }
    if (count > FEW) found.subarray(0, count).sort();
    else
      for (let n = 1; n < count; n++) {
        const entry = found[n]!;
        let m = n;
        for (; m > 0 && found[m - 1]! > entry; m--) found[m] = found[m - 1]!;
        found[m] = entry;
      }
    return count;
  }

  #push(name: number, target: number): void {
    const { image, edges, furniture, shape } = this.#tools;
    const to = image.ordinalOf(target);
    if (to < 0) return;
    if (name !== shape.unnamed) edges.push(EdgeType.property, name, to);
    else if (!furniture.has(to)) edges.push(EdgeType.internal, name, to);
  }

  #accessor(name: number, target: number): void {
    const { image, edges, traits } = this.#tools;
    const to = image.ordinalOf(target);
    if (to >= 0 && (traits.at(target) & Trait.oddball) === 0) edges.push(EdgeType.property, name, to);
  }
}

/** True if the entry at word `w` has a getter and a setter. */
export function isAccessor(halves: Int32Array, w: number, shape: DictionaryShape): boolean {
  return (halves[2 * w + 5]! & shape.kindMask) === shape.kindAccessor;
}
