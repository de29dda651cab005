import { partitionPoint } from '../partition-point.ts';
import type { AllocatedBlocks } from './allocated-blocks.ts';
import type { MemoryRange } from './ranges.ts';
import { type WordWindow, wordOf } from './word-window.ts';

const HIGH = 0x1_0000_0000;
const PAGE = 4096;
/** Blocks that take more are looked for by their addresses. */
const MANY_PAGES = 64;

/**
 * Which blocks in use something leads to, 1 for each, as libumem's findleaks and LeakSanitizer tell it: every word of
 * `roots` that points into a block holds it, and so does every word of a block that is held. Errs on the side of what
 * is held: a number that happens to look like a pointer counts as one. `registers` are words of threads.
 */
export function reachable(
  blocks: AllocatedBlocks,
  words: WordWindow,
  roots: readonly MemoryRange[],
  registers: readonly number[],
): Uint8Array {
  const index = new BlockIndex(blocks);
  const held = new Uint8Array(blocks.count);
  const stack: number[] = [];
  const visit = (low: number, high: number) => {
    const i = index.find(low, high);
    if (i < 0 || blocks.inUse[i] !== 1 || held[i] === 1) return;
    held[i] = 1;
    stack.push(i);
  };
  for (const word of registers) visit(word | 0, Math.floor(word / HIGH));
  for (const { start, end } of roots) words.scan(start, end, visit);
  // The way is by blocks' addresses, as far as it goes, so that most are read in large pieces.
  while (stack.length > 0) {
    const round = stack.splice(0).sort((a, b) => a - b);
    for (const i of round) {
      const start = blocks.starts[i]!;
      words.scan(start, start + Math.floor(blocks.sizes[i]! / 8) * 8, visit);
    }
  }
  return held;
}

/** Finds blocks by addresses inside of them: most words are none, and are told by a look or two. */
class BlockIndex {
  readonly #blocks: AllocatedBlocks;
  /** Upper halves of addresses of blocks. */
  readonly #highs = new Set<number>();
  /** By page: the first block that reaches into it, of those that take few pages. */
  readonly #firsts = new Map<number, number>();
  /** All others, by address. */
  readonly #large: number[] = [];
  #high = Number.NaN;
  #isHigh = false;

  constructor(blocks: AllocatedBlocks) {
    this.#blocks = blocks;
    const { count, starts, sizes } = blocks;
    for (let i = 0; i < count; i++) {
      const start = starts[i]!;
      const last = start + Math.max(0, sizes[i]! - 1);
      for (let high = Math.floor(start / HIGH); high <= Math.floor(last / HIGH); high++)
        this.#highs.add(high);
      if (sizes[i]! > MANY_PAGES * PAGE) this.#large.push(i);
      else
        for (let page = Math.floor(start / PAGE); page <= Math.floor(last / PAGE); page++)
          if (!this.#firsts.has(page)) this.#firsts.set(page, i);
    }
  }

  /** Index of the block that an address of these halves is in; -1 if it is in none. */
  find(low: number, high: number): number {
    if (high !== this.#high) {
      this.#high = high;
      this.#isHigh = this.#highs.has(high);
    }
    if (!this.#isHigh) return -1;
    const a = wordOf(low, high);
    const { count, starts } = this.#blocks;
    const first = this.#firsts.get(Math.floor(a / PAGE)) ?? count;
    for (let i = first; i < count && starts[i]! <= a; i++) if (this.#isIn(i, a)) return i;
    const large = this.#large;
    const i = large[partitionPoint(large.length, (n) => starts[large[n]!]! <= a) - 1];
    return i !== undefined && this.#isIn(i, a) ? i : -1;
  }

  #isIn(i: number, a: number): boolean {
    const { starts, sizes } = this.#blocks;
    return a < starts[i]! + sizes[i]!;
  }
}
