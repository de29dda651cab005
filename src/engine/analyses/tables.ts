import type { Heap } from '../graph/heap.ts';
import { type EdgeIndex, EdgeType, type NodeOrdinal, NodeType } from '../graph/types.ts';

/** What an edge from the table of a Map or Set is. */
export type TableEntry =
  | { readonly kind: 'value'; readonly index: number; readonly key: NodeOrdinal | null }
  | { readonly kind: 'key'; readonly index: number }
  | { readonly kind: 'set'; readonly index: number };

/** Words before the buckets: numbers of elements, deleted ones and buckets. */
const PREFIX = 3;
const WORD = 8;
const HEADER = 2 * WORD;

/**
 * Tells which entry an edge from an ordered hash table leads to (src/objects/ordered-hash-table.h: prefix,
 * buckets, then two entries a bucket of key, value and chain, or of key and chain in a Set). The number of
 * buckets follows from the table's size. Null where `from` is no such table.
 */
export function tableEntry(heap: Heap, from: NodeOrdinal, edge: EdgeIndex): TableEntry | null {
  const { graph } = heap;
  if (graph.nodeType[from] !== NodeType.array || graph.edgeType[edge] !== EdgeType.internal) return null;
  if (slotOf(String(graph.edgeLabel(edge))) === null) return null;
  const layout = tableLayout(heap, from);
  return layout && entryOf(heap, layout, from, edge);
}

/** Of an ordered hash table: where its entries begin, and how many words each has. */
export interface TableLayout {
  readonly owner: 'map' | 'set';
  /** Slot of the first entry. */
  readonly begin: number;
  readonly width: number;
}

/** Null for what is no such table. */
export function tableLayout(heap: Heap, table: NodeOrdinal): TableLayout | null {
  const owner = tableOwner(heap, table);
  if (owner === null) return null;
  const words = (heap.graph.ownSize(table) - HEADER) / WORD;
  const width = owner === 'map' ? 3 : 2;
  const buckets = (words - PREFIX) / (1 + 2 * width);
  return Number.isInteger(buckets) && buckets >= 1 ? { owner, begin: PREFIX + buckets, width } : null;
}

/** As `tableEntry`, of a table whose layout is known. */
export function entryOf(
  heap: Heap,
  { owner, begin, width }: TableLayout,
  from: NodeOrdinal,
  edge: EdgeIndex,
): TableEntry | null {
  const { graph } = heap;
  const slot = graph.edgeType[edge] === EdgeType.internal ? slotOf(String(graph.edgeLabel(edge))) : null;
  if (slot === null || slot < begin) return null;
  const place = slot - begin;
  const index = Math.floor(place / width);
  if (owner === 'set') return place % width === 0 ? { kind: 'set', index } : null;
  if (place % width === 0) return { kind: 'key', index };
  return place % width === 1 ? { kind: 'value', index, key: keyOfSlot(heap, from, edge, slot - 1) } : null;
}

function slotOf(label: string): number | null {
  return /^\d{1,9}$/.test(label) ? Number(label) : null;
}

/** Edges of a table come in the order of their slots: the key's is right before. */
function keyOfSlot(heap: Heap, table: NodeOrdinal, edge: EdgeIndex, slot: number): NodeOrdinal | null {
  const { graph } = heap;
  const before = (edge - 1) as EdgeIndex;
  if (before < graph.firstEdge[table]! || graph.edgeType[before] !== EdgeType.internal) return null;
  return slotOf(String(graph.edgeLabel(before))) === slot ? (graph.edgeTo[before] as NodeOrdinal) : null;
}

/** Whether a node is the table of a Map or of a Set. */
export function tableOwner(heap: Heap, table: NodeOrdinal): 'map' | 'set' | null {
  const { graph } = heap;
  const holder = heap.dominators.dominator[table] as NodeOrdinal;
  if (graph.nodeType[holder] !== NodeType.object) return null;
  const edge = graph.edgeNamed(holder, EdgeType.internal, 'table');
  if (edge === null || graph.edgeTo[edge] !== table) return null;
  // Subclasses have names of their own; a Set's table has five words a bucket, a Map's seven.
  const words = (graph.ownSize(table) - HEADER) / WORD - PREFIX;
  const name = graph.name(holder);
  if (name === 'Map') return 'map';
  if (name === 'Set') return 'set';
  if (/weak/i.test(name)) return null;
  const isMap = powerOfTwo(words / 7);
  return isMap === powerOfTwo(words / 5) ? null : isMap ? 'map' : 'set';
}

function powerOfTwo(value: number): boolean {
  return Number.isInteger(value) && value > 0 && (value & (value - 1)) === 0;
}
