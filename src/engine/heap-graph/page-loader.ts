import { address } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import { claimEach } from '../threads/claim.ts';
import { pagesOf } from '../v8/heap-pages.ts';
import type { Isolate } from '../v8/isolate.ts';
import type { HeapImage, ImageShape, LoadedPage } from './heap-image.ts';

const UNIT = 4096;

/** The shape of the image of an isolate's heap, still empty. */
export function shapeOfHeap(isolate: Isolate): ImageShape {
  const pages: LoadedPage[] = [];
  let words = 0;
  const live = pagesOf(isolate).filter((p) => !p.isDead);
  for (const page of [...live].sort((a, b) => a.start - b.start)) {
    pages.push({ ...page, first: words, end: words + Math.floor((page.areaEnd - page.start) / 8) });
    words += Math.ceil(page.size / 256) * 32;
  }
  return {
    pages,
    words,
    pageSize: isolate.runtime.layout.pages.pageSize,
    buffers: {
      words: new SharedArrayBuffer(8 * words),
      marks: new SharedArrayBuffer(words / 4),
    },
  };
}

/**
 * By page: where it begins in the file `path`, if all of its bytes lie there one after another; else -1, for
 * example where the dump lacks a part of it.
 */
export function positionsIn(path: string, { pages }: ImageShape, memory: Memory): Float64Array {
  const positions = new Float64Array(new SharedArrayBuffer(8 * pages.length));
  for (const [n, page] of pages.entries()) {
    const region = memory.regionAt(page.start);
    const isWhole = region !== undefined && region.end >= page.start + page.size;
    positions[n] = isWhole && region.source?.name === path ? region.offset + (page.start - region.start) : -1;
  }
  return positions;
}

/** Calls `load` with numbers of pages until all that have a position are claimed: see `claimEach`. */
export function claimPages(next: Int32Array, positions: Float64Array, load: (number: number) => void): void {
  claimEach(next, positions.length, (n) => {
    if (positions[n]! >= 0) load(n);
  });
}

/** Reads a page; returns how many bytes of its area the dump does not have. */
export function loadPage(image: HeapImage, memory: Memory, number: number): number {
  const page = image.pages[number]!;
  const target = image.bytesOf(number);
  if (memory.copy(page.start, target) === page.size) return 0;
  let missing = 0;
  for (let done = 0; done < page.size; done += UNIT) {
    const from = address(page.start + done);
    const length = Math.min(UNIT, page.size - done);
    if (memory.copy(from, target.subarray(done, done + length)) === length) continue;
    // Guard pages stand before and behind code, and holes of V8 14 have pages that nobody may touch.
    const isGuard = memory.regionAt(from)?.flags === 0;
    if (!isGuard && from >= page.areaStart && from + length <= page.areaEnd) missing += length;
  }
  return missing;
}
