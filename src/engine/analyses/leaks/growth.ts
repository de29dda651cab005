import type { Heap } from '../../graph/heap.ts';
import type { EdgeIndex, NodeOrdinal } from '../../graph/types.ts';
import type { Step } from '../paths.ts';
import type { Candidate } from './candidates.ts';
import type { Holder } from './holder.ts';

/** How a place changed since an older dump. */
export interface Growth {
  /** Bytes retained. */
  readonly size: number;
  /** Nodes that it dominates immediately. */
  readonly count: number;
  /** It was not there. */
  readonly isNew: boolean;
}

/** Ids mean the same in dumps of one process only: told by a sample of nodes. */
export function comparable(older: Heap, newer: Heap): 'same process' | 'other process' {
  const { graph } = older;
  const step = Math.max(1, Math.floor(graph.nodeCount / 500));
  let found = 0;
  let same = 0;
  for (let node = 0; node < graph.nodeCount; node += step) {
    const other = newer.nodeOfId(graph.nodeId[node]!);
    if (other === null) continue;
    found++;
    if (
      graph.nodeType[node] === newer.graph.nodeType[other] &&
      graph.name(node as NodeOrdinal) === newer.graph.name(other)
    )
      same++;
  }
  return found > 0 && same >= 0.9 * found ? 'same process' : 'other process';
}

/** Null where the older dump cannot tell. */
export function growthOf(
  older: Heap,
  newer: Heap,
  holder: Holder,
  candidate: Candidate,
  sameProcess: boolean,
): Growth | null {
  const { owner } = holder;
  const before = sameProcess ? older.nodeOfId(newer.graph.nodeId[owner]!) : follow(older, newer, holder.path);
  const size = candidate.kind === 'group' ? candidate.size : newer.retainedSize(owner);
  const count = candidate.members.length;
  if (before === null) return { size, count, isNew: true };
  if (candidate.kind === 'group') return groupGrowth(older, newer, candidate);
  return {
    size: size - older.retainedSize(before),
    count: childCount(newer, owner) - childCount(older, before),
    isNew: false,
  };
}

function groupGrowth(older: Heap, newer: Heap, candidate: Candidate): Growth {
  const name = newer.classes.list[newer.classes.ofNode[candidate.members[0]!]!]!.name;
  const ids = new Set(older.classes.list.flatMap((c, i) => (c.name === name ? [i] : [])));
  let size = 0;
  let count = 0;
  const { dominator } = older.dominators;
  for (let node = 0; node < older.graph.nodeCount; node++) {
    if (!ids.has(older.classes.ofNode[node]!) || ids.has(older.classes.ofNode[dominator[node]!]!)) continue;
    size += older.retainedSizes[node]!;
    count++;
  }
  return { size: candidate.size - size, count: candidate.members.length - count, isNew: false };
}

/** Nodes below a node: through its table or elements, too. */
export function childCount(heap: Heap, node: NodeOrdinal): number {
  const { first, nodes } = heap.dominated;
  let count = 0;
  for (let i = first[node]!; i < first[node + 1]!; i++) {
    const child = nodes[i]!;
    count += 1 + (first[child + 1]! - first[child]!);
  }
  return count;
}

/** The node at the end of the same path in another heap: edge by edge, by name. */
export function follow(heap: Heap, from: Heap, path: readonly Step[]): NodeOrdinal | null {
  let at = 0 as NodeOrdinal;
  for (const { edge } of path) {
    if (edge === null) continue;
    const label = from.graph.edgeLabel(edge);
    const found = heap.graph.edgeNamed(at, from.graph.edgeType[edge]!, label);
    if (found === null) return null;
    at = heap.graph.edgeTo[found as EdgeIndex] as NodeOrdinal;
  }
  return at;
}
