import { grown } from '../columns.ts';
import type { HeapImage, LoadedPage } from './heap-image.ts';
import type { Kind, ObjectKinds } from './object-kinds.ts';
import type { Share } from './pass-progress.ts';

/** Objects whose words are still to be followed: their indexes and the ids of their kinds. */
class WorkStack {
  #indexes = new Uint32Array(1 << 16);
  #kinds = new Uint32Array(1 << 16);
  count = 0;

  push(i: number, kind: number): void {
    if (this.count === this.#indexes.length) {
      this.#indexes = grown(this.#indexes);
      this.#kinds = grown(this.#kinds);
    }
    this.#indexes[this.count] = i;
    this.#kinds[this.count++] = kind;
  }

  /** Index of the object taken last; its kind is `kind`. */
  pop(): number {
    return this.#indexes[--this.count]!;
  }

  /** Kind of what `pop` gave just before. */
  get kind(): number {
    return this.#kinds[this.count]!;
  }
}

/** Words of an object, on the average. */
const USUAL_WORDS = 6;

/**
 * Marks what V8's collector would: everything that strong references reach from the roots; a value of an
 * ephemeron table once its key is alive (heap/mark-compact.cc, ProcessEphemerons).
 */
export class Liveness {
  /** Tables of WeakMaps and WeakSets that were found alive, by their index. */
  readonly tables: number[] = [];
  readonly #image: HeapImage;
  readonly #kinds: ObjectKinds;
  readonly #stack = new WorkStack();
  #followed = 0;

  readonly #codeOf: (handle: number) => number;
  readonly #tracedBy: (i: number) => readonly number[];
  /** Dispatch handles that were followed. */
  readonly #dispatched = new Set<number>();

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
    this.#image = image;
    this.#kinds = kinds;
    this.#codeOf = codeOf;
    this.#tracedBy = tracedBy;
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
    do this.#drain(followed);
    while (this.#ephemerons());
  }

  #reach(i: number): boolean {
    if (i < 0) return false;
    if (this.#image.isMarked(i)) return true;
    const kind = this.#kinds.idAt(i);
    if (kind < 0) return false;
    this.#image.mark(i);
    this.#stack.push(i, kind);
    return true;
  }

  #drain(followed: Share): void {
    const stack = this.#stack;
    const { all } = this.#kinds;
    while (stack.count > 0) {
      const i = stack.pop();
      const kind = all[stack.kind]!;
      if ((++this.#followed & 0xffff) === 0)
        followed((this.#followed * USUAL_WORDS) / (this.#image.halves.length / 2));
      this.#word(i);
      if (kind.body !== 'data') this.#body(i, kind);
      if (kind.wraps) for (const held of this.#tracedBy(i)) this.#reach(held);
      if (kind.dispatchHandle > 0) this.#dispatch(this.#image.halves[2 * i + kind.dispatchHandle / 4]!);
    }
  }

  /** A function holds its code by an entry of a table outside of the heap. */
  #dispatch(handle: number): void {
    if (this.#dispatched.has(handle)) return;
    this.#dispatched.add(handle);
    const code = this.#codeOf(handle);
    if (code >= 0) this.#reach(code);
  }

  #body(i: number, kind: Kind): void {
    if (kind.body === 'ephemerons') {
      this.tables.push(i);
      return;
    }
    const bytes =
      kind.sizeRule === 'fixed' && kind.body !== 'header'
        ? kind.map.instanceSize
        : this.#variableSize(i, kind);
    const end = i + bytes / 8;
    if (kind.weakOffsets.length > 0) {
      for (let w = i + 1; w < end; w++) if (!kind.weakOffsets.includes((w - i) * 8)) this.#word(w);
      return;
    }
    const { halves } = this.#image;
    for (let w = i + 1; w < end; w++) {
      const low = halves[2 * w]!;
      if ((low & 3) === 1) this.#reach(this.#image.indexOf(low, halves[2 * w + 1]!));
    }
  }

  #variableSize(i: number, kind: Kind): number {
    const page = this.#image.pageOf(i);
    const size = this.#kinds.size(i, kind, page);
    return kind.body === 'header' ? Math.min(kind.header, 8 * (page.end - i)) : size;
  }

  #word(i: number): void {
    const target = this.#image.target(i);
    if (target >= 0) this.#reach(target);
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
