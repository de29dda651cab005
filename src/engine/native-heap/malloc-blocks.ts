import { Float64Column, grown } from '../columns.ts';
import type { Memory } from '../memory/memory.ts';
import type { AllocatedBlocks } from './allocated-blocks.ts';
import { freeInLists } from './free-lists.ts';
import { glibcMalloc } from './glibc-malloc.ts';
import { chunksIn, type MallocAreas } from './malloc-areas.ts';
import type { WordWindow } from './word-window.ts';

const { chunk } = glibcMalloc;

/** Walks all areas. */
export function mallocBlocks(
  memory: Memory,
  words: WordWindow,
  { areas, arenas }: MallocAreas,
): AllocatedBlocks {
  const sorted = [...areas].sort((a, b) => a.start - b.start);
  const starts = new Float64Column();
  const sizes = new Float64Column();
  let flags = new Uint8Array(1024);
  let system = 0;
  let used = 0;
  let free = 0;
  const push = (at: number, size: number, isUsed: boolean, overlap: number) => {
    const i = starts.push(at + chunk.header);
    sizes.push(size - chunk.header + overlap);
    if (i === flags.length) flags = grown(flags);
    flags[i] = isUsed ? 1 : 0;
    if (isUsed) used += size;
    else free += size;
  };
  for (const { kind, start, end } of sorted) {
    system += end - start;
    if (kind === 'mapped') {
      push(start, end - start, true, 0);
      continue;
    }
    let last = -1;
    for (const at of chunksIn(words, start, end)) {
      // Whether a chunk is in use, the next one says.
      if (last >= 0 && at < end) {
        const isUsed = (words.word(at + chunk.size) & chunk.previousInUse) !== 0;
        if (at - last >= chunk.least) push(last, at - last, isUsed, chunk.overlap);
      }
      // The top chunk is nobody's.
      if (last >= 0 && at === end && at - last >= chunk.least) push(last, at - last, false, 0);
      last = at;
    }
  }
  const count = starts.length;
  const inUse = flags.subarray(0, count);
  const blocks = { count, starts: starts.take(), sizes: sizes.take(), inUse };
  const lists = freeInLists(memory, blocks, arenas);
  let cached = 0;
  for (const i of lists.cached) cached += chunkBytes(blocks.sizes[i]!);
  for (const list of [lists.cached, lists.inFastbins])
    for (const i of list) {
      if (inUse[i] === 1) {
        used -= chunkBytes(blocks.sizes[i]!);
        free += chunkBytes(blocks.sizes[i]!);
      }
      inUse[i] = 0;
    }
  return { ...blocks, system, used, free, cached };
}

/** Bytes of the chunk that a block is, by those that the program may use. */
export function chunkBytes(size: number): number {
  return size + chunk.header - chunk.overlap;
}
