import type { Heap } from '../graph/heap.ts';
import { sourceOf } from '../graph/reverse-edges.ts';
import { type EdgeIndex, EdgeType, edgeTypeNames, type NodeOrdinal } from '../graph/types.ts';
import { describeNode, edgeText, type NodeInfo } from './describe.ts';

/** An edge with the node at its other end. */
export interface Relation {
  /** As code writes it. */
  readonly edge: string;
  /** As snapshots spell the edge's type. */
  readonly type: string;
  readonly node: NodeInfo;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Of all pages. */
  readonly total: number;
}

export interface PageOptions {
  readonly start?: number;
  readonly count?: number;
}

const PAGE = 100;

/** What a node leads to, in the snapshot's order. */
export function fieldsOf(
  heap: Heap,
  node: NodeOrdinal,
  { start = 0, count = PAGE }: PageOptions = {},
): Page<Relation> {
  const { graph } = heap;
  const from = graph.firstEdge[node]!;
  const total = graph.firstEdge[node + 1]! - from;
  const items: Relation[] = [];
  for (let i = Math.max(0, start); i < Math.min(total, start + count); i++) {
    const edge = (from + i) as EdgeIndex;
    items.push(relation(heap, edge, node, graph.edgeTo[edge] as NodeOrdinal));
  }
  return { items, total };
}

/** What leads to a node, owning edges first. */
export function retainersOf(
  heap: Heap,
  node: NodeOrdinal,
  { start = 0, count = PAGE }: PageOptions = {},
): Page<Relation> {
  const { graph } = heap;
  const { first, edges } = heap.reverse;
  const row = edges.subarray(first[node]!, first[node + 1]!);
  const owning: number[] = [];
  const weak: number[] = [];
  for (const edge of row) (graph.edgeType[edge] === EdgeType.weak ? weak : owning).push(edge);
  const items = owning
    .concat(weak)
    .slice(Math.max(0, start), start + count)
    .map((edge) => {
      const holder = sourceOf(graph, edge) as NodeOrdinal;
      return relation(heap, edge as EdgeIndex, holder, holder);
    });
  return { items, total: row.length };
}

function relation(heap: Heap, edge: EdgeIndex, from: NodeOrdinal, shown: NodeOrdinal): Relation {
  return {
    edge: edgeText(heap, edge, from),
    type: edgeTypeNames[heap.graph.edgeType[edge]!] ?? 'unknown',
    node: describeNode(heap, shown),
  };
}

/** The nodes that every path to a node leads through, its immediate dominator first, the root last. */
export function dominatorsOf(heap: Heap, node: NodeOrdinal, limit = 1000): NodeInfo[] {
  const { dominator } = heap.dominators;
  const chain: NodeInfo[] = [];
  let at = node;
  while (at !== 0 && chain.length < limit) {
    at = dominator[at] as NodeOrdinal;
    chain.push(describeNode(heap, at));
  }
  return chain;
}

/** What a node dominates immediately, largest first. */
export function dominatedBy(
  heap: Heap,
  node: NodeOrdinal,
  { start = 0, count = PAGE }: PageOptions = {},
): Page<NodeInfo> {
  const { first, nodes } = heap.dominated;
  const { retainedSizes } = heap;
  const row = nodes.slice(first[node]!, first[node + 1]!);
  row.sort((a, b) => retainedSizes[b]! - retainedSizes[a]! || a - b);
  const items = [...row.subarray(Math.max(0, start), start + count)].map((child) =>
    describeNode(heap, child as NodeOrdinal),
  );
  return { items, total: row.length };
}
