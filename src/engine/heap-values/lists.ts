import { edgeText, isContext } from '../analyses/describe.ts';
import { waysOf } from '../analyses/paths.ts';
import type { Heap } from '../graph/heap.ts';
import { sourceOf } from '../graph/reverse-edges.ts';
import { type EdgeIndex, EdgeType, type NodeOrdinal } from '../graph/types.ts';
import type { Property } from '../v8/inspect.ts';
import { kindOf } from './node-kinds.ts';
import { nodeValue, View } from './node-value.ts';
import { internalProperty } from './properties.ts';

/** How many rows a list of a node has. */
export function listLength(heap: Heap, node: NodeOrdinal, view: View): number {
  switch (view) {
    case View.node:
    case View.internals:
      return internalEdges(heap, node).length;
    case View.retainers:
      return heap.reverse.first[node + 1]! - heap.reverse.first[node]!;
    case View.dominated:
      return heap.dominated.first[node + 1]! - heap.dominated.first[node]!;
    case View.path:
      return waysOf(heap).to(node).length;
  }
}

/** Rows `start` to `start + count` of a list: edges as code would write them, with the node at the other end. */
export function listRows(
  heap: Heap,
  node: NodeOrdinal,
  view: View,
  start: number,
  count: number,
): Property[] {
  const { graph } = heap;
  switch (view) {
    case View.node:
    case View.internals:
      return internalEdges(heap, node)
        .slice(start, start + count)
        .map((edge) =>
          internalProperty(edgeText(heap, edge, node), nodeValue(graph.edgeTo[edge] as NodeOrdinal)),
        );
    case View.retainers:
      return retainers(heap, node, start, count);
    case View.dominated: {
      const { first, nodes } = heap.dominated;
      const { retainedSizes } = heap;
      const row = nodes.slice(first[node]!, first[node + 1]!);
      row.sort((a, b) => retainedSizes[b]! - retainedSizes[a]! || a - b);
      return [...row.subarray(start, start + count)].map((child, i) =>
        internalProperty(String(start + i), nodeValue(child as NodeOrdinal)),
      );
    }
    case View.path:
      return waysOf(heap)
        .to(node)
        .map(({ edge, node: at }, i, way) =>
          internalProperty(edge === null ? '(root)' : edgeText(heap, edge, way[i - 1]!.node), nodeValue(at)),
        )
        .slice(start, start + count);
  }
}

function retainers(heap: Heap, node: NodeOrdinal, start: number, count: number): Property[] {
  const { graph, reverse } = heap;
  const row = reverse.edges.subarray(reverse.first[node]!, reverse.first[node + 1]!);
  return [...row.subarray(start, start + count)].map((edge) => {
    const from = sourceOf(graph, edge) as NodeOrdinal;
    return internalProperty(`${edgeText(heap, edge as EdgeIndex, from)} of`, nodeValue(from));
  });
}

/** Of an object: what is neither a property nor an element. Of anything else: all. */
function internalEdges(heap: Heap, node: NodeOrdinal): EdgeIndex[] {
  const { graph } = heap;
  const isObject = kindOf(heap, node).kind === 'object';
  const named = isContext(heap, node) ? EdgeType.context : EdgeType.property;
  const found: EdgeIndex[] = [];
  for (let e = graph.firstEdge[node]!; e < graph.firstEdge[node + 1]!; e++) {
    const type = graph.edgeType[e];
    if (isObject && (type === named || type === EdgeType.element)) continue;
    found.push(e as EdgeIndex);
  }
  return found;
}
