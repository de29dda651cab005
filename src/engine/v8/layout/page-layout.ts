import type { Constants } from './constants.ts';
import { none } from './constants.ts';

/**
 * The header of a heap page (heap/memory-chunk-layout.h, heap/memory-chunk.h): offsets in bytes from the
 * page's base, which is aligned to `pageSize`. From 24 on most fields are in metadata outside of the page;
 * then offsets other than `flags` and `metadata` are from the metadata.
 */
export function pageLayout(c: Constants) {
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
    /** Bits of flags. */
    fromPage: 1 << t('FROM_PAGE', 3),
    toPage: 1 << t('TO_PAGE', 4),
    /** Address of the Heap inside of the Isolate. */
    heapInIsolate: c.table('Isolate.heap', [0xc638, 0xd2c0, 0xdea0, 0xeff8, 0xf3c0]),
    /** FreeSpace.size counts words instead of bytes. */
    freeSpaceInWords: c.table('FreeSpace.size_in_words', [0, 0, 0, 1, 1]) === 1,
  };
}

export type PageLayout = ReturnType<typeof pageLayout>;
