/**
 * What musl's malloc keeps in memory (src/malloc/mallocng/meta.h and malloc.c, 1.2.1 on), on 64-bit processors. Offsets
 * and sizes in bytes. Blocks of one size lie side by side in groups; what is in use of each, a meta tells, and metas lie
 * in areas of their own.
 */
export const muslMalloc = {
  /** struct meta_area, a page: a secret number, the next area, how many metas there are; the metas. */
  area: { bytes: 4096, count: 16, metas: 24, metasInArea: 101 },
  /** struct meta; masks have a bit for each block that was never given out, and for each that was given back. */
  meta: { bytes: 40, group: 16, available: 24, freed: 28, shape: 32 },
  /** struct group: its meta, and what begins behind. */
  group: { header: 16 },
  /** What stands before each block, and as much of what follows belongs to it. */
  header: 4,
  unit: 16,
  page: 4096,
  /** In the byte of a header that else has the block's index: the block begins so many units later. */
  moved: 7 << 5,
  /** What is left over at a block's end, in the upper bits of that byte; from this number on, it stands at the end. */
  longRest: 5,
  /** Units of a block, by size class. */
  sizeClasses: [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 18, 20, 25, 31, 36, 42, 50, 63, 72, 84, 102, 127, 146, 170, 204,
    255, 292, 340, 409, 511, 584, 682, 818, 1023, 1169, 1364, 1637, 2047, 2340, 2730, 3276, 4095, 4680, 5460,
    6552, 8191,
  ],
} as const;
