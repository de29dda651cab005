import type { CoreHelper } from './core-tasks.ts';
import type { HeapImage, LoadedPage } from './heap-image.ts';
import {
  accept,
  Errand,
  end,
  Helper,
  isDone,
  type MarkShare,
  MarkState,
  markShare,
  offer,
  runErrands,
} from './mark-share.ts';
import type { Kind, ObjectKinds } from './object-kinds.ts';
import type { Share } from './pass-progress.ts';
import { Tracer } from './tracer.ts';

/** Words of an object, on the average. */
const USUAL_WORDS = 6;
/** Milliseconds without a sign of life after which the other thread counts as lost. */
const PATIENCE = 3000;

/**
 * Marks what V8's collector would: everything that strong references reach from the roots; a value of an
 * ephemeron table once its key is alive (heap/mark-compact.cc, ProcessEphemerons).
 */
export class Liveness {
  /** Tables of WeakMaps and WeakSets that were found alive, by their index. */
  readonly tables: number[] = [];
  /** Indexes of live objects that may stand for objects of V8's C++ heap. */
  readonly wrappers: number[] = [];
  /** By dispatch handle that was followed: index of the code, or -1. */
  readonly codes = new Map<number, number>();
  readonly #image: HeapImage;
  readonly #kinds: ObjectKinds;
  readonly #codeOf: (handle: number) => number;
  readonly #tracedBy: (i: number) => readonly number[];
  readonly #tracer: Tracer;
  /** Words of the longest array that the tracer has not seen. */
  #longest = 0;
  /** Kinds whose maps are marked, too. */
  #mapsMarked = 0;
  #share: MarkShare | undefined;
  #followed: Share = () => undefined;

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
    this.#tracer = new Tracer(image, kinds.columns, {
      kindOf: (i) => kinds.idAt(i),
      special: (i, id) => this.#special(i, kinds.of(id)),
      pause: () => this.#pause(),
    });
  }

  /** Words of the longest array that was found alive. */
  get longest(): number {
    return Math.max(this.#longest, this.#tracer.longest);
  }

  /** Marks the object at word `i`, which a root holds strongly; false if there is none. */
  root(i: number): boolean {
    return this.#reach(i);
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
    this.#followed = followed;
    do this.#follow();
    while (this.#ephemerons());
  }

  /** As `finish`, together with a helper. */
  async finishWith(helper: CoreHelper, followed: Share): Promise<void> {
    const share = markShare(this.#kinds.columns);
    this.#share = share;
    const theirs = helper.run('mark', share);
    this.finish(followed);
    end(share);
    const longest = await theirs.catch(() => undefined);
    const isWhole = this.#share !== undefined && longest !== undefined;
    this.#share = undefined;
    if (isWhole) this.#longest = Math.max(this.#longest, longest);
    else this.#again();
  }

  /** Nobody knows what the other thread has left undone: everything is followed once more. */
  #again(): void {
    const { halves } = this.#image;
    this.tables.length = 0;
    this.wrappers.length = 0;
    this.#image.forEachMarked((i) => this.#tracer.push(i, halves[2 * i]!));
    this.finish(this.#followed);
  }

  /** True if an object stands at word `i`, which is marked now. */
  #reach(i: number): boolean {
    if (i < 0) return false;
    if (this.#image.isMarked(i)) return true;
    const id = this.#kinds.idAt(i);
    if (id < 0) return false;
    this.#tracer.mark(i, id);
    return true;
  }

  #follow(): void {
    const kinds = this.#kinds;
    do {
      this.#drain();
      // All objects of a kind have one map.
      for (; this.#mapsMarked < kinds.count; this.#mapsMarked++)
        this.#reach(kinds.of(this.#mapsMarked).mapIndex);
    } while (this.#tracer.depth > 0);
  }

  /** Until neither this thread nor the other one has anything left to follow, or the other one is lost. */
  #drain(): void {
    const share = this.#share;
    this.#tracer.drain();
    if (!share) return;
    const { state } = share;
    const alive = { beat: -1, since: 0 };
    for (;;) {
      if (this.#runErrands() || accept(share, this.#tracer)) {
        Atomics.store(state, MarkState.isMainIdle, 0);
        this.#tracer.drain();
        continue;
      }
      if (isDone(share)) break;
      Atomics.store(state, MarkState.isMainIdle, 1);
      if (isLost(state, alive)) break;
    }
    if (isDone(share) && state[MarkState.helper] !== Helper.failed) return;
    end(share);
    this.#share = undefined;
  }

  #runErrands(): boolean {
    return runErrands(this.#share!, (errand, i) => {
      if (errand === Errand.reach) this.#reach(i);
      else this.#tracer.push(i, this.#image.halves[2 * i]!);
    });
  }

  #pause(): void {
    const share = this.#share;
    const words = this.#image.halves.length / 2;
    this.#followed((this.#tracer.count * USUAL_WORDS * (share ? 2 : 1)) / words);
    if (!share) return;
    this.#runErrands();
    // It finds work as soon as it has none.
    if (Atomics.load(share.state, MarkState.helper) !== Helper.absent) offer(share, this.#tracer);
  }

  /** What is more than to follow a fixed number of words; returns how many are still to be followed. */
  #special(i: number, kind: Kind): number {
    if (kind.dispatchHandle > 0) this.#dispatch(this.#image.halves[2 * i + kind.dispatchHandle / 4]! >>> 0);
    if (kind.isWrapper) {
      this.wrappers.push(i);
      for (const held of this.#tracedBy(i)) this.#reach(held);
    }
    const words = Math.ceil(this.#bytes(i, kind) / 8);
    if (words > this.#longest) this.#longest = words;
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
    if (kind.form === 'fixed' && kind.body !== 'header') return kind.map.instanceSize;
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

/** True once the beat of the other thread has not changed for long. */
function isLost(state: Int32Array, alive: { beat: number; since: number }): boolean {
  const beat = Atomics.load(state, MarkState.beat);
  if (beat === alive.beat) return performance.now() - alive.since > PATIENCE;
  alive.beat = beat;
  alive.since = performance.now();
  return false;
}

/** Words of an EphemeronHashTable in which keys and values alternate: behind the length and three counts. */
export function ephemeronSlots(image: HeapImage, table: number): { first: number; end: number } {
  // The length is a Smi: its value is the upper half.
  const length = image.halves[2 * table + 3]!;
  return { first: table + 2 + 3, end: Math.min(table + 2 + length, image.pageOf(table).end) };
}
