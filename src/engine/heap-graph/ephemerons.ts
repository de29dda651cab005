import type { Ephemerons } from '../graph/heap-graph.ts';
import type { Furniture } from './furniture.ts';
import type { HeapImage } from './heap-image.ts';
import { ephemeronSlots } from './liveness.ts';
import type { StringArena } from './string-arena.ts';

/** Edges of entries of WeakMaps, by the ordinals that they start at, ascending. */
export interface EphemeronEdges {
  readonly from: Uint32Array;
  /** Ids of names. */
  readonly names: Uint32Array;
  readonly to: Uint32Array;
}

/** What the edges of entries are named by. */
export interface EphemeronLabels {
  /** Name of the node of the object at an index. */
  name(i: number): string;
  idOf(ordinal: number): number;
}

interface Edge {
  readonly from: number;
  readonly name: number;
  readonly to: number;
}

/**
 * Entries of WeakMaps: the value hangs on the key and on the table, by edges that V8 names in a certain way
 * (HeapSnapshotGenerator::CreateEphemeronEdges, and HeapEntry::SetNamedAutoIndexReference). `tables` are
 * indexes, in any order.
 */
export function ephemeronEdges(
  image: HeapImage,
  tables: readonly number[],
  furniture: Furniture,
  strings: StringArena,
  labels: EphemeronLabels,
): { edges: EphemeronEdges; entries: Omit<Ephemerons, 'isEphemeron'> } {
  const edges: Edge[] = [];
  const all: { readonly name: number; readonly table: number; readonly pair: number }[] = [];
  let pair = 0;
  for (const at of [...tables].sort((a, b) => a - b)) {
    const table = image.ordinalOf(at);
    const id = labels.idOf(table);
    const { first, end } = ephemeronSlots(image, at);
    for (let w = first; w + 1 < end; w += 2) {
      const key = image.ordinalOf(image.target(w));
      const to = image.ordinalOf(image.target(w + 1));
      if (key < 0 || to < 0 || furniture.has(key)) continue;
      const label = (word: number, ordinal: number) =>
        `${labels.name(image.target(word))} @${labels.idOf(ordinal)}`;
      const text = `part of key (${label(w, key)}) -> value (${label(w + 1, to)}) pair in WeakMap (table @${id})`;
      for (const [n, from] of [table, key].entries()) {
        const name = strings.addOnce(`${2 * pair + n + 1} / ${text}`);
        edges.push({ from, name, to });
        all.push({ name, table: id, pair });
      }
      pair++;
    }
  }
  const sorted = edges.sort((a, b) => a.from - b.from);
  all.sort((a, b) => a.name - b.name);
  return {
    edges: {
      from: Uint32Array.from(sorted, (e) => e.from),
      names: Uint32Array.from(sorted, (e) => e.name),
      to: Uint32Array.from(sorted, (e) => e.to),
    },
    entries: {
      names: Uint32Array.from(all, (e) => e.name),
      tables: Uint32Array.from(all, (e) => e.table),
      pairs: Float64Array.from(all, (e) => e.pair),
    },
  };
}
