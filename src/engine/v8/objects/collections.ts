import { Fault } from '../../absence.ts';
import type { Tagged } from '../../address.ts';
import type { HeapView } from './heap-view.ts';

export interface Entry {
  readonly key: Tagged | undefined;
  readonly value: Tagged;
}

/** Entries of a collection, read in slices. */
export interface Entries {
  readonly size: number;
  slice(start: number, count: number): Entry[];
}

export const noEntries: Entries = { size: 0, slice: () => [] };

const MAX_TRANSITIONS = 10_000;

/**
 * OrderedHashMap and OrderedHashSet (objects/ordered-hash-table.h): counts of elements, deleted elements and
 * buckets, the buckets, then entries of {key[, value], chain} in order of insertion.
 */
interface OrderedTable {
  readonly table: Tagged;
  readonly size: number;
  /** Entries with the deleted ones. */
  readonly used: number;
  readonly first: number;
  readonly stride: number;
}

function orderedTable(view: HeapView, table: Tagged, stride: number): OrderedTable {
  const count = (index: number): number => {
    const word = view.element(table, index);
    if (!view.isSmi(word) || word < 0) throw new Fault(view.base(table), 'a hash table without a count');
    return word / 0x1_0000_0000;
  };
  const length = view.arrayLength(table);
  const size = count(0);
  const used = size + count(1);
  const first = 3 + count(2);
  if (first + used * stride > length) throw new Fault(view.base(table), 'a hash table longer than its array');
  return { table, size, used, first, stride };
}

/** Entries of a Map or Set from the entry `from` on. */
function orderedEntries(view: HeapView, t: OrderedTable, isMap: boolean, from = 0): Entries {
  let left: number | undefined;
  const keyAt = (i: number) => view.element(t.table, t.first + i * t.stride);
  return {
    get size() {
      if (from === 0) return t.size;
      if (left === undefined) {
        left = 0;
        for (let i = from; i < t.used; i++) if (!view.isHole(keyAt(i))) left++;
      }
      return left;
    },
    slice: (start, count) => {
      const result: Entry[] = [];
      // Without deletions entries can be reached directly.
      const dense = t.used === t.size;
      let seen = dense ? start : 0;
      for (let i = from + seen; i < t.used && result.length < count; i++) {
        const key = keyAt(i);
        if (!dense && view.isHole(key)) continue;
        if (seen++ < start) continue;
        result.push(
          isMap
            ? { key, value: view.element(t.table, t.first + i * t.stride + 1) }
            : { key: undefined, value: key },
        );
      }
      return result;
    },
  };
}

export function mapEntries(view: HeapView, map: Tagged): Entries {
  const table = view.tagged(map, view.layout.objects.collection.table);
  return orderedEntries(view, orderedTable(view, table, 3), true);
}

export function setEntries(view: HeapView, set: Tagged): Entries {
  const table = view.tagged(set, view.layout.objects.collection.table);
  return orderedEntries(view, orderedTable(view, table, 2), false);
}

export type IterationKind = 'keys' | 'values' | 'entries';

/**
 * What a Map or Set iterator has still to give. A table that grew or shrank since points to its successor;
 * the index then counts entries of the old one (OrderedHashTableIterator::Transition).
 */
export function iteratorEntries(view: HeapView, iterator: Tagged, isMap: boolean, kind: IterationKind) {
  const { collectionIterator } = view.layout.objects;
  let table = view.tagged(iterator, collectionIterator.table);
  let index = view.smi(iterator, collectionIterator.index);
  for (let n = 0; n < MAX_TRANSITIONS; n++) {
    const next = view.element(table, 0);
    if (view.isSmi(next)) break;
    index = transitioned(view, table, index);
    table = next;
  }
  const t = orderedTable(view, table, isMap ? 3 : 2);
  const rest = orderedEntries(view, t, isMap, Math.min(index, t.used));
  const entries: Entries = {
    get size() {
      return rest.size;
    },
    slice: (start, count) =>
      rest.slice(start, count).map((e) => {
        if (!isMap) return kind === 'entries' ? { key: e.value, value: e.value } : e;
        if (kind === 'entries') return e;
        return { key: undefined, value: kind === 'keys' ? e.key! : e.value };
      }),
  };
  return { entries, index, hasMore: rest.size > 0 };
}

/** The index in the next table: fewer by the entries that were removed before it. */
function transitioned(view: HeapView, table: Tagged, index: number): number {
  const removed = view.element(table, 1);
  const deleted = view.isSmi(removed) ? removed / 0x1_0000_0000 : 0;
  // A cleared table marks its deleted count with -1.
  if (deleted < 0) return 0;
  let before = 0;
  const buckets = view.element(table, 2);
  const holes = view.isSmi(buckets) ? 3 : 3;
  for (let i = 0; i < deleted; i++) {
    const at = view.element(table, holes + i);
    if (view.isSmi(at) && at / 0x1_0000_0000 < index) before++;
  }
  return index - before;
}

/** EphemeronHashTable of WeakMap and WeakSet: elements, deleted, capacity, then {key, value}. */
export function weakEntries(view: HeapView, collection: Tagged, isMap: boolean): Entries {
  const table = view.tagged(collection, view.layout.objects.collection.table);
  if (!view.isType(table, view.layout.types.EPHEMERON_HASH_TABLE)) return noEntries;
  const first = view.layout.objects.hashTable.prefix;
  const length = view.arrayLength(table);
  const all = (limit: number): Entry[] => {
    const result: Entry[] = [];
    for (let i = first; i + 1 < length && result.length < limit; i += 2) {
      const key = view.element(table, i);
      if (!view.isPointer(key) || view.isNullish(key) || view.isHole(key)) continue;
      result.push(isMap ? { key, value: view.element(table, i + 1) } : { key: undefined, value: key });
    }
    return result;
  };
  const count = view.element(table, 0);
  return {
    size: view.isSmi(count) ? Math.max(0, count / 0x1_0000_0000) : 0,
    slice: (start, n) => all(start + n).slice(start),
  };
}
