import { partitionPoint } from '../partition-point.ts';

/** All blocks that an allocator has given out, or has taken back, by address. */
export interface AllocatedBlocks {
  readonly count: number;
  /** What the program was given: address, and bytes that it may use. */
  readonly starts: Float64Array;
  readonly sizes: Float64Array;
  /** 1 for blocks in use. */
  readonly inUse: Uint8Array;
  /** Bytes that the allocator got from the system, in use (with headers), and free; what only it uses itself is neither. */
  readonly system: number;
  readonly used: number;
  readonly free: number;
  /** The part of `free` that lies in threads' caches: glibc's own statistics count it as in use. */
  readonly cached: number;
}

/** Index of the block that has an address, or -1. */
export function blockAt(
  { count, starts, sizes }: Pick<AllocatedBlocks, 'count' | 'starts' | 'sizes'>,
  a: number,
): number {
  const i = partitionPoint(count, (n) => starts[n]! <= a) - 1;
  return i >= 0 && a < starts[i]! + sizes[i]! ? i : -1;
}
