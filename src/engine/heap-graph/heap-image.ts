import { bitCount } from '../bit-count.ts';
import type { HeapPage } from '../v8/heap-pages.ts';

const HIGH = 0x1_0000_0000;
/** Shift of the number of words by which pages are looked up; most pages have 2^15. */
const GRANULE = 12;

/** A heap page and where its words stand in the image. */
export interface LoadedPage extends HeapPage {
  /** Index of its first word. */
  readonly first: number;
  /** Index behind the last word of its area. */
  readonly end: number;
}

/** What makes an image, on whatever thread: everything in `buffers` is shared. */
export interface ImageShape {
  readonly pages: readonly LoadedPage[];
  /** Bytes of a regular page. */
  readonly pageSize: number;
  readonly words: number;
  readonly buffers: {
    readonly words: SharedArrayBuffer;
    readonly marks: SharedArrayBuffer;
  };
}

/**
 * The pages of one isolate in one array, with a mark bit for each word: a heap of n bytes takes n bytes here
 * and n/32 for marks and ordinals. An object is named by the index of its first word; marked objects get
 * ordinals in the order of their indexes, which is that of their addresses.
 */
export class HeapImage {
  readonly pages: readonly LoadedPage[];
  /**
   * Low and high halves of all words: word i stands at 2i and 2i + 1. Of marked objects the low half of the first
   * word, which leads to the map, is replaced by the id of their kind.
   */
  readonly halves: Int32Array;
  /** The same bytes. */
  readonly bytes: Uint8Array;
  /**
   * Two numbers for each 32 words, which are mostly needed together: 2n has a bit for each word, set where a live
   * object starts; 2n + 1 the ordinal of the first of them, filled by `number`.
   */
  readonly marks: Int32Array;
  readonly #unitShift: number;
  readonly #unitMask: number;
  /**
   * Open addressing by the number of a page's first unit, in rows of four: unit + 1; index of the page's first
   * word; bytes from its start to its area, and to the area's end or the unit's.
   */
  readonly #units: Uint32Array;
  readonly #unitsMask: number;
  /** By page: index of its first word. */
  readonly #firsts: Uint32Array;
  /** By 2^GRANULE words: the page of the first of them. */
  readonly #granules: Uint32Array;

  /** The image of pages whose bytes are there already, or are put where `bytesOf` says. */
  constructor({ pages, pageSize, words, buffers }: ImageShape) {
    this.pages = pages;
    this.#unitShift = Math.log2(pageSize);
    this.#unitMask = pageSize - 1;
    this.halves = new Int32Array(buffers.words);
    this.bytes = new Uint8Array(buffers.words);
    this.marks = new Int32Array(buffers.marks);
    const rows = 2 ** Math.ceil(Math.log2(4 * pages.length + 16));
    this.#unitsMask = 4 * rows - 1;
    this.#units = new Uint32Array(4 * rows);
    this.#firsts = Uint32Array.from(pages, (p) => p.first);
    this.#granules = new Uint32Array((words >>> GRANULE) + 1);
    for (const [i, page] of pages.entries()) {
      const unit = Math.floor(page.start / pageSize);
      let row = this.#row(unit);
      while (this.#units[row] !== 0) row = (row + 4) & this.#unitsMask;
      this.#units[row] = unit + 1;
      this.#units[row + 1] = page.first;
      this.#units[row + 2] = page.areaStart - page.start;
      this.#units[row + 3] = Math.min(page.areaEnd - page.start, pageSize);
      const next = pages[i + 1]?.first ?? words;
      for (let g = Math.ceil(page.first / 2 ** GRANULE); g * 2 ** GRANULE < next; g++) this.#granules[g] = i;
    }
  }

  /** Index of the word that a pointer of these halves leads to, its tag left out of account; -1 outside of the heap. */
  indexOf(low: number, high: number): number {
    if (high >>> 16 !== 0) return -1;
    const units = this.#units;
    const unit = ((high << (32 - this.#unitShift)) | (low >>> this.#unitShift)) >>> 0;
    let row = this.#row(unit);
    for (let found = units[row]!; found !== unit + 1; found = units[row]!) {
      if (found === 0) return -1;
      row = (row + 4) & this.#unitsMask;
    }
    const offset = low & this.#unitMask & ~3;
    if ((offset & 4) !== 0 || offset < units[row + 2]! || offset >= units[row + 3]!) return -1;
    return units[row + 1]! + (offset >>> 3);
  }

  /** As `indexOf`, for an address. */
  indexAt(a: number): number {
    return this.indexOf(a | 0, Math.floor(a / HIGH));
  }

  /** Index of what the strong pointer at word `i` leads to, or -1. */
  target(i: number): number {
    const low = this.halves[2 * i]!;
    return (low & 3) === 1 ? this.indexOf(low, this.halves[2 * i + 1]!) : -1;
  }

  /** The page of a word. */
  pageOf(i: number): LoadedPage {
    const firsts = this.#firsts;
    let page = this.#granules[i >>> GRANULE]!;
    while (page + 1 < firsts.length && firsts[page + 1]! <= i) page++;
    return this.pages[page]!;
  }

  addressOf(i: number): number {
    const page = this.pageOf(i);
    return page.start + 8 * (i - page.first);
  }

  isMarked(i: number): boolean {
    return ((this.marks[2 * (i >>> 5)]! >>> (i & 31)) & 1) === 1;
  }

  /** Sets the mark of an object, whose first word is the kind's by then; false if it was marked. */
  mark(i: number): boolean {
    const bit = 1 << (i & 31);
    return (Atomics.or(this.marks, 2 * (i >>> 5), bit) & bit) === 0;
  }

  /** Numbers the marked objects from `first` on; returns how many there are. */
  number(first: number): number {
    let count = first;
    const marks = this.marks;
    for (let m = 0; m < marks.length; m += 2) {
      marks[m + 1] = count;
      if (marks[m] !== 0) count += bitCount(marks[m]!);
    }
    return count - first;
  }

  /** Ordinal of the object at word `i`, or -1 if it is not marked. */
  ordinalOf(i: number): number {
    if (i < 0) return -1;
    const m = 2 * (i >>> 5);
    const bits = this.marks[m]!;
    const bit = 1 << (i & 31);
    if ((bits & bit) === 0) return -1;
    return this.marks[m + 1]! + bitCount(bits & (bit - 1));
  }

  /** Ordinal of the first live object of page `n`, or of what follows if it has none. */
  firstOrdinal(n: number): number {
    return this.marks[2 * (this.pages[n]!.first >>> 5) + 1]!;
  }

  /** Calls `visit` for each marked object in the order of addresses. */
  forEachMarked(visit: (i: number) => void): void {
    const { marks } = this;
    for (const page of this.pages) {
      const end = (page.end + 31) >>> 5;
      for (let m = page.first >>> 5; m < end; m++) {
        for (let bits = marks[2 * m]!; bits !== 0; bits &= bits - 1) {
          visit(32 * m + 31 - Math.clz32(bits & -bits));
        }
      }
    }
  }

  /** Where the bytes of a page belong. */
  bytesOf(number: number): Uint8Array {
    const page = this.pages[number]!;
    return this.bytes.subarray(8 * page.first, 8 * page.first + page.size);
  }

  #row(unit: number): number {
    return (Math.imul(unit, 0x9e37_79b1) >>> 8) & this.#unitsMask & ~3;
  }
}
