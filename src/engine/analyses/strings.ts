import type { Heap } from '../graph/heap.ts';
import { EdgeType, type NodeOrdinal, NodeType } from '../graph/types.ts';
import { describeNode, type NodeInfo, stringText } from './describe.ts';

/** Equal texts that are there more than once. */
export interface DuplicateText {
  readonly text: string;
  readonly count: number;
  /** Bytes of all but one of them. */
  readonly wasted: number;
}

export interface LargeText {
  readonly id: number;
  /** Characters, as far as the snapshot has them: V8 cuts at 1,024. */
  readonly length: number;
  readonly size: number;
  readonly text: string;
}

/** Sliced strings that keep a much larger parent alive. */
export interface HeldParent {
  readonly parent: NodeInfo;
  readonly slices: number;
}

export interface TextReport {
  readonly duplicates: readonly DuplicateText[];
  readonly largest: readonly LargeText[];
  readonly heldParents: readonly HeldParent[];
  readonly total: { readonly count: number; readonly size: number };
}

/**
 * Texts of a heap. Two strings are duplicates where text and size are equal: V8 cuts long texts in
 * snapshots, and different ones may then look the same.
 */
export function stringReport(heap: Heap, limit = 50): TextReport {
  const { graph } = heap;
  graph.internNames();
  const groups = new Map<number, { name: number; size: number; count: number }>();
  const sizes: NodeOrdinal[] = [];
  let count = 0;
  let size = 0;
  let least = 0;
  const parents = new Map<number, number>();
  for (let node = 0; node < graph.nodeCount; node++) {
    const type = graph.nodeType[node];
    if (type !== NodeType.string && type !== NodeType.consString && type !== NodeType.slicedString) continue;
    const own = heap.shallowSize(node as NodeOrdinal);
    count++;
    size += own;
    if (type === NodeType.slicedString) addParent(heap, node as NodeOrdinal, parents);
    if (type !== NodeType.string || own === 0) continue;
    const key = graph.nodeName[node]! * 0x100000 + (own % 0x100000);
    const group = groups.get(key);
    if (group) group.count++;
    else groups.set(key, { name: graph.nodeName[node]!, size: own, count: 1 });
    if (own <= least) continue;
    sizes.push(node as NodeOrdinal);
    if (sizes.length < 8 * limit) continue;
    keepLargest(heap, sizes, limit);
    least = heap.shallowSize(sizes.at(-1)!);
  }
  keepLargest(heap, sizes, limit);
  const duplicates = [...groups.values()]
    .filter((g) => g.count > 1)
    .map((g) => ({ ...g, wasted: (g.count - 1) * g.size }))
    .sort((a, b) => b.wasted - a.wasted || a.name - b.name)
    .slice(0, limit)
    .map((g) => ({ text: graph.strings.text(g.name), count: g.count, wasted: g.wasted }));
  const heldParents = [...parents]
    .sort((a, b) => heap.retainedSizes[b[0]]! - heap.retainedSizes[a[0]]! || a[0] - b[0])
    .slice(0, limit)
    .map(([parent, slices]) => ({ parent: describeNode(heap, parent as NodeOrdinal), slices }));
  return {
    duplicates,
    largest: sizes.map((node) => {
      const text = stringText(heap, node);
      return { id: graph.nodeId[node]!, length: text.length, size: heap.shallowSize(node), text };
    }),
    heldParents,
    total: { count, size },
  };
}

function keepLargest(heap: Heap, nodes: NodeOrdinal[], limit: number): void {
  nodes.sort((a, b) => heap.shallowSize(b) - heap.shallowSize(a) || a - b);
  if (nodes.length > limit) nodes.length = limit;
}

function addParent(heap: Heap, slice: NodeOrdinal, parents: Map<number, number>): void {
  const { graph } = heap;
  const edge = graph.edgeNamed(slice, EdgeType.internal, 'parent');
  if (edge === null) return;
  const parent = graph.edgeTo[edge]!;
  parents.set(parent, (parents.get(parent) ?? 0) + 1);
}
