import type { HeapGraph } from '../../graph/heap-graph.ts';
import { textTest } from '../../graph/text-test.ts';
import { EdgeType, type NodeOrdinal, NodeType } from '../../graph/types.ts';

/**
 * Tells the nodes that are the program itself: machine code, bytecode and what belongs to it, shapes, and the texts of
 * scripts. They live as long as it does, and leak with nothing but the functions and objects that hold them.
 */
export function programCode(graph: HeapGraph): (node: NodeOrdinal) => boolean {
  const sources = sourceTexts(graph);
  const isMap = textTest(graph, 'system / Map');
  return (node) => {
    const type = graph.nodeType[node];
    if (type === NodeType.hidden) return isMap(graph.nodeName[node]!);
    return type === NodeType.code || type === NodeType.objectShape || sources.has(node);
  };
}

/** What the `source` of a script is; nothing else of V8's code has one. */
function sourceTexts(graph: HeapGraph): ReadonlySet<NodeOrdinal> {
  const { nodeCount, nodeType, firstEdge, edgeType, edgeName, edgeTo } = graph;
  const isSource = textTest(graph, 'source');
  const found = new Set<NodeOrdinal>();
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== NodeType.code) continue;
    for (let e = firstEdge[node]!; e < firstEdge[node + 1]!; e++)
      if (edgeType[e] === EdgeType.internal && isSource(edgeName[e]!)) found.add(edgeTo[e] as NodeOrdinal);
  }
  return found;
}
