import { attemptOr } from '../absence.ts';
import { type Address, at } from '../address.ts';
import type { CoreSession } from '../session.ts';
import type { Isolate } from '../v8/isolate.ts';
import type { CoreHelper } from './core-tasks.ts';
import { CppHeapObjects } from './cpp-heap-objects.ts';
import { fillerMaps } from './furniture.ts';
import { HeapImage } from './heap-image.ts';
import { Liveness } from './liveness.ts';
import { ObjectKinds } from './object-kinds.ts';
import { loadPage, shapeOfHeap } from './page-loader.ts';
import type { Share } from './pass-progress.ts';
import { gcRoots, type RootSlot, type RootsReport, type Vector } from './roots.ts';

/** A root that leads to an object. */
export interface UsedRoot extends Omit<RootSlot, 'slot' | 'vector'> {
  /** Index of the object. */
  readonly index: number;
}

/** The heap of an isolate with a mark on every object that V8's collector would keep. */
export interface LiveHeap {
  readonly kinds: ObjectKinds;
  readonly cppHeap: CppHeapObjects;
  readonly used: readonly UsedRoot[];
  /** Indexes of the tables of WeakMaps and WeakSets. */
  readonly tables: readonly number[];
  /** Indexes of objects that may stand for objects of V8's C++ heap. */
  readonly wrappers: readonly number[];
  /** By dispatch handle: index of the code, or -1. */
  readonly codes: ReadonlyMap<number, number>;
  /** Words of the longest array. */
  readonly longest: number;
  /** What the dump does not have, in words. */
  readonly gaps: readonly string[];
}

/** Reads the heap of an isolate and marks it. */
export function readLiveHeap(
  session: CoreSession,
  isolate: Isolate,
): LiveHeap & { readonly image: HeapImage } {
  const image = new HeapImage(shapeOfHeap(isolate));
  let unreadable = 0;
  for (const n of image.pages.keys()) unreadable += loadPage(image, isolate.runtime.memory, n);
  const marking = beginMarking(session, isolate, image, gcRoots(session, isolate), unreadable);
  marking.live.finish(() => undefined);
  return { image, ...marking.result() };
}

/** Marks the objects of a loaded image, together with a helper or without one; `unreadable` bytes of it are not in the dump. */
export async function markLive(
  session: CoreSession,
  isolate: Isolate,
  image: HeapImage,
  roots: RootsReport,
  unreadable: number,
  { followed, helper }: { readonly followed: Share; readonly helper: CoreHelper | undefined },
): Promise<LiveHeap> {
  const { live, result } = beginMarking(session, isolate, image, roots, unreadable);
  if (helper) await live.finishWith(helper, followed);
  else live.finish(followed);
  return result();
}

/** True if every word of a vector leads to an object; `indexIn` gives the index of what a slot leads to. */
function holdsObjects(
  { begin, bytes }: Vector,
  indexIn: (slot: Address) => number,
  kinds: ObjectKinds,
): boolean {
  for (let done = 0; done < bytes; done += 8) {
    const index = indexIn(at(begin, done));
    if (index < 0 || kinds.idAt(index) < 0) return false;
  }
  return true;
}

/** Marks what roots lead to; nothing is followed yet. */
function beginMarking(
  session: CoreSession,
  isolate: Isolate,
  image: HeapImage,
  { slots, notes }: RootsReport,
  unreadable: number,
): { readonly live: Liveness; result(): LiveHeap } {
  const { view } = session.inspectorOf(isolate);
  const kinds = new ObjectKinds(view, image);
  const codeOf = (handle: number) => {
    const entry = attemptOr(undefined, () => isolate.dispatchEntry(handle));
    return entry ? image.indexAt(entry.code) : -1;
  };
  const cppHeap = new CppHeapObjects(view, image, kinds);
  const live = new Liveness(image, kinds, codeOf, (i) => cppHeap.tracedBy(i));
  const { memory } = isolate.runtime;
  const used: UsedRoot[] = [];
  const indexIn = (slot: Address) => {
    const word = memory.has(slot, 8) ? memory.tagged(slot) : Number.NaN;
    return (word & 3) === 1 ? image.indexAt(word) : -1;
  };
  const isWhole = new Map<Vector, boolean>();
  for (const { root, label, slot, weak, vector } of slots) {
    if (vector && !isWhole.has(vector)) isWhole.set(vector, holdsObjects(vector, indexIn, kinds));
    const index = vector && !isWhole.get(vector) ? -1 : indexIn(slot);
    if (index >= 0 && (weak || live.root(index))) used.push({ root, label, weak, index });
  }
  // V8's own snapshots show all of what isolates share.
  const fillers = fillerMaps(view);
  for (const page of image.pages) if (page.space === 'read_only_space') live.page(page, fillers);
  const result = () => {
    const gaps = [...notes];
    if (unreadable > 0) gaps.push(`${unreadable} bytes of heap pages are not in the dump`);
    const { tables, wrappers, codes, longest } = live;
    return { kinds, cppHeap, used, tables, wrappers, codes, longest, gaps };
  };
  return { live, result };
}
