import { grown } from '../columns.ts';
import type { HeapImage } from './heap-image.ts';
import { KindSizes } from './kind-sizes.ts';

/** What is to be followed of the objects of a kind: so many words behind the first one, or one of these. */
export const Follow = {
  nothing: -1,
  /** As many words as the sizes of kinds say. */
  bySize: -2,
  /** More than words. */
  special: -3,
} as const;

/** What tells kinds apart, in shared memory. */
export interface KindColumns {
  /** By index of a map: id of the kind + 1; less than 1 where none is known. */
  readonly byMap: Int32Array;
  /** By kind's id: Follow. */
  readonly follow: Int32Array;
  /** What KindSizes is made of. */
  readonly sizes: Int32Array;
}

/** What the loop leaves to others. */
export interface Unusual {
  /** Id of the kind of the object at word `i`, which has an unknown map; -1 for what is none, or is left to another thread. */
  kindOf(i: number): number;
  /** Sees to a marked object of which more than words is to be followed; returns how many words are left to follow. */
  special(i: number, id: number): number;
  /** Called once in a while. */
  pause(): void;
}

const PAUSE_MASK = 0x3ff;

/** Marks what objects lead to; several of them may do so at the same time, each with objects of its own to follow. */
export class Tracer {
  /** Words of the longest array that was followed. */
  longest = 0;
  /** How many objects were followed. */
  count = 0;
  readonly #image: HeapImage;
  readonly #kinds: KindColumns;
  readonly #sizes: KindSizes;
  readonly #unusual: Unusual;
  /** Marked objects whose words are still to be followed, and the ids of their kinds: between base and top. */
  #indexes: Int32Array;
  #ids: Int32Array;
  #base = 0;
  #top = 0;

  constructor(image: HeapImage, kinds: KindColumns, unusual: Unusual) {
    this.#image = image;
    this.#kinds = kinds;
    this.#sizes = new KindSizes(kinds.sizes);
    this.#unusual = unusual;
    // Far more than is ever needed at once; memory that is never touched costs nothing.
    const room = image.halves.length / 16 + (1 << 10);
    this.#indexes = new Int32Array(room);
    this.#ids = new Int32Array(room);
  }

  /** Objects that are still to be followed. */
  get depth(): number {
    return this.#top - this.#base;
  }

  /** Marks the object at word `i`, which is of that kind, unless it is marked; it is to be followed. */
  mark(i: number, id: number): void {
    // Whoever sees the mark sees the id.
    this.#image.halves[2 * i] = id;
    if (this.#image.mark(i)) this.push(i, id);
  }

  /** The marked object at word `i`, which is of that kind, is to be followed. */
  push(i: number, id: number): void {
    if (this.#kinds.follow[id] === Follow.nothing) return;
    if (this.#top === this.#indexes.length) this.#grow(1);
    this.#indexes[this.#top] = i;
    this.#ids[this.#top++] = id;
  }

  /** Follows all objects, and what they lead to. */
  drain(): void {
    while (this.#top > this.#base) {
      if ((++this.count & PAUSE_MASK) === 0) {
        this.#unusual.pause();
        if (this.#top === this.#base) break;
      }
      this.#follow(this.#indexes[--this.#top]!, this.#ids[this.#top]!);
    }
    this.#base = 0;
    this.#top = 0;
  }

  /** Marks what the object at word `i` leads to. A function of its own: engines leave inner loops late. */
  #follow(i: number, id: number): void {
    const image = this.#image;
    const { halves, marks } = image;
    const { byMap, follow } = this.#kinds;
    let words = follow[id]!;
    if (words < 0) words = words === Follow.bySize ? this.#bySize(i, id) : this.#unusual.special(i, id);
    // Room for all that the object may lead to.
    if (this.#top + words >= this.#indexes.length) this.#grow(words);
    const indexes = this.#indexes;
    const ids = this.#ids;
    let top = this.#top;
    const end = 2 * (i + words);
    for (let w = 2 * i + 2; w <= end; w += 2) {
      const low = halves[w]!;
      if ((low & 3) !== 1) continue;
      const target = image.indexOf(low, halves[w + 1]!);
      if (target < 0) continue;
      const m = 2 * (target >>> 5);
      const bit = 1 << (target & 31);
      if ((marks[m]! & bit) !== 0) continue;
      const map = image.target(target);
      if (map < 0) continue;
      const known = byMap[map]!;
      const found = known > 0 ? known - 1 : this.#unusual.kindOf(target);
      if (found < 0) continue;
      halves[2 * target] = found;
      if ((Atomics.or(marks, m, bit) & bit) !== 0) continue;
      if (follow[found] === Follow.nothing) continue;
      indexes[top] = target;
      ids[top++] = found;
    }
    this.#top = top;
  }

  /** Gives up to so many of the objects that have waited longest: pairs of index and id. Returns how many. */
  give(to: Int32Array, most: number): number {
    const count = Math.min(most, this.depth);
    for (let n = 0; n < count; n++) {
      to[2 * n] = this.#indexes[this.#base + n]!;
      to[2 * n + 1] = this.#ids[this.#base + n]!;
    }
    this.#base += count;
    return count;
  }

  take(from: Int32Array, count: number): void {
    for (let n = 0; n < count; n++) this.push(from[2 * n]!, from[2 * n + 1]!);
  }

  #bySize(i: number, id: number): number {
    const image = this.#image;
    const words = this.#sizes.of(image.halves, i, id) / 8;
    // What does not fit makes no sense.
    if (words < 1 || words > image.pageOf(i).end - i) return 0;
    if (words > this.longest) this.longest = words;
    return words - 1;
  }

  #grow(needed: number): void {
    this.#indexes = grown(this.#indexes, this.#top + needed + 1);
    this.#ids = grown(this.#ids, this.#top + needed + 1);
  }
}
