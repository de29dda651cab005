import type { Heap } from '../../graph/heap.ts';
import { type EdgeIndex, EdgeType, type NodeOrdinal, NodeType } from '../../graph/types.ts';
import { isContext } from '../describe.ts';
import { waysOf } from '../paths.ts';
import { positionOf } from '../positions.ts';
import { isOwnCode } from './own-code.ts';
import { programCode } from './program-code.ts';
import { gathered, repeated } from './repeated.ts';

/** A place where memory gathers. Sizes in bytes. */
export interface Candidate {
  /** The accumulation point. */
  readonly node: NodeOrdinal;
  /** What gathers there: nodes that it dominates, or that only have the way to them in common. */
  readonly members: readonly NodeOrdinal[];
  /** Held by the members and by the point itself, without what other candidates below hold. */
  readonly size: number;
  readonly kind: 'single' | 'chain' | 'group';
}

/** Members of a group whose ways are merged. */
const SAMPLE = 10000;
/** Share of a group's ways that must lead through its accumulation point. */
const COMMON = 0.8;
/** So many nodes of one class on one line of dominators are a chain. */
const CHAIN = 8;
/** Objects that hold so many times the threshold are data, whatever their shapes: a program's own are not as much. */
const MUCH = 5;

/**
 * Descends the dominator tree from the root into every node that holds `threshold` bytes. Where a node's
 * small children together hold as much, memory gathers: at an object it is a candidate; at a root, which
 * holds all kinds of things, the children are grouped by class and the ways to each group are merged.
 * After Eclipse MAT's FindLeaksQuery; here a chain (a linked list, a promise chain) is a candidate, too.
 */
export function findCandidates(heap: Heap, threshold: number): Candidate[] {
  const found: Candidate[] = [];
  const { retainedSizes } = heap;
  const { first, nodes } = heap.dominated;
  const isProgram = programCode(heap.graph);
  const stack: NodeOrdinal[] = [0 as NodeOrdinal];
  while (stack.length > 0) {
    const node = stack.pop()!;
    const small: NodeOrdinal[] = [];
    let rest = retainedSizes[node]!;
    let big = 0;
    for (let i = first[node]!; i < first[node + 1]!; i++) {
      const child = nodes[i] as NodeOrdinal;
      if (retainedSizes[child]! >= threshold) {
        rest -= retainedSizes[child]!;
        big++;
        stack.push(child);
      } else if (isProgram(child)) rest -= retainedSizes[child]!;
      else small.push(child);
    }
    if (rest < threshold || isProgram(node)) continue;
    if (isRootLike(heap, node)) found.push(...groups(heap, small, threshold));
    else {
      // Without large children, the last link of a chain still holds the threshold, as any link does.
      const chain = big === 0 ? chainAbove(heap, node, threshold) : null;
      if (chain) {
        found.push(chain);
        continue;
      }
      const members = gathered(heap, node, small);
      const size = rest - sizeOf(heap, small) + sizeOf(heap, members);
      if (size >= threshold) found.push({ node, members, size, kind: 'single' });
    }
  }
  return mergeByNode(found).sort((a, b) => b.size - a.size || a.node - b.node);
}

/** Roots, contexts of a realm, global objects: they hold everything, which says nothing. */
export function isRootLike(heap: Heap, node: NodeOrdinal): boolean {
  const { graph } = heap;
  if (node === 0 || graph.nodeType[node] === NodeType.synthetic) return true;
  const name = graph.name(node);
  if (name === 'system / NativeContext') return true;
  return heap.distances.distance[node]! <= 2 && /^(global|Window)( |$)/.test(name);
}

function groups(heap: Heap, children: readonly NodeOrdinal[], threshold: number): Candidate[] {
  const { ofNode } = heap.classes;
  const { nodeType, nodeName } = heap.graph;
  const byClass = new Map<number, NodeOrdinal[]>();
  for (const child of children) {
    const type = nodeType[child];
    if (type === NodeType.synthetic) continue;
    if (type === NodeType.closure && !isOwnClosure(heap, child)) continue;
    // V8's own things are one class, but have names.
    const id = type === NodeType.hidden ? -1 - nodeName[child]! : ofNode[child]!;
    const group = byClass.get(id);
    if (group) group.push(child);
    else byClass.set(id, [child]);
  }
  const found: Candidate[] = [];
  for (const group of byClass.values()) {
    const all = sizeOf(heap, group);
    if (all < threshold) continue;
    const isData = all >= MUCH * threshold && isObject(heap, group[0]!);
    const members = isData ? group : repeated(heap, group);
    const size = sizeOf(heap, members);
    if (size < threshold) continue;
    const node = commonPoint(heap, members);
    found.push({ node: node ?? members[0]!, members, size, kind: 'group' });
  }
  return found;
}

