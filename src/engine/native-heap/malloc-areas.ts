import type { Address } from '../address.ts';
import { glibcMalloc } from './glibc-malloc.ts';
import { type MemoryRange, without } from './ranges.ts';
import { type WordWindow, wordOf } from './word-window.ts';

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
const FENCE = 16;
const MAX_ARENAS = 10_000;

export interface MallocAreas {
  readonly areas: readonly MallocArea[];
  /** malloc_state of each arena, as far as they were found. */
  readonly arenas: ReadonlySet<Address>;
}

/**
 * Where glibc's malloc has its chunks: in the heap behind the program's data (brk), in further parts of it where that
 * could not grow, in heaps of further arenas, and in blocks that are mapped one by one. All are told by what stands in
 * them: chains of chunks that end where they must. Empty where another allocator was used. `data` are the variables of
 * libraries.
 */
export function mallocAreas(
  words: WordWindow,
  ranges: readonly MemoryRange[],
  data: readonly MemoryRange[],
): MallocAreas {
  const heaps = ranges.flatMap((range) => arenaHeap(words, range) ?? []);
  const arenas = new Set(heaps.flatMap(({ arena }) => arena ?? []));
  const linked = mainArena(words, arenas);
  const top = linked === undefined ? undefined : words.word(linked + state.top);
  const others = without(ranges, heaps).flatMap((range) => [...heapsAndBlocks(words, range, top)]);
  const main = linked ?? mainArenaIn(words, others, data);
  if (main !== undefined) arenas.add(main);
  // Blocks that are mapped one by one are no proof: other memory may happen to look like one.
  const isKnown = heaps.length > 0 || others.some(({ kind }) => kind === 'heap');
  return { areas: isKnown ? [...heaps, ...others] : [], arenas };
}

/** The first arena, a variable of the C library: all are linked in a ring. */
function mainArena(words: WordWindow, arenas: ReadonlySet<Address>): Address | undefined {
  for (const arena of arenas) {
    let next = words.word(arena + state.next);
    for (let n = 0; n < MAX_ARENAS && arenas.has(next as Address); n++) next = words.word(next + state.next);
    const top = next % 8 === 0 && next !== 0 ? words.word(next + state.top) : Number.NaN;
    if (top > 0 && top % chunk.alignment === 0) return next as Address;
  }
  return undefined;
}

/** Where it is the only arena: among the variables of libraries, by its `top`, the last chunk of the heap. */
function mainArenaIn(
  words: WordWindow,
  areas: readonly MallocArea[],
  data: readonly MemoryRange[],
): Address | undefined {
  const heap = areas.find(({ kind }) => kind === 'heap');
  if (!heap) return undefined;
  let top = Number.NaN;
  for (const at of chunksIn(words, heap.start, heap.end)) if (at < heap.end) top = at;
  let found: number | undefined;
  for (const { start, end } of data)
    words.scan(start, end, (low, high, at) => {
      if (wordOf(low, high) === top) found ??= at - state.top;
    });
  return found as Address | undefined;
}

function* heapsAndBlocks(
  words: WordWindow,
  { start, end }: MemoryRange,
  top: number | undefined,
): Generator<MallocArea> {
  for (let at = Math.ceil(start / page) * page; at < end; ) {
    const area = heapPart(words, at, end, top) ?? mappedBlock(words, at, end);
    if (area) yield area;
    // Parts of the heap may end within a page.
    at = area ? Math.ceil(area.end / page) * page : at + page;
  }
}

/** The heap, or a part of it: a chain that ends with the memory, with the top chunk, or with a fence before a gap. */
function heapPart(
  words: WordWindow,
  start: number,
  limit: number,
  top: number | undefined,
): MallocArea | undefined {
  if (words.word(start) !== 0 || !beginsChain(words, start)) return undefined;
  let count = 0;
  let previous = Number.NaN;
  for (const at of chunksIn(words, start, limit)) {
    const size = sizeOf(words, at);
    const isFence = size === FENCE && sizeOf(words, previous) === FENCE;
    const end = at === limit ? limit : at === top || isFence ? at + size : undefined;
    if (end !== undefined) {
      // A fence stands at the end of the page.
      const isSure = at === top || count >= ENOUGH || (isFence && end % page === 0);
      return isSure && end <= limit ? { kind: 'heap', start, end, arena: undefined } : undefined;
    }
    count++;
    previous = at;
  }
  return undefined;
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
    if (isChain(words, at, start + size))
      return { kind: 'arena', start: at, end: start + size, arena: arena as Address };
  return undefined;
}

/** True if chunks follow one another from `start` on up to `end`. */
function isChain(words: WordWindow, start: number, end: number): boolean {
  if (!beginsChain(words, start)) return false;
  let count = 0;
  for (const at of chunksIn(words, start, end)) {
    if (at === end) return count > 0;
    count++;
  }
  return false;
}

/** What is before a first chunk counts as in use. */
function beginsChain(words: WordWindow, start: number): boolean {
  return (words.word(start + chunk.size) & chunk.flags & ~chunk.otherArena) === chunk.previousInUse;
}

/** Chunks from `start` on, and at last `end`, if they lead there. Two of 16 bytes are a fence before a gap. */
export function* chunksIn(words: WordWindow, start: number, end: number): Generator<number> {
  let at = start;
  for (let n = 0; n < MAX_CHUNKS; n++) {
    yield at;
    if (at >= end) return;
    const size = sizeOf(words, at);
    if (!(size >= chunk.least || size === FENCE) || size % chunk.alignment !== 0 || at + size > end) return;
    at += size;
  }
}

/** Bytes of a chunk; NaN where it cannot be read. */
function sizeOf(words: WordWindow, at: number): number {
  const word = words.word(at + chunk.size);
  return word - (word % 8);
}

function mappedBlock(words: WordWindow, at: number, limit: number): MallocArea | undefined {
  const word = words.word(at + chunk.size);
  const size = word - (word % 8);
  const isBlock =
    word % 8 === chunk.isMapped &&
    size >= leastMapped &&
    size % page === 0 &&
    at + size <= limit &&
    words.word(at) < page;
  return isBlock ? { kind: 'mapped', start: at, end: at + size, arena: undefined } : undefined;
}
