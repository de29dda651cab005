import { type HeapGraph, search } from './heap-graph.ts';
import { type EdgeIndex, EdgeType, type NodeOrdinal, NodeType } from './types.ts';

/** Where the distances of nodes begin that the global objects do not reach. */
export const SYSTEM_DISTANCE = 100000000;
/** Of a node that nothing but weak edges leads to. */
export const NO_DISTANCE = -5;

/** Edges on the shortest way to each node, and the edge by which the way comes in. */
export interface Distances {
  /** By ordinal; SYSTEM_DISTANCE and more beyond the reach of the global objects; NO_DISTANCE for none. */
  readonly distance: Int32Array;
  /** Ordinals in the order in which they were found. */
  readonly order: Uint32Array;
}

/**
 * Distances as Chrome DevTools gives them (HeapSnapshot.ts, calculateDistances): breadth first from the
 * global objects, then from the root. Not followed are weak edges, a native context's sloppy_function_map,
 * and the links of descriptor arrays that belong to other maps; the value of a WeakMap entry is found once
 * both its key and its table are.
 */
export function computeDistances(graph: HeapGraph): Distances {
  const { nodeCount, firstEdge, edgeTo, nodeType } = graph;
  const distance = new Int32Array(nodeCount).fill(NO_DISTANCE);
  const queue = new Uint32Array(nodeCount);
  const walk = new Walk(graph, distance, queue);
  let found = 0;
  for (let e = 0; e < firstEdge[1]!; e++) {
    const to = edgeTo[e]!;
    const isUserRoot =
      nodeType[to] !== NodeType.synthetic || graph.name(to as NodeOrdinal) === '(Document DOM trees)';
    if (!isUserRoot) continue;
    if (distance[to] === NO_DISTANCE) queue[found++] = to;
    distance[to] = 1;
  }
  found = walk.from(0, found);
  distance[0] = found > 0 ? SYSTEM_DISTANCE : 0;
  const begin = found;
  if (found < nodeCount) queue[found++] = 0;
  found = walk.from(begin, found);
  return { distance, order: queue.subarray(0, found) };
}

class Walk {
  readonly #graph: HeapGraph;
  readonly #distance: Int32Array;
  readonly #queue: Uint32Array;
  readonly #pendingPairs = new Set<number>();

  constructor(graph: HeapGraph, distance: Int32Array, queue: Uint32Array) {
    this.#graph = graph;
    this.#distance = distance;
    this.#queue = queue;
  }

  /** Widens the search from the queue's nodes between two positions; returns where the queue ends. */
  from(begin: number, end: number): number {
    const graph = this.#graph;
    const { firstEdge, edgeTo, edgeType, edgeName, nodeType, nodeName } = graph;
    const { isEphemeron, names } = graph.ephemerons;
    const distance = this.#distance;
    const queue = this.#queue;
    const hasEphemerons = names.length > 0;
    const special = specialNames(graph);
    for (let i = begin; i < end; i++) {
      const node = queue[i]!;
      const next = distance[node]! + 1;
      const last = firstEdge[node + 1]!;
      const name = nodeName[node]!;
      const type = nodeType[node]!;
      const isDescriptors = type === NodeType.array && name === special.mapDescriptors;
      const isContext = type === NodeType.hidden && name === special.nativeContext;
      for (let e = firstEdge[node]!; e < last; e++) {
        const to = edgeTo[e]!;
        if (distance[to] !== NO_DISTANCE) continue;
        const kind = edgeType[e]!;
        if (kind === EdgeType.weak) continue;
        if (isContext && graph.edgeLabel(e as EdgeIndex) === 'sloppy_function_map') continue;
        if (isDescriptors) {
          const index = Number.parseInt(String(graph.edgeLabel(e as EdgeIndex)), 10);
          if (index >= 2 && index % 3 === 1) continue;
        }
        if (hasEphemerons && kind === EdgeType.internal) {
          const edge = edgeName[e]!;
          if (((isEphemeron[edge >>> 3]! >>> (edge & 7)) & 1) === 1 && this.#waits(edge)) continue;
        }
        distance[to] = next;
        queue[end++] = to;
      }
    }
    return end;
  }

  /** True at the first of an entry's two edges. */
  #waits(name: number): boolean {
    const { names, pairs } = this.#graph.ephemerons;
    const pair = pairs[search(names, name)]!;
    if (this.#pendingPairs.delete(pair)) return false;
    this.#pendingPairs.add(pair);
    return true;
  }
}

function specialNames(graph: HeapGraph): { mapDescriptors: number; nativeContext: number } {
  const { nodeType, nodeName } = graph;
  const seen = new Set<number>();
  const found = { mapDescriptors: -1, nativeContext: -1 };
  for (let node = 0; node < graph.nodeCount; node++) {
    const type = nodeType[node]!;
    if (type !== NodeType.array && type !== NodeType.hidden) continue;
    const name = nodeName[node]!;
    if (seen.has(name)) continue;
    seen.add(name);
    const text = graph.strings.text(name);
    if (text === '(map descriptors)') found.mapDescriptors = name;
    else if (text === 'system / NativeContext') found.nativeContext = name;
  }
  return found;
}
