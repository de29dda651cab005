import type { Heap } from '../../graph/heap.ts';
import { EdgeType, type NodeOrdinal, NodeType } from '../../graph/types.ts';
import { isContext } from '../describe.ts';

/** Of what leaks there are at least so many. */
const MANY = 10;

/**
 * Those of the nodes that are there many times: closures of one function, scopes of one function or block, objects of one
 * shape. Functions, scopes and objects that are there once or twice are what a program is made of.
 */
export function repeated(heap: Heap, nodes: readonly NodeOrdinal[]): readonly NodeOrdinal[] {
  const kinds = nodes.map((node) => kindOf(heap, node));
  const counts = new Map<number, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return nodes.filter((_, i) => counts.get(kinds[i]!)! >= MANY);
}

/**
 * What may gather at a node: of functions and their scopes those that are there many times; of a scope, which has as many
 * variables as its text, nothing else.
 */
export function gathered(
  heap: Heap,
  node: NodeOrdinal,
  children: readonly NodeOrdinal[],
): readonly NodeOrdinal[] {
  if (isContext(heap, node)) return repeated(heap, children);
  const isFunction = (child: NodeOrdinal) =>
    heap.graph.nodeType[child] === NodeType.closure || isContext(heap, child);
  const functions = children.filter(isFunction);
  const many = new Set(repeated(heap, functions));
  if (many.size === functions.length) return children;
  return children.filter((child) => !isFunction(child) || many.has(child));
}

/** What alike nodes have in common: an ordinal, or less than 0 where that is their class. */
function kindOf(heap: Heap, node: NodeOrdinal): number {
  const name = kindEdge(heap, node);
  const edge = name === null ? null : heap.graph.edgeNamed(node, EdgeType.internal, name);
  return edge === null ? -1 - heap.classes.ofNode[node]! : heap.graph.edgeTo[edge]!;
}

function kindEdge(heap: Heap, node: NodeOrdinal): string | null {
  if (isContext(heap, node)) return 'scope_info';
  const type = heap.graph.nodeType[node];
  if (type === NodeType.closure) return 'shared';
  return type === NodeType.object ? 'map' : null;
}
