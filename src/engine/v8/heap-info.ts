import { attemptOr } from '../absence.ts';
import { at } from '../address.ts';
import type { IsolateInfo } from '../contract.ts';
import { type HeapPage, hasLostPages, pagesOf } from './heap-pages.ts';
import type { Isolate } from './isolate.ts';
import { allocatedIn } from './space-accounting.ts';

const MEBIBYTE = 2 ** 20;
const MAX_LIMIT = 2 ** 46;

/** Order and names of v8.getHeapSpaceStatistics; spaces that are in the dump beside these come after. */
const order = [
  'read_only_space',
  'new_space',
  'old_space',
  'code_space',
  'map_space',
  'shared_space',
  'trusted_space',
  'shared_trusted_space',
  'new_large_object_space',
  'large_object_space',
  'code_large_object_space',
  'shared_large_object_space',
  'trusted_large_object_space',
  'shared_trusted_large_object_space',
];

/**
 * Sizes of an isolate's heap in bytes. `used` counts what V8 counts as allocated, garbage that was not
 * collected yet included, and for code and trusted objects all of the area that V8 allocates in; the read-only
 * space, which all isolates share, is listed but not in the sums. Where pages of the heap are not in the dump,
 * these sizes are unknown.
 */
export function heapInfo(isolate: Isolate): IsolateInfo['heap'] {
  const pages = attemptOr([], () => listed(pagesOf(isolate)));
  if (pages.length === 0) return { used: null, committed: null, limit: null, oldLimit: null, spaces: [] };
  const isWhole = !attemptOr(false, () => hasLostPages(isolate));
  const names = [
    ...new Set([...order.filter((n) => pages.some((p) => p.space === n)), ...pages.map((p) => p.space)]),
  ];
  const spaces = names.map((name) => {
    if (!isWhole) return { name, used: null, committed: null };
    const own = pages.filter((p) => p.space === name);
    return { name, used: usedOf(isolate, name, own), committed: sum(own, (p) => p.size) };
  });
  const limits = attemptOr(null, () => heapLimits(isolate, pages));
  const counted = spaces.filter((s) => s.name !== 'read_only_space');
  return {
    used: isWhole ? counted.reduce((n, s) => n + (s.used ?? 0), 0) : null,
    committed: isWhole ? counted.reduce((n, s) => n + (s.committed ?? 0), 0) : null,
    limit: limits && limits.old + 3 * limits.semi,
    oldLimit: limits?.old ?? null,
    spaces,
  };
}

function sum(pages: readonly HeapPage[], of: (page: HeapPage) => number): number {
  return pages.reduce((n, page) => n + of(page), 0);
}

/**
 * Without those that V8 gave up and keeps for later use: they are in no list of their space any more
 * (heap::List::Remove, heap/list.h).
 */
function listed(pages: readonly HeapPage[]): readonly HeapPage[] {
  const linked = new Set(pages.filter(isLinked).map((p) => p.owner));
  return pages.filter((p) => isLinked(p) || !linked.has(p.owner));
}

function isLinked(page: HeapPage): boolean {
  return page.next !== 0 || page.previous !== 0;
}

function usedOf(isolate: Isolate, space: string, pages: readonly HeapPage[]): number {
  // A semi-space is filled page by page; V8 keeps no count for them.
  if (space === 'new_space') {
    const alive = pages.filter((p) => !p.isDead);
    return sum(alive, (p) => (allocationAreaIn(isolate, p)?.top ?? p.areaEnd) - p.areaStart);
  }
  const allocated = allocatedIn(isolate.runtime.memory, pages) ?? sum(pages, (p) => p.allocated);
  if (!isolate.runtime.layout.pages.countsUnusedArea) return allocated;
  const areas = pages.map((p) => allocationAreaIn(isolate, p)).filter((area) => area !== undefined);
  return areas.reduce((n, area) => n - (area.limit - area.top), allocated);
}

function allocationAreaIn(isolate: Isolate, page: HeapPage) {
  return isolate.allocationAreas.find((a) => a.top >= page.areaStart && a.limit <= page.areaEnd);
}

/** Their sum, the semi-space thrice, is what v8.getHeapStatistics gives as heap_size_limit. */
function heapLimits(isolate: Isolate, pages: readonly HeapPage[]): { old: number; semi: number } | null {
  const { memory, layout } = isolate.runtime;
  const { struct, maxOldGeneration, maxSemiSpace } = layout.pages.limits;
  const heap = pages.find((p) => p.heap !== 0)?.heap;
  if (heap === undefined) return null;
  const holder = Number.isNaN(struct) ? heap : memory.pointer(at(heap, struct));
  const old = memory.pointer(at(holder, maxOldGeneration));
  const semi = memory.pointer(at(heap, maxSemiSpace));
  const plausible = (size: number) => size >= MEBIBYTE / 2 && size < MAX_LIMIT && size % 4096 === 0;
  return plausible(old) && plausible(semi) && semi <= 2 ** 32 ? { old, semi } : null;
}
