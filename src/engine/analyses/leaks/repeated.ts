import type { Heap } from '../../graph/heap.ts';
import { EdgeType, type NodeOrdinal, NodeType } from '../../graph/types.ts';
import { isContext } from '../describe.ts';

/** Of what leaks there are at least so many. */
const MANY = 10;

/**
 * Those of the nodes, which are of one class, that are there many times: closures of one function, scopes of one function or block, objects of one
 * shape. Functions, scopes and objects that are there once or twice are what a program is made of.
 */
export function repeated(heap: Heap, nodes: readonly NodeOrdinal[]): readonly NodeOrdinal[] {
  const kinds = nodes.map((node) => kindOf(heap, node));
  const counts = new Map<number, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return nodes.filter((_, i) => counts.get(kinds[i]!)! >= MANY);
}

/** The nodes without functions, and scopes of functions, that are there once or twice. */
export function withoutSingleFunctions(heap: Heap, nodes: readonly NodeOrdinal[]): readonly NodeOrdinal[] {
  const isFunction = (node: NodeOrdinal) =>
    heap.graph.nodeType[node] === NodeType.closure || isContext(heap, node);
  const functions = nodes.filter(isFunction);
  const many = new Set(repeated(heap, functions));
  return many.size === functions.length ? nodes : nodes.filter((node) => !isFunction(node) || many.has(node));
}

/** What alike nodes of one class have in common: an ordinal, or -1. */
function kindOf(heap: Heap, node: NodeOrdinal): number {
  const name = kindEdge(heap, node);
  const edge = name === null ? null : heap.graph.edgeNamed(node, EdgeType.internal, name);
  return edge === null ? -1 : heap.graph.edgeTo[edge]!;
}

function kindEdge(heap: Heap, node: NodeOrdinal): string | null {
  if (isContext(heap, node)) return 'scope_info';
  const type = heap.graph.nodeType[node];
  if (type === NodeType.closure) return 'shared';
  return type === NodeType.object ? 'map' : null;
}
