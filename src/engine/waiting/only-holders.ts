import type { Heap } from '../graph/heap.ts';
import { sourceOf } from '../graph/reverse-edges.ts';
import { EdgeType, type NodeOrdinal, NodeType } from '../graph/types.ts';

/** Holders of a node that are looked at. */
const MAX_HOLDERS = 1000;
const HANDLES = /^\((Weak global|Global) handles\)$/;
const PASSING = /^\((Stack roots|Handle scope)\)$/;
/** Objects that are but a part of what holds them. */
const PART = /^(system \/ PropertyArray|\((object )?(elements|properties)\))$/;

/**
 * The only object that holds a node, then the only one that holds that, and so on: what is among them surely has a say
 * in the node's fate, while the holder of a scope that everybody sees has none. Weak edges do not count.
 */
export function* onlyHolders(heap: Heap, node: NodeOrdinal, steps: number): Generator<NodeOrdinal> {
  let at: NodeOrdinal | undefined = node;
  for (let n = 0; n < steps; n++) {
    at = onlyHolder(heap, at);
    if (at === undefined) return;
    yield at;
  }
}

function onlyHolder(heap: Heap, node: NodeOrdinal): NodeOrdinal | undefined {
  let only: NodeOrdinal | undefined;
  for (const holder of holdersOf(heap, node)) {
    const whole = isPart(heap, holder) ? soleOf(heap, holder) : holder;
    if (whole === undefined || (only !== undefined && whole !== only)) return undefined;
    only = whole;
  }
  return only;
}

/**
 * Who holds a node strongly, some more than once. What lies on stacks and in handles does so by the way, and may be a
 * word that nobody reads any more.
 */
export function* holdersOf(heap: Heap, node: NodeOrdinal): Generator<NodeOrdinal> {
  const { graph, reverse } = heap;
  const end = Math.min(reverse.first[node + 1]!, reverse.first[node]! + MAX_HOLDERS);
  for (let i = reverse.first[node]!; i < end; i++) {
    const edge = reverse.edges[i]!;
    if (graph.edgeType[edge] === EdgeType.weak) continue;
    const holder = sourceOf(graph, edge) as NodeOrdinal;
    if (!isPassing(heap, holder)) yield holder;
  }
}

/** True if a handle of native code leads to a node, be it a weak one. */
export function hasHandle({ graph, reverse }: Heap, node: NodeOrdinal): boolean {
  const end = Math.min(reverse.first[node + 1]!, reverse.first[node]! + MAX_HOLDERS);
  for (let i = reverse.first[node]!; i < end; i++) {
    const holder = sourceOf(graph, reverse.edges[i]!) as NodeOrdinal;
    if (graph.nodeType[holder] === NodeType.synthetic && HANDLES.test(graph.name(holder))) return true;
  }
  return false;
}

function soleOf(heap: Heap, node: NodeOrdinal): NodeOrdinal | undefined {
  const holders = new Set(holdersOf(heap, node));
  return holders.size === 1 ? [...holders][0] : undefined;
}

function isPassing({ graph }: Heap, node: NodeOrdinal): boolean {
  return graph.nodeType[node] === NodeType.synthetic && PASSING.test(graph.name(node));
}

function isPart({ graph }: Heap, node: NodeOrdinal): boolean {
  const type = graph.nodeType[node];
  return (type === NodeType.hidden || type === NodeType.array) && PART.test(graph.name(node));
}
