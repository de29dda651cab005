import { nodeName } from '../engine/analyses/describe.ts';
import type { Heap } from '../engine/graph/heap.ts';
import type { NodeOrdinal } from '../engine/graph/types.ts';
import type { IcicleBox } from './protocol.ts';

/** Boxes narrower than this share of the picture are left out. */
const LEAST = 1 / 800;
const DEPTH = 40;
const BOXES = 2000;
const NAME = 120;

/** The dominator tree from one node down as boxes whose widths are retained sizes, level by level. */
export function icicle(heap: Heap, top: NodeOrdinal): IcicleBox[] {
  const { retainedSizes, graph } = heap;
  const { first, nodes } = heap.dominated;
  const total = Math.max(1, retainedSizes[top]!);
  const box = (node: number, parent: number | null, depth: number, from: number): IcicleBox => ({
    id: graph.nodeId[node]!,
    name: nodeName(heap, node as NodeOrdinal).slice(0, NAME),
    depth,
    parent,
    from,
    share: retainedSizes[node]! / total,
    retainedSize: retainedSizes[node]!,
  });
  const boxes: IcicleBox[] = [box(top, null, 0, 0)];
  const ordinals: number[] = [top];
  for (let i = 0; i < boxes.length && boxes.length < BOXES; i++) {
    const { depth } = boxes[i]!;
    if (depth + 1 >= DEPTH) continue;
    const above = ordinals[i]!;
    const wide: number[] = [];
    for (let k = first[above]!; k < first[above + 1]!; k++)
      if (retainedSizes[nodes[k]!]! / total >= LEAST) wide.push(nodes[k]!);
    wide.sort((a, b) => retainedSizes[b]! - retainedSizes[a]! || a - b);
    let { from } = boxes[i]!;
    for (const node of wide) {
      if (boxes.length >= BOXES) break;
      const made = box(node, i, depth + 1, from);
      boxes.push(made);
      ordinals.push(node);
      from += made.share;
    }
  }
  return boxes;
}
