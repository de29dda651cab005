import { muslMalloc } from './musl-malloc.ts';
import type { MemoryRange } from './ranges.ts';
import type { WordWindow } from './word-window.ts';

const { area, meta, group, page, unit, sizeClasses } = muslMalloc;
const MAX_GROUPS = 1 << 24;

/** Blocks of one size, side by side. */
export interface MuslGroup extends MemoryRange {
  /** Of the first block. */
  readonly blocks: number;
  readonly count: number;
  /** Bytes from one block to the next. */
  readonly stride: number;
  /** Index of its blocks' size; none for a block that is mapped by itself. */
  readonly sizeClass: number;
  /** True if it was mapped by itself, false if it lies in another group, or in what a library has left of its last page. */
  readonly isMapped: boolean;
  /** A bit for each block that is not in use. */
  readonly free: number;
}

/**
 * The groups of musl's malloc: told by the areas of metas, each of which leads to a group that leads back to it. Empty
 * where another allocator was used.
 */
export function muslGroups(words: WordWindow, ranges: readonly MemoryRange[]): MuslGroup[] {
  const found: MuslGroup[] = [];
  for (const { start, end } of ranges)
    for (let at = Math.ceil(start / page) * page; at + area.bytes <= end; at += page) {
      if (words.half(at + area.count) !== area.metasInArea) continue;
      const groups = groupsOf(words, at);
      if (groups && found.length < MAX_GROUPS) found.push(...groups);
    }
  return found.sort((a, b) => a.start - b.start);
}

/** Undefined if there is no area: a meta of one that is not in use has no group. */
function groupsOf(words: WordWindow, at: number): MuslGroup[] | undefined {
  const groups: MuslGroup[] = [];
  for (let n = 0; n < area.metasInArea; n++) {
    const own = at + area.metas + n * meta.bytes;
    const start = words.word(own + meta.group);
    if (start === 0) continue;
    if (!(start > 0 && start % unit === 0)) return undefined;
    const back = words.word(start);
    // Of a group that is not in the dump, nothing is known.
    if (Number.isNaN(back)) continue;
    if (back !== own) return undefined;
    const shaped = groupAt(words, own, start);
    if (shaped) groups.push(shaped);
  }
  return groups.length > 0 ? groups : undefined;
}

function groupAt(words: WordWindow, own: number, start: number): MuslGroup | undefined {
  const shape = words.word(own + meta.shape);
  const last = shape % 32;
  const pages = Math.floor(shape / 4096);
  const sizeClass = Math.floor(shape / 64) % 64;
  const units = sizeClasses[sizeClass];
  const isAlone = last === 0 && pages > 0;
  if (!isAlone && units === undefined) return undefined;
  const stride = isAlone ? pages * page - unit : units! * unit;
  const blocks = start + group.header;
  return {
    start,
    end: pages > 0 ? start + pages * page : blocks + (last + 1) * stride,
    blocks,
    count: last + 1,
    stride,
    sizeClass,
    isMapped: pages > 0,
    free: words.half(own + meta.available) | words.half(own + meta.freed),
  };
}
