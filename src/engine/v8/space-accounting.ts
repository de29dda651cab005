import { attemptOr } from '../absence.ts';
import { at } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import type { HeapPage } from './heap-pages.ts';

/** How much of a Space is looked at; its accounting lay at offsets from 80 to 256 in Node 18 to 26. */
const MAX_OFFSET = 0x200;

/**
 * Bytes that V8 counts as allocated in a paged space, by the space's own AllocationStats (heap/allocation-stats.h:
 * capacity, greatest capacity, size), which are recognized by their invariants: the capacity is the sum of the
 * pages' areas, the greatest is no less and the size no more. The counters of the pages do not tell it: a page
 * that is not swept yet counts what was there before the collection, and one that is being swept counts all of
 * its area. Undefined where no such words are in the space, as for large objects, whose pages are not swept.
 */
export function allocatedIn(memory: Memory, pages: readonly HeapPage[]): number | undefined {
  const [first] = pages;
  if (!first || first.isLarge || pages.some((p) => p.owner !== first.owner)) return undefined;
  const capacity = pages.reduce((n, p) => n + (p.areaEnd - p.areaStart), 0);
  const word = (offset: number): number => attemptOr(NaN, () => memory.pointer(at(first.owner, offset)));
  // From the end: what is committed, which may be as much as the capacity, lies before.
  for (let offset = MAX_OFFSET; offset > 0; offset -= 8) {
    if (word(offset) !== capacity) continue;
    const [greatest, size] = [word(offset + 8), word(offset + 16)];
    if (greatest >= capacity && size <= capacity && size > 0) return size;
  }
  return undefined;
}
