import { attemptOr } from '../absence.ts';
import { type Address, address, at, type Tagged } from '../address.ts';
import { type HeapPage, pagesOf } from './heap-pages.ts';
import type { HeapView } from './objects/heap-view.ts';
import type { MapInfo } from './objects/map.ts';
import { ObjectSizes } from './objects/object-size.ts';

/** Told of each object of a walk: the tagged pointer, its map, its size in bytes. */
export type Visit = (word: Tagged, map: MapInfo, size: number) => void;

/** What a walk met besides objects. */
export interface WalkReport {
  objects: number;
  bytes: number;
  /** Objects of a kind whose size is not known: their end was found by the next object's map. */
  guessedSizes: number;
  /** Bytes that were passed over because no object starts there. */
  skipped: number;
}

/** Map::kSize is no less. */
const MAP_SIZE = 72;

/** Code space holds instructions, which words that look like maps may stand among. */
const isCode = (page: HeapPage): boolean => page.space.startsWith('code_');

/**
 * Visits all objects of an isolate's heap, page by page in the order of their addresses: the living, and
 * garbage that was not swept yet. Left out are machine code, the dead half of the new space, free lists,
 * fillers, and the ends of linear allocation areas. `pages` chooses pages; without it all are walked.
 */
export function walkHeap(view: HeapView, visit: Visit, pages = pagesOf(view.isolate)): WalkReport {
  const walker = new Walker(view, visit);
  for (const page of pages) if (!page.isDead && !isCode(page)) walker.page(page);
  return walker.report;
}

class Walker {
  readonly report: WalkReport = { objects: 0, bytes: 0, guessedSizes: 0, skipped: 0 };
  readonly #view: HeapView;
  readonly #visit: Visit;
  readonly #sizes: ObjectSizes;
  readonly #areas: ReadonlyMap<Address, Address>;
  readonly #fillers: ReadonlySet<Tagged>;
  readonly #maps = new Map<Tagged, MapInfo | undefined>();

  constructor(view: HeapView, visit: Visit) {
    this.#view = view;
    this.#visit = visit;
    this.#sizes = new ObjectSizes(view);
    this.#areas = new Map(view.isolate.allocationAreas.map((a) => [a.top, a.limit]));
    const names = ['free_space_map', 'one_pointer_filler_map', 'two_pointer_filler_map'];
    this.#fillers = new Set(names.map((n) => view.isolate.knownRoot(n)));
  }

  page(page: HeapPage): void {
    const end = page.areaEnd;
    let base = page.areaStart;
    while (base < end) {
      const limit = this.#areas.get(base);
      if (limit !== undefined) {
        base = limit;
        continue;
      }
      const map = this.#mapAt(base);
      if (!map) {
        if (!this.#view.memory.has(base, 8)) return;
        this.report.skipped += 8;
        base = at(base, 8);
        continue;
      }
      const size = this.#sizeAt(base, map, end);
      if (!this.#fillers.has(map.word)) {
        this.report.objects++;
        this.report.bytes += size;
        this.#visit((base + 1) as Tagged, map, size);
      }
      base = at(base, size);
    }
  }

  #mapAt(base: Address): MapInfo | undefined {
    const { memory } = this.#view;
    if (!memory.has(base, 8)) return undefined;
    const word = memory.tagged(base);
    if (!this.#view.isPointer(word)) return undefined;
    if (!this.#maps.has(word)) this.#maps.set(word, this.#isMap(word) ? this.#view.mapAt(word) : undefined);
    return this.#maps.get(word);
  }

  /** Without a Fault for each of the many words that are none. */
  #isMap(word: Tagged): boolean {
    const { memory, layout } = this.#view;
    if (!memory.has(address(word - 1), MAP_SIZE)) return false;
    const meta = memory.tagged(address(word - 1));
    if (!this.#view.isPointer(meta)) return false;
    const type = address(meta - 1 + layout.objects.map.instanceType);
    return memory.has(type, 2) && memory.u16(type) === layout.types.MAP;
  }

  #sizeAt(base: Address, map: MapInfo, end: Address): number {
    const size = attemptOr(undefined, () => this.#sizes.of(base, map));
    if (size !== undefined && size >= 8 && size % 8 === 0 && base + size <= end) return size;
    this.report.guessedSizes++;
    let next = at(base, 16);
    while (next < end && !this.#mapAt(next) && !this.#areas.has(next)) {
      // What is not in the dump (26 keeps its holes on pages of no access) holds no further object.
      if (!this.#view.memory.has(next, 8)) return end - base;
      next = at(next, 8);
    }
    return Math.min(next, end) - base;
  }
}
