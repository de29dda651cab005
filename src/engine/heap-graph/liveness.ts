import { grown } from '../columns.ts';
import type { HeapImage, LoadedPage } from './heap-image.ts';
import type { Kind, ObjectKinds } from './object-kinds.ts';
import type { Share } from './pass-progress.ts';

/** How many words of the objects of a kind are to be followed, the first one not among them; or one of these. */
const UNKNOWN = -2;
const SPECIAL = -1;
const NOTHING = 0;

/** Words of an object, on the average. */
const USUAL_WORDS = 6;

/**
 * Marks what V8's collector would: everything that strong references reach from the roots; a value of an
 * ephemeron table once its key is alive (heap/mark-compact.cc, ProcessEphemerons).
 */
export class Liveness {
  /** Tables of WeakMaps and WeakSets that were found alive, by their index. */
  readonly tables: number[] = [];
  /** Indexes of live objects that may stand for objects of Node's C++. */
  readonly wrappers: number[] = [];
  /** Words of the longest array that was found alive. */
  longest = 0;
  readonly #image: HeapImage;
  readonly #kinds: ObjectKinds;
  /** Objects whose words are still to be followed: their indexes and the ids of their kinds. */
  #indexes: Int32Array;
  #ids: Int32Array;
  #depth = 0;
  /** By kind's id. */
  #words = new Int32Array(1 << 12).fill(UNKNOWN);
  /** Kinds whose maps are marked, too. */
  #mapsMarked = 0;
  #followed = 0;

  readonly #codeOf: (handle: number) => number;
  readonly #tracedBy: (i: number) => readonly number[];
  /** By dispatch handle that was followed: index of the code, or -1. */
  readonly codes = new Map<number, number>();

  /**
   * `codeOf` gives the index of the code that a dispatch handle stands for, or -1; `tracedBy` the indexes of what
   * the C++ object holds that an object wraps.
   */
  constructor(
    image: HeapImage,
    kinds: ObjectKinds,
    codeOf: (handle: number) => number,
    tracedBy: (i: number) => readonly number[],
  ) {
    this.#tracedBy = tracedBy;
    this.#image = image;
    this.#kinds = kinds;
    this.#codeOf = codeOf;
    // Far more than is ever needed at once; memory that is never touched costs nothing.
    const room = image.halves.length / 16 + (1 << 10);
    this.#indexes = new Int32Array(room);
    this.#ids = new Int32Array(room);
  }

  /** Marks from a strong root; false if the words lead to no heap object. */
  root(low: number, high: number): boolean {
    return (low & 3) === 1 && this.#reach(this.#image.indexOf(low, high));
  }

