import type { Architecture } from '../../unwind/registers.ts';
import { type Constants, none, type PerLine } from './constants.ts';

const LATER = ['read_only_space', 'new_space', 'old_space', 'code_space', 'shared_space'];
const SPACES = [
  [
    'read_only_space',
    'old_space',
    'code_space',
    'map_space',
    'large_object_space',
    'code_large_object_space',
    'new_large_object_space',
    'new_space',
  ],
  [
    ...LATER,
    'new_large_object_space',
    'large_object_space',
    'code_large_object_space',
    'shared_large_object_space',
  ],
  [
    ...LATER,
    'trusted_space',
    'new_large_object_space',
    'large_object_space',
    'code_large_object_space',
    'shared_large_object_space',
    'trusted_large_object_space',
  ],
  [
    ...LATER,
    'trusted_space',
    'shared_trusted_space',
    'new_large_object_space',
    'large_object_space',
    'code_large_object_space',
    'shared_large_object_space',
    'shared_trusted_large_object_space',
    'trusted_large_object_space',
  ],
];

/** Offsets that depend on the sizes of the C++ library's classes: of the Heap in the Isolate, and inside of the Heap. */
const LIMITS: Readonly<Record<'heap' | 'struct' | 'maxOldGeneration' | 'maxSemiSpace', PerLine>> = {
  heap: [0xc638, 0xd2c0, 0xdea0, 0xeff8, 0xf3c0],
  struct: [none, none, none, none, 0x7b8],
  maxOldGeneration: [0xe0, 0xe0, 0x48, 0x50, 0x10],
  maxSemiSpace: [0xc8, 0xc8, 0x30, 0x30, 0x20],
};
const LIMITS_ON_WINDOWS: typeof LIMITS = {
  heap: [0xc638, 0xd2c0, 0xde90, 0xeff8, 0xf3c0],
  struct: [none, none, none, none, 0x788],
  maxOldGeneration: [0xe8, 0xe8, 0x48, 0x50, 0x10],
  maxSemiSpace: [0xd0, 0xd0, 0x30, 0x30, 0x20],
};

/**
 * The header of a heap page (heap/memory-chunk-layout.h, heap/memory-chunk.h): offsets in bytes from the
 * page's base, which is aligned to `pageSize`. From 24 on most fields are in metadata outside of the page;
 * then offsets other than `flags` and `metadata` are from the metadata.
 */
export function pageLayout(c: Constants, { convention }: Architecture) {
  const limits = convention === 'microsoft' ? LIMITS_ON_WINDOWS : LIMITS;
  const spaces = SPACES[c.table('AllocationSpace', [0, 1, 2, 3, 3])]!;
  const t = (name: string, table: Parameters<Constants['table']>[1]) => c.table(`MemoryChunk.${name}`, table);
  return {
    pageSize: t('kPageSize', 0x40000),
    flags: t('flags', [8, 8, 0, 0, 0]),
    metadata: t('metadata', [none, none, none, 8, 8]),
    size: t('size', [0, 0, 16, 48, 48]),
    heap: t('heap', [16, 16, 24, 64, 64]),
    areaStart: t('area_start', [24, 24, 32, 72, 72]),
    areaEnd: t('area_end', [32, 32, 40, 56, 56]),
    allocatedBytes: t('allocated_bytes', [40, 40, 48, 24, 24]),
    highWaterMark: t('high_water_mark', [56, 56, 64, 40, 40]),
    owner: t('owner', [64, 64, 72, 80, 80]),
    /** In a Space: its Heap and which it is (heap/base-space.h), and the names of all by that (AllocationSpace, common/globals.h). */
    spaceHeap: c.table('BaseSpace.heap', 8),
    spaceId: c.table('BaseSpace.id', 16),
    spaces,
    /** The page that follows in its space: its header, or its metadata where these are outside. */
    next: t('list_node.next', [232, 264, 264, 264, 256]),
    /** Bits of flags. */
    fromPage: 1 << t('FROM_PAGE', 3),
    toPage: 1 << t('TO_PAGE', 4),
    /** Address of the Heap inside of the Isolate. */
    heapInIsolate: c.table('Isolate.heap', limits.heap),
    /** Pages count the whole linear allocation area as allocated, also its unused end. */
    countsUnusedArea: c.table('MemoryChunk.allocated_bytes.counts_area', [0, 0, 1, 1, 1]) === 1,
    /** Limits in the Heap: bytes of the old generation, of a semi-space; the whole is old + 3 * semi. */
    limits: {
      /** Of a pointer in the Heap to the struct that holds maxOldGeneration; NaN where the Heap itself does. */
      struct: c.table('Heap.limits', limits.struct),
      maxOldGeneration: c.table('Heap.max_old_generation_size', limits.maxOldGeneration),
      maxSemiSpace: c.table('Heap.max_semi_space_size', limits.maxSemiSpace),
    },
    /** FreeSpace.size counts words instead of bytes. */
    freeSpaceInWords: c.table('FreeSpace.size_in_words', [0, 0, 0, 1, 1]) === 1,
  };
}

export type PageLayout = ReturnType<typeof pageLayout>;
