import type { Address } from '../address.ts';
import { glibcMalloc } from './glibc-malloc.ts';
import type { MemoryRange } from './ranges.ts';
import type { WordWindow } from './word-window.ts';

/** Memory in which chunks of malloc lie one after the other, the top chunk last. */
export interface MallocArea {
  readonly kind: 'heap' | 'arena' | 'mapped';
  /** Of the first chunk, and behind the last. */
  readonly start: number;
  readonly end: number;
  /** malloc_state of an arena other than the first. */
  readonly arena: Address | undefined;
}

const { chunk, heap, state, leastMapped, page } = glibcMalloc;
const MAX_CHUNKS = 1 << 28;
/** So many chunks that follow one another tell a heap, which begins with nothing else; arenas begin with a header. */
const ENOUGH = 4;

/**
 * Where glibc's malloc has its chunks: in the heap behind the program's data (brk), in heaps of further arenas, and in
 * blocks that are mapped one by one. All are told by what stands in them: chains of chunks that end where the memory
 * does. Empty where another allocator was used.
 */
export function mallocAreas(words: WordWindow, ranges: readonly MemoryRange[]): MallocArea[] {
  const areas: MallocArea[] = [];
  for (const range of ranges) {
    const area = mainHeap(words, range) ?? arenaHeap(words, range);
    if (area) areas.push(area);
    else areas.push(...mappedBlocks(words, range));
  }
  // Blocks that are mapped one by one are no proof: other memory may happen to look like one.
  return areas.some((area) => area.kind !== 'mapped') ? areas : [];
}

function mainHeap(words: WordWindow, { start, end }: MemoryRange): MallocArea | undefined {
  if (words.word(start) !== 0 || !isChain(words, start, end, ENOUGH)) return undefined;
  return { kind: 'heap', start, end, arena: undefined };
}

function arenaHeap(words: WordWindow, { start, end }: MemoryRange): MallocArea | undefined {
  if (start % heap.alignment !== 0) return undefined;
  const arena = words.word(start + heap.arena);
  const size = words.word(start + heap.size);
  if (!(arena > 0 && arena % 8 === 0 && size > 0 && size <= heap.alignment) || start + size > end)
    return undefined;
  const isFirst = arena > start && arena < start + 0x100;
  const behind = isFirst ? arena + state.bytes : start + 32;
  const { alignment } = chunk;
  for (let at = Math.ceil(behind / alignment) * alignment; at < behind + heap.slack; at += alignment)
    if (isChain(words, at, start + size, 1))
      return { kind: 'arena', start: at, end: start + size, arena: arena as Address };
  return undefined;
}

/** True if chunks follow one another from `start` on up to `end`, and are enough. */
function isChain(words: WordWindow, start: number, end: number, enough: number): boolean {
  // The first chunk's predecessor counts as in use.
  if ((words.word(start + chunk.size) & chunk.flags & ~4) !== chunk.previousInUse) return false;
  let count = 0;
  for (const at of chunksIn(words, start, end)) {
    if (at === end) return count >= enough;
    count++;
  }
  return false;
}

/** Chunks from `start` on, and at last `end`, if they lead there. Heaps may end with two that are but a fence. */
export function* chunksIn(words: WordWindow, start: number, end: number): Generator<number> {
  let at = start;
  for (let n = 0; n < MAX_CHUNKS; n++) {
    yield at;
    if (at >= end) return;
    const size = sizeOf(words, at);
    const isFence = size === 16 && end - at <= 32;
    if (!(size >= chunk.least || isFence) || size % chunk.alignment !== 0 || at + size > end) return;
    at += size;
  }
}

/** Bytes of a chunk; NaN where it cannot be read. */
function sizeOf(words: WordWindow, at: number): number {
  const word = words.word(at + chunk.size);
  return word - (word % 8);
}

function* mappedBlocks(words: WordWindow, { start, end }: MemoryRange): Generator<MallocArea> {
  for (let at = Math.ceil(start / page) * page; at + leastMapped <= end; ) {
    const word = words.word(at + chunk.size);
    const size = word - (word % 8);
    const isBlock =
      word % 8 === chunk.isMapped &&
      size >= leastMapped &&
      size % page === 0 &&
      at + size <= end &&
      words.word(at) < page;
    if (isBlock) yield { kind: 'mapped', start: at, end: at + size, arena: undefined };
    at += isBlock ? size : page;
  }
}
