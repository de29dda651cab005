import type { Memory } from '../memory/memory.ts';
import type { AllocatedBlocks } from './allocated-blocks.ts';
import { mallocAreas } from './malloc-areas.ts';
import { mallocBlocks } from './malloc-blocks.ts';
import { muslBlocks } from './musl-blocks.ts';
import { muslGroups } from './musl-groups.ts';
import type { ProcessRanges } from './process-ranges.ts';
import type { MemoryRange } from './ranges.ts';
import type { WordWindow } from './word-window.ts';

/** The C library's allocator, whichever that was. */
export interface Allocator {
  readonly name: 'glibc' | 'musl';
  /** Where its blocks lie. */
  readonly areas: readonly MemoryRange[];
  readonly blocks: AllocatedBlocks;
}

/** Undefined if no known one has left anything. */
export function allocatorOf(
  memory: Memory,
  words: WordWindow,
  { rest, data, stacks }: Pick<ProcessRanges, 'rest' | 'data' | 'stacks'>,
): Allocator | undefined {
  const malloced = mallocAreas(words, rest, data);
  if (malloced.areas.length > 0)
    return { name: 'glibc', areas: malloced.areas, blocks: mallocBlocks(memory, words, malloced) };
  // What musl maps may be one mapping with the stack of a thread, above that.
  const groups = muslGroups(words, [...rest, ...stacks.map(({ whole }) => whole)]);
  return groups.length > 0 ? { name: 'musl', areas: groups, blocks: muslBlocks(words, groups) } : undefined;
}
