import { attemptOr } from '../absence.ts';
import { type Address, address, at } from '../address.ts';
import type { Region } from '../memory/memory.ts';
import type { Isolate } from './isolate.ts';
import type { V8Runtime } from './runtime.ts';

/** A page of a V8 heap (heap/memory-chunk.h): what its header says. */
export interface HeapPage {
  readonly start: Address;
  /** Bytes, the header included; more than a regular page's for one large object. */
  readonly size: number;
  /** Objects lie in `[areaStart, areaEnd)`. */
  readonly areaStart: Address;
  readonly areaEnd: Address;
  readonly flags: number;
  /** Bytes that V8 counts as allocated. */
  readonly allocated: number;
  /** Nothing was ever allocated in `[highWater, areaEnd)`. */
  readonly highWater: Address;
  /** As v8.getHeapSpaceStatistics names it. */
  readonly space: string;
  /** Address of the Heap that it belongs to; 0 for pages shared by all isolates. */
  readonly heap: Address;
  /** Address of the Space that it belongs to (heap/base-space.h), one half of the new space having its own. */
  readonly owner: Address;
  /** True for pages of the new space that hold only dead copies: its other half, and what is not reached yet. */
  readonly isDead: boolean;
  /** Identifies the page in the list of its space; `next` and `previous` are keys of the pages beside it, or 0. */
  readonly key: Address;
  readonly next: Address;
  readonly previous: Address;
  readonly isLarge: boolean;
}

const MAX_HEADER = 0x8000;
/** Bytes of a header that are read: up to the links of the page's list. */
const HEADER_READ = 288;
const MAX_PAGE = 2 ** 36;
/** How far behind its Isolate a Heap may lie. */
const MAX_HEAP_OFFSET = 0x20000;

/** C++ classes of spaces (heap/spaces.h) by the name in their vtable's symbol. */
const spaceNames: Readonly<Record<string, string>> = {
  NewSpace: 'new_space',
  SemiSpace: 'new_space',
  SemiSpaceNewSpace: 'new_space',
  PagedNewSpace: 'new_space',
  PagedSpaceForNewSpace: 'new_space',
  OldSpace: 'old_space',
  CodeSpace: 'code_space',
  MapSpace: 'map_space',
  SharedSpace: 'shared_space',
  TrustedSpace: 'trusted_space',
  SharedTrustedSpace: 'shared_trusted_space',
  ReadOnlySpace: 'read_only_space',
  NewLargeObjectSpace: 'new_large_object_space',
  OldLargeObjectSpace: 'large_object_space',
  CodeLargeObjectSpace: 'code_large_object_space',
  SharedLargeObjectSpace: 'shared_large_object_space',
  TrustedLargeObjectSpace: 'trusted_large_object_space',
  SharedTrustedLargeObjectSpace: 'shared_trusted_large_object_space',
};

interface Found {
  readonly pages: readonly HeapPage[];
  /** Heaps of pages whose space is not in the dump. */
  readonly unnamed: ReadonlySet<Address>;
}

const cache = new WeakMap<V8Runtime, Found>();

/**
 * All heap pages of the process, by a look at every address that a page may start at: its header must agree
 * with itself and name a Heap that lies in a known isolate. Sorted by address.
 */
export function heapPages(runtime: V8Runtime): readonly HeapPage[] {
  return found(runtime).pages;
}

function found(runtime: V8Runtime): Found {
  let result = cache.get(runtime);
  if (!result) {
    result = findPages(runtime);
    cache.set(runtime, result);
  }
  return result;
}

/**
 * True if the isolate has pages that are not among those of `pagesOf`: one is linked to a page that was not
 * found (heap::List ends with null, heap/list.h), or the space of one is not in the dump. That a space has no
 * pages tells nothing: a heap that runs full loses its new space, and a worker that ends all of them.
 */
export function hasLostPages(isolate: Isolate): boolean {
  const pages = pagesOf(isolate);
  const keys = new Set(pages.map((p) => p.key));
  const isThere = (key: Address) => key === 0 || keys.has(key);
  const isLinkedToNone = pages.some((p) => !isThere(p.next) || !isThere(p.previous));
  return isLinkedToNone || [...found(isolate.runtime).unnamed].some((heap) => isIn(heap, isolate));
}

/** The pages of an isolate, with the read-only ones that all isolates share. */
export function pagesOf(isolate: Isolate): readonly HeapPage[] {
  const pages = heapPages(isolate.runtime);
  const heap = heapOf(isolate, pages);
  return pages.filter((p) => p.heap === 0 || p.heap === heap);
}

/** The isolate's Heap, which lies inside of it: that which most pages name. */
function heapOf(isolate: Isolate, pages: readonly HeapPage[]): Address | undefined {
  return pages.find((p) => isIn(p.heap, isolate))?.heap;
}

function isIn(heap: Address, isolate: Isolate): boolean {
  return heap > isolate.address && heap < isolate.address + MAX_HEAP_OFFSET;
}

function findPages(runtime: V8Runtime): Found {
  const reader = new HeaderReader(runtime);
  const pages: HeapPage[] = [];
  let next = 0;
  for (const region of runtime.memory.regions) if (region.source) next = pagesIn(region, next, reader, pages);
  const unused = unusedPages(runtime, pages);
  return {
    pages: pages.map((p) => (unused.has(p.key) ? { ...p, isDead: true } : p)),
    unnamed: reader.unnamed,
  };
}

