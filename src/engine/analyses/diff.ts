import type { OriginalPlace } from '../contract.ts';
import type { Heap } from '../graph/heap.ts';
import type { NodeOrdinal } from '../graph/types.ts';
import { findCandidates } from './leaks/candidates.ts';
import { comparable, growthOf } from './leaks/growth.ts';
import { holderOf } from './leaks/holder.ts';

/** A class in two heaps. */
export interface ClassChange {
  readonly name: string;
  readonly type: string;
  /** Objects that only the newer heap has; by ids in one process, else the difference where it is positive. */
  readonly added: number;
  readonly removed: number;
  readonly countDelta: number;
  /** Bytes, shallow. */
  readonly sizeDelta: number;
}

/** A place that holds more than before. */
export interface Grower {
  /** As code would write it. */
  readonly path: string;
  readonly source: string | null;
  /** 1-based. */
  readonly line: number | null;
  /** By the script's source map; null without one, and of snapshots. */
  readonly original: OriginalPlace | null;
  readonly countDelta: number;
  /** Bytes, retained. */
  readonly sizeDelta: number;
}

export interface HeapDiff {
  /** Largest growth first; classes that did not change are left out. */
  readonly classes: readonly ClassChange[];
  readonly growers: readonly Grower[];
  /** Whether objects were told apart by their ids. */
  readonly sameProcess: boolean;
}

/** Share of the newer heap from which on a place can be a grower. */
const GROWER_SHARE = 0.002;

/** What changed from an older heap to a newer one. */
export function diffHeaps(older: Heap, newer: Heap, limit = 50): HeapDiff {
  const sameProcess = comparable(older, newer) === 'same process';
  return {
    classes: classChanges(older, newer, sameProcess),
    growers: growers(older, newer, sameProcess).slice(0, limit),
    sameProcess,
  };
}

function classChanges(older: Heap, newer: Heap, sameProcess: boolean): ClassChange[] {
  const changes = new Map<
    string,
    { name: string; type: string; added: number; removed: number; countDelta: number; sizeDelta: number }
  >();
  const count = (heap: Heap, other: Heap, sign: 1 | -1) => {
    const { ofNode, list } = heap.classes;
    const { nodeId } = heap.graph;
    const ids = sameProcess ? Uint32Array.from(other.graph.nodeId).sort() : null;
    const entries = list.map(({ name, type }) => {
      const key = `${type}:${name}`;
      const entry = changes.get(key) ?? { name, type, added: 0, removed: 0, countDelta: 0, sizeDelta: 0 };
      changes.set(key, entry);
      return entry;
    });
    for (let node = 0; node < ofNode.length; node++) {
      if (heap.shallowSizes[node] === 0) continue;
      const entry = entries[ofNode[node]!]!;
      entry.countDelta += sign;
      entry.sizeDelta += sign * heap.shallowSize(node as NodeOrdinal);
      if (ids && !contains(ids, nodeId[node]!)) entry[sign > 0 ? 'added' : 'removed']++;
    }
  };
  count(newer, older, 1);
  count(older, newer, -1);
  const list = [...changes.values()];
  if (!sameProcess)
    for (const entry of list) {
      entry.added = Math.max(0, entry.countDelta);
      entry.removed = Math.max(0, -entry.countDelta);
    }
  return list
    .filter((c) => c.added !== 0 || c.removed !== 0 || c.sizeDelta !== 0)
    .sort((a, b) => b.sizeDelta - a.sizeDelta || b.countDelta - a.countDelta || (a.name < b.name ? -1 : 1));
}

function contains(sorted: Uint32Array, value: number): boolean {
  let low = 0;
  let high = sorted.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = sorted[middle]!;
    if (found === value) return true;
    if (found < value) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}

function growers(older: Heap, newer: Heap, sameProcess: boolean): Grower[] {
  const found: Grower[] = [];
  for (const candidate of findCandidates(newer, Math.max(512, GROWER_SHARE * newer.totalSize)).slice(
    0,
    500,
  )) {
    const holder = holderOf(newer, candidate.node, candidate.members);
    const growth = growthOf(older, newer, holder, candidate, sameProcess);
    if (!growth || growth.size <= 0) continue;
    const position = holder.position?.position;
    found.push({
      path: holder.expression,
      source: position?.source ?? null,
      line: position?.line ?? null,
      original: position?.original ?? null,
      countDelta: growth.count,
      sizeDelta: growth.size,
    });
  }
  return found.sort((a, b) => b.sizeDelta - a.sizeDelta || (a.path < b.path ? -1 : 1));
}