  /** Marks all objects of a page, which lie one after another; those of the kinds in `except` are left out. */
  page(page: LoadedPage, except: ReadonlySet<number>): void {
    for (let i = page.first + (page.areaStart - page.start) / 8; i < page.end; ) {
      const kind = this.#kinds.at(i);
      if (kind === undefined) return;
      if (!except.has(kind.map.word)) this.#reach(i);
      i += Math.ceil(this.#kinds.size(i, kind, page) / 8);
    }
  }

  /** Follows all references until nothing new is found; `followed` is told by the pages' size how much of them. */
  finish(followed: Share): void {
    do this.#follow(followed);
    while (this.#ephemerons());
  }

  /** True if an object stands at word `i`, which is marked now. */
  #reach(i: number): boolean {
    if (i < 0) return false;
    if (this.#image.isMarked(i)) return true;
    const id = this.#kinds.idAt(i);
    if (id < 0) return false;
    this.#kinds.mark(i, id);
    if (this.#wordsOf(id) !== NOTHING) this.#push(i, id);
    return true;
  }

  #push(i: number, id: number): void {
    if (this.#depth === this.#indexes.length) this.#grow(1);
    this.#indexes[this.#depth] = i;
    this.#ids[this.#depth++] = id;
  }

  #follow(followed: Share): void {
    const kinds = this.#kinds;
    do {
      this.#drain(followed);
      // All objects of a kind have one map.
      for (; this.#mapsMarked < kinds.count; this.#mapsMarked++)
        this.#reach(kinds.of(this.#mapsMarked).mapIndex);
    } while (this.#depth > 0);
  }

  #drain(followed: Share): void {
    const image = this.#image;
    const kinds = this.#kinds;
    const { halves, marks } = image;
    const { byMap } = kinds;
    while (this.#depth > 0) {
      const i = this.#indexes[--this.#depth]!;
      const id = this.#ids[this.#depth]!;
      if ((++this.#followed & 0xffff) === 0) followed((this.#followed * USUAL_WORDS) / (halves.length / 2));
      let words = this.#words[id]!;
      if (words === SPECIAL) words = this.#special(i, kinds.of(id));
      // Room for all that the object may lead to.
      if (this.#depth + words >= this.#indexes.length) this.#grow(words);
      const wordsOf = this.#words;
      const indexes = this.#indexes;
      const ids = this.#ids;
      let depth = this.#depth;
      const end = 2 * (i + words);
      for (let w = 2 * i + 2; w <= end; w += 2) {
        const low = halves[w]!;
        if ((low & 3) !== 1) continue;
        const target = image.indexOf(low, halves[w + 1]!);
        if (target < 0) continue;
        const bit = 1 << (target & 31);
        if ((marks[target >>> 5]! & bit) !== 0) continue;
        const map = image.target(target);
        if (map < 0) continue;
        const known = byMap[map]!;
        const found = known > 0 ? known - 1 : kinds.idAt(target);
        if (found < 0) continue;
        marks[target >>> 5]! |= bit;
        halves[2 * target] = found;
        const more = found < wordsOf.length ? wordsOf[found]! : UNKNOWN;
        if (more === NOTHING) continue;
        if (more === UNKNOWN && this.#wordsOf(found) === NOTHING) continue;
        indexes[depth] = target;
        ids[depth++] = found;
      }
      this.#depth = depth;
    }
  }

  #grow(needed: number): void {
    this.#indexes = grown(this.#indexes, this.#depth + needed + 1);
    this.#ids = grown(this.#ids, this.#depth + needed + 1);
  }

  #wordsOf(id: number): number {
    while (id >= this.#words.length) {
      const known = this.#words.length;
      this.#words = grown(this.#words);
      this.#words.fill(UNKNOWN, known);
    }
    let words = this.#words[id]!;
    if (words === UNKNOWN) {
      const kind = this.#kinds.of(id);
      if (kind.body === 'data') words = NOTHING;
      else if (kind.dispatchHandle > 0 || kind.isWrapper || kind.body !== 'words') words = SPECIAL;
      else words = kind.sizeRule === 'fixed' ? kind.map.instanceSize / 8 - 1 : SPECIAL;
      this.#words[id] = words;
    }
    return words;
  }

  /** What is more than to follow a fixed number of words; returns how many are still to be followed. */
  #special(i: number, kind: Kind): number {
    if (kind.dispatchHandle > 0) this.#dispatch(this.#image.halves[2 * i + kind.dispatchHandle / 4]! >>> 0);
    if (kind.isWrapper) {
      this.wrappers.push(i);
      for (const held of this.#tracedBy(i)) this.#reach(held);
    }
    const words = Math.ceil(this.#bytes(i, kind) / 8);
    if (words > this.longest) this.longest = words;
    if (kind.body === 'ephemerons') {
      this.tables.push(i);
      return 0;
    }
    if (kind.weakOffsets.length === 0) return words - 1;
    for (let w = 1; w < words; w++)
      if (!kind.weakOffsets.includes(8 * w)) this.#reach(this.#image.target(i + w));
    return 0;
  }

  #bytes(i: number, kind: Kind): number {
    if (kind.sizeRule === 'fixed' && kind.body !== 'header') return kind.map.instanceSize;
    const page = this.#image.pageOf(i);
    if (kind.body === 'header') return Math.min(kind.header, 8 * (page.end - i));
    return this.#kinds.size(i, kind, page);
  }

  /** A function holds its code by an entry of a table outside of the heap. */
  #dispatch(handle: number): void {
    if (this.codes.has(handle)) return;
    const code = this.#codeOf(handle);
    this.codes.set(handle, code);
    if (code >= 0) this.#reach(code);
  }

  /** Marks values whose keys are alive; true if any was new. */
  #ephemerons(): boolean {
    let found = false;
    for (const table of this.tables) {
      const { first, end } = ephemeronSlots(this.#image, table);
      for (let key = first; key + 1 < end; key += 2) {
        const value = this.#image.target(key + 1);
        if (value < 0 || this.#image.isMarked(value)) continue;
        const holder = this.#image.target(key);
        if (holder >= 0 && this.#image.isMarked(holder) && this.#reach(value)) found = true;
      }
    }
    return found;
  }
}

/** Words of an EphemeronHashTable in which keys and values alternate: behind the length and three counts. */
export function ephemeronSlots(image: HeapImage, table: number): { first: number; end: number } {
  // The length is a Smi: its value is the upper half.
  const length = image.halves[2 * table + 3]!;
  return { first: table + 2 + 3, end: Math.min(table + 2 + length, image.pageOf(table).end) };
}
