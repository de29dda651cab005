import type { HeapGraph } from './heap-graph.ts';

/** Edges by target, in compressed rows. */
export interface ReverseEdges {
  /** `nodeCount + 1` positions in `edges`. */
  readonly first: Uint32Array;
  /** Edge indexes, ascending within a row. */
  readonly edges: Uint32Array;
}

export function reverseEdges(graph: HeapGraph): ReverseEdges {
  const { nodeCount, edgeCount, edgeTo } = graph;
  const first = new Uint32Array(nodeCount + 1);
  for (let e = 0; e < edgeCount; e++) {
    const to = edgeTo[e]!;
    first[to] = first[to]! + 1;
  }
  let sum = 0;
  for (let node = 0; node <= nodeCount; node++) {
    sum += first[node]!;
    first[node] = sum;
  }
  const edges = new Uint32Array(edgeCount);
  for (let e = edgeCount - 1; e >= 0; e--) {
    const to = edgeTo[e]!;
    const at = first[to]! - 1;
    first[to] = at;
    edges[at] = e;
  }
  return { first, edges };
}

/** The node that an edge comes from: found by bisection of the rows. */
export function sourceOf(graph: HeapGraph, edge: number): number {
  const { firstEdge } = graph;
  let low = 0;
  let high = graph.nodeCount - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (firstEdge[middle]! <= edge) low = middle;
    else high = middle - 1;
  }
  return low;
}