/** Adds the pages that start in a region, from `next` on; gives the first address that is still to be looked at. */
function pagesIn(region: Region, next: number, reader: HeaderReader, pages: HeapPage[]): number {
  const { pageSize } = reader;
  let start = Math.ceil(Math.max(region.start, next) / pageSize) * pageSize;
  if (start >= region.end) return next;
  while (start < region.end) {
    const page = attemptOr(undefined, () => reader.pageAt(region, address(start)));
    if (page) pages.push(page);
    start += page ? Math.ceil(page.size / pageSize) * pageSize : pageSize;
  }
  return start;
}

/** Allocation fills the pages of a semi-space in the order of its list: those behind the current one are unused. */
function unusedPages(runtime: V8Runtime, pages: readonly HeapPage[]): Set<Address> {
  const byKey = new Map(pages.filter((p) => p.space === 'new_space').map((p) => [p.key, p]));
  const unused = new Set<Address>();
  for (const { allocationAreas } of runtime.isolates) {
    const current = [...byKey.values()].find((p) =>
      allocationAreas.some((a) => a.top >= p.areaStart && a.limit <= p.areaEnd),
    );
    let page = current && byKey.get(current.next);
    while (page && !page.isDead && !unused.has(page.key)) {
      unused.add(page.key);
      page = byKey.get(page.next);
    }
  }
  return unused;
}

/** Reads page headers by small reads of the dump, so that a sparse heap does not fill the block cache. */
class HeaderReader {
  readonly #runtime: V8Runtime;
  readonly #header = Buffer.alloc(HEADER_READ);
  readonly #metadata = Buffer.alloc(HEADER_READ);
  readonly #spaces = new Map<Address, string | undefined>();
  readonly unnamed = new Set<Address>();

  constructor(runtime: V8Runtime) {
    this.#runtime = runtime;
  }

  get pageSize(): number {
    return this.#runtime.layout.pages.pageSize;
  }

  /** The page that starts in `region` at `start`, if one does. */
  pageAt(region: Region, start: Address): HeapPage | undefined {
    const { memory, layout } = this.#runtime;
    const o = layout.pages;
    const got = region.source?.read(region.offset + (start - region.start), this.#header) ?? 0;
    if (got < this.#header.length) return undefined;
    const outside = !Number.isNaN(o.metadata);
    const metadata = outside ? this.#word(o.metadata) : start;
    if (outside) {
      if (metadata % 8 !== 0 || memory.copy(metadata, this.#metadata) < HEADER_READ) return undefined;
    }
    const field = (offset: number): Address => this.#word(offset, outside ? this.#metadata : this.#header);
    const areaStart = field(o.areaStart);
    if (!(areaStart > start && areaStart < start + MAX_HEADER)) return undefined;
    const areaEnd = field(o.areaEnd);
    const size = field(o.size);
    if (!(size > 0 && size < MAX_PAGE && areaEnd > areaStart && areaEnd <= start + size)) return undefined;
    const heap = field(o.heap);
    const owner = field(o.owner);
    if (heap !== 0 && !this.#runtime.isolates.some((i) => isIn(heap, i))) return undefined;
    const space = heap === 0 ? 'read_only_space' : this.#spaceName(owner, heap);
    if (space === undefined) {
      // A page that a collection is moving to another space has none.
      if (owner !== 0 && !memory.has(owner, 8)) this.unnamed.add(heap);
      return undefined;
    }
    layout.derived('MemoryChunk.area_start');
    const flags = this.#word(o.flags) % 0x1_0000_0000;
    const link = (offset: number) => (heap === 0 ? address(0) : field(offset));
    return {
      start,
      size,
      areaStart,
      areaEnd,
      flags,
      allocated: field(o.allocatedBytes),
      highWater: address(start + Math.min(field(o.highWaterMark), size)),
      space,
      heap,
      owner,
      isDead: space === 'new_space' && (flags & o.fromPage) !== 0,
      key: metadata,
      next: link(o.next),
      previous: link(o.next + 8),
      isLarge: space.endsWith('large_object_space'),
    };
  }

  #word(offset: number, bytes = this.#header): Address {
    return address(bytes.readUInt32LE(offset) + bytes.readUInt32LE(offset + 4) * 0x1_0000_0000);
  }

  /** A space is a C++ object: the symbol of its vtable has the class's name. */
  #spaceName(owner: Address, heap: Address): string | undefined {
    if (!this.#spaces.has(owner)) {
      this.#spaces.set(
        owner,
        attemptOr(undefined, () => this.#nameOf(owner, heap)),
      );
    }
    return this.#spaces.get(owner);
  }

  #nameOf(owner: Address, heap: Address): string | undefined {
    const { memory, module, layout, core } = this.#runtime;
    const vtable = memory.pointer(owner);
    const symbol = module.symbols?.covering(vtable - module.bias);
    const name = /^_ZTVN2v88internal\d+([A-Za-z]+)E/.exec(symbol?.name ?? '')?.[1];
    if (name !== undefined) return spaceNames[name];
    // Where the class has no symbol, the space says which it is; linkers of Windows give classes of equal vtables one.
    if (!module.isStripped && core.system !== 'windows') return undefined;
    const { spaceId, spaceHeap, spaces } = layout.pages;
    return memory.pointer(at(owner, spaceHeap)) === heap ? spaces[memory.u32(at(owner, spaceId))] : undefined;
  }
}
