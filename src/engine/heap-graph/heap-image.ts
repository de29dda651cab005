import { type Address, address } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import { type HeapPage, pagesOf } from '../v8/heap-pages.ts';
import type { Isolate } from '../v8/isolate.ts';

const UNIT = 4096;

/** A heap page in memory, with one mark bit for each of its words. */
export interface LoadedPage extends HeapPage {
  /** The page's bytes as pairs of low and high halves of its words. */
  readonly halves: Uint32Array;
  /** Bit i: a live object starts at word i. */
  readonly marks: Uint32Array;
  /** Number of live objects on this and earlier pages before each 32 words; filled by `number`. */
  readonly ranks: Uint32Array;
}

/**
 * The pages of one isolate, loaded for random access: a heap of n bytes takes n bytes here and n/32 for marks
 * and ranks. Objects get ordinals in the order of their addresses.
 */
export class HeapImage {
  readonly pages: readonly LoadedPage[];
  /** Bytes of pages that the dump does not have. */
  readonly unreadable: number;
  readonly #byUnit = new Map<number, LoadedPage>();
  readonly #unitSize: number;
  #last: LoadedPage | undefined;
  #lastUnit = -1;

  constructor(isolate: Isolate) {
    const { memory, layout } = isolate.runtime;
    this.#unitSize = layout.pages.pageSize;
    const pages: LoadedPage[] = [];
    let unreadable = 0;
    for (const page of pagesOf(isolate)) {
      if (page.isDead) continue;
      const { halves, missing } = load(memory, page);
      unreadable += missing;
      const words = Math.ceil(halves.length / 64);
      const loaded = { ...page, halves, marks: new Uint32Array(words), ranks: new Uint32Array(words) };
      pages.push(loaded);
      this.#byUnit.set(Math.floor(page.start / this.#unitSize), loaded);
    }
    this.pages = pages.sort((a, b) => a.start - b.start);
    this.unreadable = unreadable;
  }

  /** The page on which an object at `a` starts; undefined outside of the heap. */
  pageOf(a: number): LoadedPage | undefined {
    const unit = Math.floor(a / this.#unitSize);
    if (unit !== this.#lastUnit) {
      this.#lastUnit = unit;
      this.#last = this.#byUnit.get(unit);
    }
    const page = this.#last;
    return page !== undefined && a >= page.areaStart && a < page.areaEnd ? page : undefined;
  }

  isMarked(page: LoadedPage, a: number): boolean {
    const word = (a - page.start) / 8;
    return ((page.marks[word >>> 5]! >>> (word & 31)) & 1) === 1;
  }

  /** Sets the mark of an object; false if it had one. */
  mark(page: LoadedPage, a: number): boolean {
    const word = (a - page.start) / 8;
    const bit = 1 << (word & 31);
    if ((page.marks[word >>> 5]! & bit) !== 0) return false;
    page.marks[word >>> 5]! |= bit;
    return true;
  }

  /** Numbers the marked objects from `first` on; returns how many there are. */
  number(first: number): number {
    let count = first;
    for (const { marks, ranks } of this.pages) {
      for (let i = 0; i < marks.length; i++) {
        ranks[i] = count;
        count += bitCount(marks[i]!);
      }
    }
    return count - first;
  }

  /** Ordinal of the marked object at `a`, or -1. */
  ordinalOf(a: number): number {
    const page = this.pageOf(a);
    if (page === undefined || a % 8 !== 0) return -1;
    const word = (a - page.start) / 8;
    const bits = page.marks[word >>> 5]!;
    const bit = 1 << (word & 31);
    if ((bits & bit) === 0) return -1;
    return page.ranks[word >>> 5]! + bitCount(bits & (bit - 1));
  }

  /** Calls `visit` for each marked object in the order of addresses. */
  forEachMarked(visit: (a: Address, page: LoadedPage) => void): void {
    for (const page of this.pages) {
      for (let i = 0; i < page.marks.length; i++) {
        for (let bits = page.marks[i]!; bits !== 0; bits &= bits - 1) {
          visit(address(page.start + 8 * (32 * i + 31 - Math.clz32(bits & -bits))), page);
        }
      }
    }
  }
}

function load(memory: Memory, page: HeapPage): { halves: Uint32Array; missing: number } {
  const bytes = new Uint8Array(Math.ceil(page.size / 8) * 8);
  let missing = 0;
  if (memory.has(page.start, page.size)) {
    bytes.set(memory.bytes(page.start, page.size));
    return { halves: new Uint32Array(bytes.buffer), missing };
  }
  for (let done = 0; done < page.size; done += UNIT) {
    const from = address(page.start + done);
    const length = Math.min(UNIT, page.size - done);
    if (memory.has(from, length)) bytes.set(memory.bytes(from, length), done);
    // Guard pages stand before and behind code.
    else if (from >= page.areaStart && from + length <= page.areaEnd) missing += length;
  }
  return { halves: new Uint32Array(bytes.buffer), missing };
}

function bitCount(word: number): number {
  let n = word - ((word >>> 1) & 0x5555_5555);
  n = (n & 0x3333_3333) + ((n >>> 2) & 0x3333_3333);
  return (((n + (n >>> 4)) & 0x0f0f_0f0f) * 0x0101_0101) >>> 24;
}
