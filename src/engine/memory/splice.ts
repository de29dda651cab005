import { address } from '../address.ts';
import type { Region } from './memory.ts';

/**
 * Sorted, disjoint regions; where the input overlaps, the earlier region of the list wins. A dump's own
 * segments come first and are in order, ten thousand of them: the few others are put between them.
 */
export function splice(regions: readonly Region[]): Region[] {
  let inOrder = 0;
  for (let end = 0; inOrder < regions.length; inOrder++) {
    const region = regions[inOrder]!;
    if (region.start < end || region.end <= region.start) break;
    end = region.end;
  }
  const rest = sweep(regions.slice(inOrder));
  return rest.length === 0 ? regions.slice(0, inOrder) : between(regions, inOrder, rest);
}

/** The first `count` of `first`, and between them what they leave of `rest`; both sorted and disjoint. */
function between(first: readonly Region[], count: number, rest: readonly Region[]): Region[] {
  const result: Region[] = [];
  let taken = 0;
  let end = 0;
  const take = () => {
    const region = first[taken++]!;
    result.push(region);
    end = region.end;
  };
  for (const region of rest) {
    while (taken < count && first[taken]!.end <= region.start) take();
    let at = Math.max(region.start, end);
    while (taken < count && first[taken]!.start < region.end) {
      if (at < first[taken]!.start) append(result, region, at, first[taken]!.start, false);
      take();
      at = end;
    }
    if (at < region.end) append(result, region, at, region.end, false);
  }
  while (taken < count) take();
  return result;
}

/** A sweep over the boundaries with the regions that are open there in a heap: n log n, also for overlapping nonsense. */
function sweep(regions: readonly Region[]): Region[] {
  const order = regions
    .map((_, index) => index)
    .filter((i) => regions[i]!.end > regions[i]!.start)
    .sort((a, b) => regions[a]!.start - regions[b]!.start || a - b);
  const open = new Heap();
  const result: Region[] = [];
  let previous: Region | undefined;
  let next = 0;
  let at = 0;
  while (next < order.length || open.size > 0) {
    if (open.size === 0) at = Math.max(at, regions[order[next]!]!.start);
    while (next < order.length && regions[order[next]!]!.start <= at) open.push(order[next++]!);
    const best = open.first();
    const region = regions[best]!;
    if (region.end <= at) {
      open.pop();
      continue;
    }
    // Only a region of higher rank can end the winner before its own end.
    const upcoming = next < order.length ? regions[order[next]!]!.start : Number.POSITIVE_INFINITY;
    const end = Math.min(region.end, upcoming);
    append(result, region, at, end, previous === region);
    previous = region;
    at = end;
  }
  return result;
}

/** Adds `[start, end)` of `region`; to the last piece, if that is of the same region and ends there. */
function append(result: Region[], region: Region, start: number, end: number, continues: boolean): void {
  const last = result.at(-1);
  if (continues && last && last.end === start) {
    result[result.length - 1] = { ...last, end: address(end) };
    return;
  }
  if (start === region.start && end === region.end) {
    result.push(region);
    return;
  }
  const offset = region.offset + (start - region.start);
  result.push({ ...region, start: address(start), end: address(end), offset });
}

/** A binary heap of numbers, the smallest first. */
class Heap {
  readonly #items: number[] = [];

  get size(): number {
    return this.#items.length;
  }

  first(): number {
    return this.#items[0]!;
  }

  push(value: number): void {
    const items = this.#items;
    let i = items.push(value) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (items[parent]! <= value) break;
      items[i] = items[parent]!;
      i = parent;
    }
    items[i] = value;
  }

  pop(): void {
    const items = this.#items;
    const value = items.pop()!;
    if (items.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && items[child + 1]! < items[child]!) child++;
      if (items[child]! >= value) break;
      items[i] = items[child]!;
      i = child;
    }
    items[i] = value;
  }
}
