import type { Heap } from '../graph/heap.ts';
import { type EdgeIndex, EdgeType, type NodeOrdinal } from '../graph/types.ts';
import type { Property } from '../v8/inspect.ts';
import { dataProperty } from '../v8/property.ts';
import { nodeValue } from './node-value.ts';
import { target } from './properties.ts';

/** What a snapshot says of an object's elements: those that are heap objects. */
export interface Elements {
  readonly count: number;
  /** Highest index plus one. */
  readonly end: number;
  /** Elements that the backing store has room for; null where that is not known. */
  readonly room: number | null;
}

const HEADER = 16;
const WORD = 8;

export function elementsOf(heap: Heap, node: NodeOrdinal): Elements {
  const { graph } = heap;
  let count = 0;
  let end = 0;
  for (let e = graph.firstEdge[node]!; e < graph.firstEdge[node + 1]!; e++) {
    if (graph.edgeType[e] !== EdgeType.element) continue;
    count++;
    end = Math.max(end, graph.edgeName[e]! + 1);
  }
  const store = target(heap, node, 'elements');
  const room = store === null ? null : Math.max(0, Math.floor((graph.ownSize(store) - HEADER) / WORD));
  return { count, end, room };
}

/** Elements `start` to `start + count` that are heap objects. */
export function elementsFrom(heap: Heap, node: NodeOrdinal, start: number, count: number): Property[] {
  const { graph } = heap;
  const found: Property[] = [];
  for (let e = graph.firstEdge[node]!; e < graph.firstEdge[node + 1]!; e++) {
    if (graph.edgeType[e] !== EdgeType.element) continue;
    const index = graph.edgeName[e as EdgeIndex]!;
    if (index < start || index >= start + count) continue;
    found.push(dataProperty(String(index), nodeValue(graph.edgeTo[e] as NodeOrdinal)));
  }
  return found.sort((a, b) => Number(a.name) - Number(b.name));
}