function isObject(heap: Heap, node: NodeOrdinal): boolean {
  return heap.graph.nodeType[node] === NodeType.object && !isContext(heap, node);
}

function sizeOf(heap: Heap, nodes: readonly NodeOrdinal[]): number {
  return nodes.reduce((sum, node) => sum + heap.retainedSizes[node]!, 0);
}

/** Node's own functions live as long as the program, too. */
function isOwnClosure(heap: Heap, node: NodeOrdinal): boolean {
  const position = positionOf(heap.graph, node);
  return position !== null && isOwnCode(position);
}

/** The last node that most ways to the members have in common; null where it is a root. */
function commonPoint(heap: Heap, members: readonly NodeOrdinal[]): NodeOrdinal | null {
  const ways = waysOf(heap);
  const step = Math.max(1, Math.floor(members.length / SAMPLE));
  const counts = new Map<number, number>();
  const depths = new Map<number, number>();
  let sample = 0;
  for (let i = 0; i < members.length; i += step) {
    sample++;
    ways.to(members[i]!).forEach((at, depth, way) => {
      if (depth === way.length - 1) return;
      counts.set(at.node, (counts.get(at.node) ?? 0) + 1);
      depths.set(at.node, depth);
    });
  }
  let best: number | null = null;
  for (const [node, count] of counts) {
    if (count < COMMON * sample || isRootLike(heap, node as NodeOrdinal)) continue;
    if (best === null || depths.get(node)! > depths.get(best)!) best = node;
  }
  return best as NodeOrdinal | null;
}

/** The head of the line of nodes that ends at `last`, where they repeat one class. */
function chainAbove(heap: Heap, last: NodeOrdinal, threshold: number): Candidate | null {
  const { dominator } = heap.dominators;
  const { first, nodes } = heap.dominated;
  const { retainedSizes } = heap;
  const { ofNode } = heap.classes;
  const line: NodeOrdinal[] = [];
  const counts = new Map<number, number>();
  let at = last;
  while (!isRootLike(heap, at)) {
    line.push(at);
    counts.set(ofNode[at]!, (counts.get(ofNode[at]!) ?? 0) + 1);
    const above = dominator[at] as NodeOrdinal;
    let big = 0;
    for (let i = first[above]!; i < first[above + 1]!; i++) if (retainedSizes[nodes[i]!]! >= threshold) big++;
    if (big !== 1) break;
    at = above;
  }
  // A chain of closures is one of their scopes, too, with a link more or less.
  const scopes = new Set(line.filter((node) => isContext(heap, node)).map((node) => ofNode[node]!));
  const links = ([id, count]: readonly [number, number]) => count - (scopes.has(id) ? 2 : 0);
  const most = [...counts].sort((a, b) => links(b) - links(a) || a[0] - b[0])[0];
  if (!most || most[1] < CHAIN) return null;
  const members = line.filter((node) => ofNode[node] === most[0]).reverse();
  const head = headOf(heap, members);
  const size = retainedSizes[head]!;
  return size < threshold ? null : { node: head, members, size, kind: 'chain' };
}

/** The link before the first one that comes in by the edge that most links come in by. */
function headOf(heap: Heap, members: readonly NodeOrdinal[]): NodeOrdinal {
  const labels = members.map((node) => labelFromDominator(heap, node));
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const usual = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
  const first = labels.findIndex((label) => label === usual);
  return members[Math.max(0, first - 1)]!;
}

function labelFromDominator(heap: Heap, node: NodeOrdinal): string {
  const { graph } = heap;
  const above = heap.dominators.dominator[node] as NodeOrdinal;
  for (let e = graph.firstEdge[above]!; e < graph.firstEdge[above + 1]!; e++)
    if (graph.edgeTo[e] === node && graph.edgeType[e] !== EdgeType.weak)
      return `${graph.edgeType[e]} ${graph.edgeLabel(e as EdgeIndex)}`;
  return '';
}

function mergeByNode(candidates: readonly Candidate[]): Candidate[] {
  const byNode = new Map<number, Candidate>();
  for (const candidate of candidates) {
    const known = byNode.get(candidate.node);
    byNode.set(
      candidate.node,
      known
        ? { ...known, members: known.members.concat(candidate.members), size: known.size + candidate.size }
        : candidate,
    );
  }
  return [...byNode.values()];
}
