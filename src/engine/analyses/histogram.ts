import type { Classes } from '../graph/classes.ts';
import type { Heap } from '../graph/heap.ts';
import type { NodeOrdinal } from '../graph/types.ts';
import type { SourcePosition } from './positions.ts';
import { positionAt } from './positions.ts';

/** One row of a histogram. Sizes in bytes. */
export interface ClassRow {
  /** Position of the class in what it was grouped by. */
  readonly index: number;
  readonly name: string;
  /** Type of its nodes, as snapshots spell it. */
  readonly type: string;
  readonly count: number;
  readonly shallowSize: number;
  /** Of its nodes that no other of them dominates, so that nothing counts twice. */
  readonly retainedSize: number;
  /** The constructor's place, where V8 tells it. */
  readonly constructedAt: SourcePosition | null;
}

export interface Histogram {
  /** Largest retained size first. */
  readonly classes: readonly ClassRow[];
  readonly total: { readonly count: number; readonly shallowSize: number };
}

/** Histogram by constructor, row for row as Chrome DevTools' Summary has it. Nodes without a size of their own are left out. */
export function histogram(heap: Heap): Histogram {
  return count(heap, heap.classes);
}

/** Counts nodes by any grouping. */
export function count(heap: Heap, classes: Classes): Histogram {
  const { ofNode, list } = classes;
  const { shallowSizes } = heap;
  const counts = new Float64Array(list.length);
  const shallow = new Float64Array(list.length);
  let allCount = 0;
  let allSize = 0;
  for (let node = 0; node < ofNode.length; node++) {
    if (shallowSizes[node] === 0) continue;
    const size = heap.shallowSize(node as NodeOrdinal);
    const id = ofNode[node]!;
    counts[id] = counts[id]! + 1;
    shallow[id] = shallow[id]! + size;
    allCount++;
    allSize += size;
  }
  const retained = retainedByClass(heap, classes);
  const rows: ClassRow[] = [];
  list.forEach((heapClass, index) => {
    if (counts[index] === 0) return;
    const at = heapClass.location;
    rows.push({
      index,
      name: heapClass.name,
      type: heapClass.type,
      count: counts[index]!,
      shallowSize: shallow[index]!,
      retainedSize: retained[index]!,
      constructedAt: at && positionAt(heap.graph, at),
    });
  });
  rows.sort(
    (a, b) =>
      b.retainedSize - a.retainedSize ||
      b.shallowSize - a.shallowSize ||
      (a.name < b.name ? -1 : a.name > b.name ? 1 : a.index - b.index),
  );
  return { classes: rows, total: { count: allCount, shallowSize: allSize } };
}

/**
 * By class: retained sizes of the nodes that no other node of the class dominates. Walks the dominator tree
 * with a mark for each class on the way down.
 */
export function retainedByClass(heap: Heap, { ofNode, list }: Classes): Float64Array {
  const { first, nodes } = heap.dominated;
  const { shallowSizes, retainedSizes } = heap;
  const sums = new Float64Array(list.length);
  const open = new Uint8Array(list.length);
  const stack = heap.dominators.spare.borrow(ofNode.length + 1);
  // A class to close again is put on the stack behind the nodes below it, as a second stack would.
  const closing = new Uint32Array(ofNode.length + 1);
  const closeAt = new Uint32Array(ofNode.length + 1);
  let depth = 1;
  let closings = 0;
  stack[0] = 0;
  while (depth > 0) {
    while (closings > 0 && closeAt[closings - 1] === depth) open[closing[--closings]!] = 0;
    const node = stack[--depth]!;
    while (closings > 0 && closeAt[closings - 1]! > depth) open[closing[--closings]!] = 0;
    const id = ofNode[node]!;
    const from = first[node]!;
    const to = first[node + 1]!;
    if (open[id] === 0 && shallowSizes[node] !== 0) {
      sums[id] = sums[id]! + retainedSizes[node]!;
      if (from !== to) {
        open[id] = 1;
        closing[closings] = id;
        closeAt[closings++] = depth;
      }
    }
    for (let i = from; i < to; i++) stack[depth++] = nodes[i]!;
  }
  return sums;
}

/** The nodes of one row that have a size, largest retained first. */
export function instancesOf(heap: Heap, classes: Classes, index: number): NodeOrdinal[] {
  const found: NodeOrdinal[] = [];
  for (let node = 0; node < classes.ofNode.length; node++)
    if (classes.ofNode[node] === index && heap.shallowSizes[node] !== 0) found.push(node as NodeOrdinal);
  return found.sort((a, b) => heap.retainedSizes[b]! - heap.retainedSizes[a]! || a - b);
}
