/**
 * What glibc's malloc keeps in memory (malloc/malloc.c and arena.c, 2.26 to 2.41), on 64-bit processors. Offsets and
 * sizes in bytes.
 */
export const glibcMalloc = {
  chunk: {
    /** The size, with flags in its lowest bits; the word before belongs to the chunk before, if that is in use. */
    size: 8,
    flags: 7,
    previousInUse: 1,
    isMapped: 2,
    otherArena: 4,
    /** From a chunk to what the program gets, which goes on into the next chunk's first word. */
    header: 16,
    overlap: 8,
    least: 32,
    alignment: 16,
    /** Of a free chunk in a list. */
    forward: 16,
  },
  /** malloc_state */
  state: {
    fastbins: 16,
    fastbinCount: 10,
    top: 96,
    next: 0x870,
    bytes: 0x898,
  },
  /** heap_info, with which each heap of an arena other than the first begins; heaps start at multiples of their greatest size. */
  heap: {
    arena: 0,
    size: 16,
    alignment: 64 << 20,
    /** Where the first chunk may be, from the end of what stands before it on. */
    slack: 0x40,
  },
  /** tcache_perthread_struct, itself a block: counts of the lists by size, and the lists. */
  threadCache: {
    lists: 64,
    variants: [
      { block: 0x290, counts: 2 },
      { block: 0x250, counts: 1 },
    ],
    /** Chunk size of the first list, and from one to the next. */
    first: 32,
    step: 16,
  },
  /** Bytes from which on malloc maps a block by itself, at least (DEFAULT_MMAP_THRESHOLD_MIN). */
  leastMapped: 128 << 10,
  page: 4096,
} as const;
