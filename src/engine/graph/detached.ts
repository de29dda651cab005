import type { HeapGraph } from './heap-graph.ts';
import { EdgeType, NodeType } from './types.ts';

const ATTACHED = 1;
const DETACHED = 2;

/**
 * Native nodes that are detached, as Chrome DevTools tells them (HeapSnapshot.ts, propagateDOMState): from
 * the nodes whose state the snapshot gives, attached wins over detached, and both go on to the native nodes
 * next to them, but not through JavaScript objects.
 */
export function detachedNodes(graph: HeapGraph): ReadonlySet<number> {
  const { detachedness, nodeType, firstEdge, edgeType, edgeTo } = graph;
  if (detachedness.size === 0) return new Set();
  const visited = new Set<number>();
  const state = new Map(detachedness);
  const queues: Record<number, number[]> = { [ATTACHED]: [], [DETACHED]: [] };
  const renamed = new Set<number>();
  const process = (node: number, next: number) => {
    if (visited.has(node)) return;
    visited.add(node);
    if (nodeType[node] !== NodeType.native) return;
    state.set(node, next);
    queues[next]?.push(node);
    if (next === DETACHED) renamed.add(node);
  };
  const propagate = (node: number, next: number) => {
    for (let e = firstEdge[node]!; e < firstEdge[node + 1]!; e++) {
      if (edgeType[e] !== EdgeType.hidden && edgeType[e] !== EdgeType.weak) process(edgeTo[e]!, next);
    }
  };
  for (const [node, given] of detachedness) process(node, given);
  for (let node = queues[ATTACHED]!.pop(); node !== undefined; node = queues[ATTACHED]!.pop())
    propagate(node, ATTACHED);
  for (let node = queues[DETACHED]!.pop(); node !== undefined; node = queues[DETACHED]!.pop())
    if (state.get(node) !== ATTACHED) propagate(node, DETACHED);
  return renamed;
}
