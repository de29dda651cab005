import { address } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import { type HeapPage, pagesOf } from '../v8/heap-pages.ts';
import type { Isolate } from '../v8/isolate.ts';
import type { PassProgress, Share } from './pass-progress.ts';

const UNIT = 4096;
const HIGH = 0x1_0000_0000;

/** A heap page and where its words stand in the image. */
export interface LoadedPage extends HeapPage {
  /** Index of its first word. */
  readonly first: number;
  /** Index behind the last word of its area. */
  readonly end: number;
}

/**
 * The pages of one isolate in one array, with a mark bit for each word: a heap of n bytes takes n bytes here
 * and n/32 for marks and ranks. An object is named by the index of its first word; marked objects get
 * ordinals in the order of their indexes, which is that of their addresses.
 */
export class HeapImage {
  readonly pages: readonly LoadedPage[];
  /** Bytes of pages that the dump does not have. */
  readonly unreadable: number;
  /** Low and high halves of all words: word i stands at 2i and 2i + 1. */
  readonly halves: Uint32Array;
  /** The same bytes. */
  readonly bytes: Uint8Array;
  /** Bit i: a live object starts at word i. */
  readonly #marks: Uint32Array;
  /** Number of live objects before each 32 words; filled by `number`. */
  readonly #ranks: Uint32Array;
  readonly #unitShift: number;
  readonly #unitMask: number;
  /** Open addressing by the number of a page's first unit: unit + 1, page. */
  readonly #units: Int32Array;
  readonly #unitPages: Int32Array;
  readonly #tableMask: number;
  /** By page: bytes from its start to its area, and to the area's end; index of its first word. */
  readonly #areaStarts: Float64Array;
  readonly #areaEnds: Float64Array;
  readonly #firsts: Float64Array;
  #lastPage: LoadedPage | undefined;

