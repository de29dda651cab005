import { bitCount } from '../bit-count.ts';
import type { NodeAddresses } from '../graph/node-addresses.ts';
import { partitionPoint } from '../partition-point.ts';
import type { LoadedPage } from './heap-image.ts';

/** Which nodes are objects, and the addresses of those that are not. */
export interface NodePlaces {
  /** Pages of an image, and its marks: see HeapImage. */
  readonly pages: readonly LoadedPage[];
  readonly marks: Int32Array;
  /** Ordinals of the first object, and behind the last. */
  readonly first: number;
  readonly end: number;
  /** Addresses of what comes behind the objects. */
  readonly natives: readonly number[];
}

/** Addresses of objects out of the marks of an image, which take a fourth of the memory that a column would. */
export class ObjectAddresses implements NodeAddresses {
  readonly #places: NodePlaces;
  /** The 32 words that the last object was among, and its page. */
  #unit = 0;
  #page: LoadedPage | undefined;

  constructor(places: NodePlaces) {
    this.#places = places;
  }

  of(ordinal: number): number {
    const { first, end, natives, marks } = this.#places;
    if (ordinal < first) return 0;
    if (ordinal >= end) return natives[ordinal - end] ?? 0;
    const unit = this.#unitOf(ordinal);
    this.#unit = unit;
    let bits = marks[2 * unit]!;
    for (let skip = ordinal - marks[2 * unit + 1]!; skip > 0; skip--) bits &= bits - 1;
    const word = 32 * unit + 31 - Math.clz32(bits & -bits);
    if (!this.#page || word < this.#page.first || word >= this.#page.end)
      this.#page = this.#lastPage((page) => page.first <= word);
    return this.#page ? this.#page.start + 8 * (word - this.#page.first) : 0;
  }

  /** Where the area of its page ends: of the object whose address was told last. */
  get areaEnd(): number {
    return this.#page?.areaEnd ?? 0;
  }

  find(address: number): number {
    const { end, natives, marks } = this.#places;
    const page = this.#lastPage(({ start }) => start <= address);
    if (page && address < page.areaEnd && address % 8 === 0) {
      const word = page.first + (address - page.start) / 8;
      const unit = Math.floor(word / 32);
      const bit = 1 << (word % 32);
      if ((marks[2 * unit]! & bit) !== 0)
        return marks[2 * unit + 1]! + bitCount(marks[2 * unit]! & (bit - 1));
    }
    const native = address === 0 ? -1 : natives.indexOf(address);
    return native < 0 ? -1 : end + native;
  }

  /** The last page of those that come first and are as `is` says. */
  #lastPage(is: (page: LoadedPage) => boolean): LoadedPage | undefined {
    const { pages } = this.#places;
    return pages[partitionPoint(pages.length, (n) => is(pages[n]!)) - 1];
  }

  /** The 32 words that the object of an ordinal is among: the last ones before which there are not more. */
  #unitOf(ordinal: number): number {
    const { marks } = this.#places;
    const rank = (unit: number) => marks[2 * unit + 1] ?? Number.POSITIVE_INFINITY;
    // One after another they are asked for most.
    const last = this.#unit;
    if (rank(last) <= ordinal && ordinal < rank(last + 1)) return last;
    let low = 0;
    let high = marks.length / 2;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (rank(middle) <= ordinal) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
