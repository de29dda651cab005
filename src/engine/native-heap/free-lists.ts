import { attemptOr } from '../absence.ts';
import { type Address, address, at } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import { type AllocatedBlocks, blockAt } from './allocated-blocks.ts';
import { glibcMalloc } from './glibc-malloc.ts';
import { chunkBytes } from './malloc-blocks.ts';

const { chunk, state, threadCache } = glibcMalloc;
/** Elements of a list that are followed. */
const MAX_LIST = 1 << 20;
const HIGH = 0x1_0000_0000;

type Blocks = Pick<AllocatedBlocks, 'count' | 'starts' | 'sizes' | 'inUse'>;

/**
 * Blocks that look as if they were in use, but wait in lists for their next use: in the caches of threads, and in the
 * fastbins of arenas.
 */
export function freeInLists(memory: Memory, blocks: Blocks, arenas: ReadonlySet<Address>): FreeBlocks {
  const lists = new FreeLists(memory, blocks);
  for (let i = 0; i < blocks.count; i++) {
    if (blocks.inUse[i] !== 1) continue;
    const variant = threadCache.variants.find(({ block }) => block === chunkBytes(blocks.sizes[i]!));
    if (variant) attemptOr(undefined, () => lists.addCached(address(blocks.starts[i]!), variant.counts));
  }
  for (const arena of arenas) attemptOr(undefined, () => lists.addFastbins(arena));
  return lists;
}

/** Indexes of blocks. */
export interface FreeBlocks {
  readonly cached: ReadonlySet<number>;
  readonly inFastbins: ReadonlySet<number>;
}

class FreeLists implements FreeBlocks {
  readonly cached = new Set<number>();
  readonly inFastbins = new Set<number>();
  readonly #memory: Memory;
  readonly #blocks: Blocks;

  constructor(memory: Memory, blocks: Blocks) {
    this.#memory = memory;
    this.#blocks = blocks;
  }

  /** The lists of a tcache_perthread_struct, if a block is one: each as long as its count says. */
  addCached(cache: Address, countBytes: number): void {
    const memory = this.#memory;
    const found: number[] = [];
    const entries = threadCache.lists * countBytes;
    for (let list = 0; list < threadCache.lists; list++) {
      const count = countBytes === 2 ? memory.u16(at(cache, 2 * list)) : memory.u8(at(cache, list));
      const first = memory.pointer(at(cache, entries + 8 * list));
      const elements = this.#list(first, threadCache.first + threadCache.step * list);
      if (elements?.length !== count) return;
      found.push(...elements);
    }
    for (const index of found) this.cached.add(index);
  }

  /** The fastbins of a malloc_state; they hold chunks, not what the program got. */
  addFastbins(arena: Address): void {
    for (let bin = 0; bin < state.fastbinCount; bin++) {
      const first = this.#memory.pointer(at(arena, state.fastbins + 8 * bin));
      const elements = this.#list(first, chunk.least + chunk.alignment * bin, chunk.header);
      for (const index of elements ?? []) this.inFastbins.add(index);
    }
  }

  /** The blocks of a list; undefined if it is none of blocks of that size. */
  #list(first: number, bytes: number, before = 0): number[] | undefined {
    if (first === 0) return [];
    return this.#follow(first, bytes, before, true) ?? this.#follow(first, bytes, before, false);
  }

  #follow(first: number, bytes: number, before: number, isHidden: boolean): number[] | undefined {
    const { starts, sizes } = this.#blocks;
    const found: number[] = [];
    for (let element = first; element !== 0; ) {
      const index = blockAt(this.#blocks, element + before);
      const isBlock = index >= 0 && starts[index] === element + before && chunkBytes(sizes[index]!) === bytes;
      if (!isBlock || found.length > MAX_LIST) return undefined;
      found.push(index);
      element = attemptOr(Number.NaN, () => this.#next(address(element + before), isHidden));
    }
    return found;
  }

  /** Since glibc 2.32 links are hidden by their own address ("safe-linking"). */
  #next(link: Address, isHidden: boolean): number {
    const low = this.#memory.u32(link);
    const high = this.#memory.u32(at(link, 4));
    if (!isHidden) return low + HIGH * high;
    const page = Math.floor(link / glibcMalloc.page);
    return ((low ^ (page % HIGH)) >>> 0) + HIGH * ((high ^ Math.floor(page / HIGH)) >>> 0);
  }
}