  constructor(isolate: Isolate, progress: PassProgress) {
    const { memory, layout } = isolate.runtime;
    this.#unitShift = Math.log2(layout.pages.pageSize);
    this.#unitMask = layout.pages.pageSize - 1;
    const pages: LoadedPage[] = [];
    let words = 0;
    const live = pagesOf(isolate).filter((p) => !p.isDead);
    for (const page of [...live].sort((a, b) => a.start - b.start)) {
      pages.push({ ...page, first: words, end: words + Math.floor((page.areaEnd - page.start) / 8) });
      words += Math.ceil(page.size / 256) * 32;
    }
    this.pages = pages;
    this.halves = new Uint32Array(2 * words);
    this.bytes = new Uint8Array(this.halves.buffer);
    this.#marks = new Uint32Array(words / 32);
    this.#ranks = new Uint32Array(words / 32);
    progress.total = 8 * words;
    const loaded = progress.of('load');
    let unreadable = 0;
    for (const page of pages) {
      unreadable += this.#load(memory, page);
      loaded(page.end / words);
    }
    this.unreadable = unreadable;
    const size = 2 ** Math.ceil(Math.log2(4 * pages.length + 16));
    this.#tableMask = size - 1;
    this.#units = new Int32Array(size);
    this.#unitPages = new Int32Array(size);
    this.#areaStarts = Float64Array.from(pages, (p) => p.areaStart - p.start);
    this.#areaEnds = Float64Array.from(pages, (p) => p.areaEnd - p.start);
    this.#firsts = Float64Array.from(pages, (p) => p.first);
    for (const [i, page] of pages.entries()) {
      const unit = Math.floor(page.start / layout.pages.pageSize);
      let slot = this.#slot(unit);
      while (this.#units[slot] !== 0) slot = (slot + 1) & this.#tableMask;
      this.#units[slot] = unit + 1;
      this.#unitPages[slot] = i;
    }
  }

  /** Index of the word that a pointer of these halves leads to, its tag left out of account; -1 outside of the heap. */
  indexOf(low: number, high: number): number {
    if (high >= 0x10000) return -1;
    const unit = ((high << (32 - this.#unitShift)) | (low >>> this.#unitShift)) >>> 0;
    let slot = this.#slot(unit);
    for (let found = this.#units[slot]!; found !== unit + 1; found = this.#units[slot]!) {
      if (found === 0) return -1;
      slot = (slot + 1) & this.#tableMask;
    }
    const page = this.#unitPages[slot]!;
    const offset = low & this.#unitMask & ~3;
    if ((offset & 4) !== 0 || offset < this.#areaStarts[page]! || offset >= this.#areaEnds[page]!) return -1;
    return this.#firsts[page]! + (offset >>> 3);
  }

  /** As `indexOf`, for an address. */
  indexAt(a: number): number {
    return this.indexOf((a % HIGH) >>> 0, Math.floor(a / HIGH));
  }

  /** Index of what the strong pointer at word `i` leads to, or -1. */
  target(i: number): number {
    const low = this.halves[2 * i]!;
    return (low & 3) === 1 ? this.indexOf(low, this.halves[2 * i + 1]!) : -1;
  }

  /** The page of a word. */
  pageOf(i: number): LoadedPage {
    const last = this.#lastPage;
    if (last !== undefined && i >= last.first && i < last.end) return last;
    let low = 0;
    let high = this.pages.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#firsts[middle]! <= i) low = middle;
      else high = middle - 1;
    }
    this.#lastPage = this.pages[low]!;
    return this.#lastPage;
  }

  addressOf(i: number): number {
    const page = this.pageOf(i);
    return page.start + 8 * (i - page.first);
  }

  isMarked(i: number): boolean {
    return ((this.#marks[i >>> 5]! >>> (i & 31)) & 1) === 1;
  }

  /** Sets the mark of an object. */
  mark(i: number): void {
    this.#marks[i >>> 5]! |= 1 << (i & 31);
  }

  /** Numbers the marked objects from `first` on; returns how many there are. */
  number(first: number): number {
    let count = first;
    const marks = this.#marks;
    for (let i = 0; i < marks.length; i++) {
      this.#ranks[i] = count;
      if (marks[i] !== 0) count += bitCount(marks[i]!);
    }
    return count - first;
  }

  /** Ordinal of the object at word `i`, or -1 if it is not marked. */
  ordinalOf(i: number): number {
    if (i < 0) return -1;
    const bits = this.#marks[i >>> 5]!;
    const bit = 1 << (i & 31);
    if ((bits & bit) === 0) return -1;
    return this.#ranks[i >>> 5]! + bitCount(bits & (bit - 1));
  }

  /** Calls `visit` for each marked object in the order of addresses, and `passed` behind each page. */
  forEachMarked(visit: (i: number, page: LoadedPage) => void, passed?: Share): void {
    const marks = this.#marks;
    const words = 32 * marks.length;
    for (const page of this.pages) {
      const end = (page.end + 31) >>> 5;
      for (let m = page.first >>> 5; m < end; m++) {
        for (let bits = marks[m]!; bits !== 0; bits &= bits - 1) {
          visit(32 * m + 31 - Math.clz32(bits & -bits), page);
        }
      }
      passed?.(page.end / words);
    }
  }

  #slot(unit: number): number {
    return (Math.imul(unit, 0x9e37_79b1) >>> 8) & this.#tableMask;
  }

  /** Bytes that are missing. */
  #load(memory: Memory, page: LoadedPage): number {
    const target = this.bytes.subarray(8 * page.first, 8 * page.first + page.size);
    if (memory.copy(page.start, target) === page.size) return 0;
    let missing = 0;
    for (let done = 0; done < page.size; done += UNIT) {
      const from = address(page.start + done);
      const length = Math.min(UNIT, page.size - done);
      if (memory.copy(from, target.subarray(done, done + length)) === length) continue;
      // Guard pages stand before and behind code.
      if (from >= page.areaStart && from + length <= page.areaEnd) missing += length;
    }
    return missing;
  }
}

function bitCount(word: number): number {
  let n = word - ((word >>> 1) & 0x5555_5555);
  n = (n & 0x3333_3333) + ((n >>> 2) & 0x3333_3333);
  return (((n + (n >>> 4)) & 0x0f0f_0f0f) * 0x0101_0101) >>> 24;
}
