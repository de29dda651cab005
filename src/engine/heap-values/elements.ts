import type { Heap } from '../graph/heap.ts';
import { type EdgeIndex, EdgeType, type NodeOrdinal } from '../graph/types.ts';
import type { Property } from '../v8/inspect.ts';
import { dataProperty } from '../v8/property.ts';
import { nodeValue } from './node-value.ts';

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
  const store = heap.graph.internalTarget(node, 'elements');
  const room = store === null ? null : Math.max(0, Math.floor((graph.ownSize(store) - HEADER) / WORD));
  return { count, end, room };
}

/** True if few of the indices have an element that is a heap object. */
export function isSparse({ count, end }: Pick<Elements, 'count' | 'end'>): boolean {
  return 2 * count < end;
}

/** Elements `start` to `start + count` that are heap objects. */
export function elementsFrom(heap: Heap, node: NodeOrdinal, start: number, count: number): Property[] {
  return elementEdges(heap, node, start, start + count).map((e) => elementOf(heap, e));
}

/** As `elementsFrom`, by position among those that are there. */
export function presentElements(heap: Heap, node: NodeOrdinal, start: number, count: number): Property[] {
  return elementEdges(heap, node, 0, Number.POSITIVE_INFINITY)
    .slice(start, start + count)
    .map((e) => elementOf(heap, e));
}

/** Edges to elements from one index to before another, by index. */
function elementEdges({ graph }: Heap, node: NodeOrdinal, from: number, end: number): EdgeIndex[] {
  const found: EdgeIndex[] = [];
  for (let e = graph.firstEdge[node]!; e < graph.firstEdge[node + 1]!; e++) {
    const index = graph.edgeName[e]!;
    if (graph.edgeType[e] === EdgeType.element && index >= from && index < end) found.push(e as EdgeIndex);
  }
  return found.sort((a, b) => graph.edgeName[a]! - graph.edgeName[b]!);
}

function elementOf({ graph }: Heap, edge: EdgeIndex): Property {
  return dataProperty(String(graph.edgeName[edge]), nodeValue(graph.edgeTo[edge] as NodeOrdinal));
}
