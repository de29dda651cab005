import { type Ephemerons, type HeapGraph, search } from './heap-graph.ts';
import { EdgeType, NodeType } from './types.ts';

/** What dominators are computed from: columns of a graph, on whatever thread. */
export interface DominatorInput {
  readonly nodeCount: number;
  readonly edgeCount: number;
  readonly firstEdge: Uint32Array;
  readonly edgeType: Uint8Array;
  readonly edgeTo: Uint32Array;
  readonly edgeName: Uint32Array;
  /** Empty where there are no ephemerons. */
  readonly nodeId: Uint32Array;
  readonly ephemerons: Ephemerons;
  /** Indexes of the root's edges that lead to what the user's code reaches first. */
  readonly userEdges: readonly number[];
}

export function dominatorInput(graph: HeapGraph): DominatorInput {
  const { nodeCount, edgeCount, firstEdge, edgeType, edgeTo, edgeName, nodeId, ephemerons } = graph;
  const userEdges: number[] = [];
  for (let e = 0; e < firstEdge[1]!; e++) if (isUserEdge(graph, e)) userEdges.push(e);
  const ids = ephemerons.names.length > 0 ? nodeId : new Uint32Array(0);
  return {
    nodeCount,
    edgeCount,
    firstEdge,
    edgeType,
    edgeTo,
    edgeName,
    nodeId: ids,
    ephemerons,
    userEdges,
  };
}

/** Global objects, and the documents of browsers. */
function isUserEdge({ edgeType, edgeTo, nodeType, nodeName, strings }: HeapGraph, edge: number): boolean {
  if (edgeType[edge] === EdgeType.shortcut) return true;
  const to = edgeTo[edge]!;
  return (
    edgeType[edge] === EdgeType.element &&
    nodeType[to] === NodeType.synthetic &&
    strings.text(nodeName[to]!) === '(Document DOM trees)'
  );
}

/** Whether an edge is one of the two that hold a WeakMap entry's value. */
export function isEphemeronEdge({ edgeType, edgeName, ephemerons }: DominatorInput, edge: number): boolean {
  if (edgeType[edge] !== EdgeType.internal) return false;
  const name = edgeName[edge]!;
  return ((ephemerons.isEphemeron[name >>> 3]! >>> (name & 7)) & 1) === 1;
}

/** Whether such an edge is the one from the table. */
export function isTableEdge(graph: DominatorInput, node: number, edge: number): boolean {
  const i = search(graph.ephemerons.names, graph.edgeName[edge]!);
  return i >= 0 && graph.ephemerons.tables[i] === graph.nodeId[node];
}
