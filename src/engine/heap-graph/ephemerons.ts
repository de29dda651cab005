import type { Ephemerons as EphemeronEdges } from '../graph/heap-graph.ts';
import type { HeapImage } from './heap-image.ts';
import { ephemeronSlots } from './liveness.ts';
import type { StringArena } from './string-arena.ts';

/** What the edges of entries are named by. */
export interface EphemeronLabels {
  isFurniture(ordinal: number): boolean;
  /** Name and id of a node. */
  label(ordinal: number): string;
  idOf(ordinal: number): number;
}

interface PairEdge {
  readonly name: number;
  readonly to: number;
}

/**
 * Entries of WeakMaps: the value hangs on the key and on the table, by edges that V8 names in a certain way
 * (HeapSnapshotGenerator::CreateEphemeronEdges, and HeapEntry::SetNamedAutoIndexReference).
 */
export class Ephemerons {
  readonly #image: HeapImage;
  /** By the ordinal that they start at. */
  readonly #pairs = new Map<number, PairEdge[]>();
  readonly #names: { readonly name: number; readonly table: number; readonly pair: number }[] = [];
  readonly #strings: StringArena;

  /** `tables` are indexes, in any order. */
  constructor(image: HeapImage, tables: readonly number[], strings: StringArena, labels: EphemeronLabels) {
    this.#image = image;
    this.#strings = strings;
    let pair = 0;
    for (const at of [...tables].sort((a, b) => a - b)) {
      const table = image.ordinalOf(at);
      const { first, end } = ephemeronSlots(image, at);
      for (let w = first; w + 1 < end; w += 2) {
        const key = image.ordinalOf(image.target(w));
        const value = image.ordinalOf(image.target(w + 1));
        if (key < 0 || value < 0 || labels.isFurniture(key)) continue;
        const text = `part of key (${labels.label(key)}) -> value (${labels.label(value)}) pair in WeakMap (table @${labels.idOf(table)})`;
        const number = pair++;
        this.#add(table, `${2 * number + 1} / ${text}`, value, labels.idOf(table), number);
        this.#add(key, `${2 * number + 2} / ${text}`, value, labels.idOf(table), number);
      }
    }
  }

  #add(from: number, text: string, to: number, table: number, pair: number): void {
    const name = this.#strings.add(text);
    this.#names.push({ name, table, pair });
    const list = this.#pairs.get(from);
    if (list) list.push({ name, to });
    else this.#pairs.set(from, [{ name, to }]);
  }

  /** Edges to values from the node of that ordinal. */
  of(ordinal: number): readonly PairEdge[] | undefined {
    return this.#pairs.size === 0 ? undefined : this.#pairs.get(ordinal);
  }

  slots(table: number): { first: number; end: number } {
    return ephemeronSlots(this.#image, table);
  }

  take(): EphemeronEdges {
    const sorted = this.#names.sort((a, b) => a.name - b.name);
    const isEphemeron = new Uint8Array((this.#strings.count >>> 3) + 1);
    for (const { name } of sorted) isEphemeron[name >>> 3]! |= 1 << (name & 7);
    return {
      isEphemeron,
      names: Uint32Array.from(sorted, (e) => e.name),
      tables: Uint32Array.from(sorted, (e) => e.table),
      pairs: Float64Array.from(sorted, (e) => e.pair),
    };
  }
}
