import type { Heap } from '../../graph/heap.ts';
import { EdgeType, type NodeOrdinal, NodeType } from '../../graph/types.ts';
import { nodeName } from '../describe.ts';
import { positionOf } from '../positions.ts';
import type { Candidate } from './candidates.ts';
import { isOwnCode } from './own-code.ts';
import type { NamedPosition } from './sight.ts';

/** What lies below an accumulation point. Sizes in bytes. */
export interface Contents {
  /** Largest first. */
  readonly classes: readonly { readonly name: string; readonly count: number; readonly size: number }[];
  /** The class whose members hold most. */
  readonly memberClass: string;
  /** Members of that class. */
  readonly memberCount: number;
  /** One of them, from the middle. */
  readonly sample: NodeOrdinal | null;
  /** Of the members and closures, the code that they have in common. */
  readonly code: (NamedPosition & { readonly count: number }) | null;
  readonly external: number;
  readonly promises: number;
  readonly timers: number;
  readonly closures: number;
  /** Sliced strings, and the bytes of the texts that they keep whole. */
  readonly slices: number;
  readonly sliceParents: number;
  readonly strings: number;
  readonly size: number;
  /** The walk ended at its limit: there is more than is told here. */
  readonly isCut: boolean;
}

/** Nodes from which the kind of a place is told. */
const ENOUGH = 5_000_000;

/** Walks what a candidate's members dominate, at most `limit` nodes of it. */
export function contentsOf(heap: Heap, candidate: Candidate, limit = ENOUGH): Contents {
  const { members } = candidate;
  const { graph } = heap;
  const { first, nodes } = heap.dominated;
  const { ofNode, list } = heap.classes;
  const counts = new Float64Array(list.length);
  const sizes = new Float64Array(list.length);
  const code = new Map<string, NamedPosition & { count: number }>();
  const sums = {
    external: 0,
    promises: 0,
    timers: 0,
    closures: 0,
    slices: 0,
    sliceParents: 0,
    strings: 0,
    size: 0,
  };
  const memberClasses = new Map<number, { size: number; count: number }>();
  for (const member of members) {
    const entry = memberClasses.get(ofNode[member]!) ?? { size: 0, count: 0 };
    memberClasses.set(ofNode[member]!, entry);
    entry.size += heap.retainedSizes[member]!;
    entry.count++;
  }
  // The links of a chain lie below each other; its members are only those that hold much.
  const isChain = candidate.kind === 'chain';
  const stack: NodeOrdinal[] = isChain ? [candidate.node] : [...members];
  for (let walked = 0; stack.length > 0 && walked < limit; walked++) {
    const node = stack.pop()!;
    for (let i = first[node]!; i < first[node + 1]!; i++) stack.push(nodes[i] as NodeOrdinal);
    const size = heap.shallowSize(node);
    sums.size += size;
    const type = graph.nodeType[node];
    const id = ofNode[node]!;
    if (size > 0) {
      counts[id]! += 1;
      sizes[id]! += size;
    }
    if (type === NodeType.native) {
      sums.external += size;
      continue;
    }
    if (type === NodeType.string || type === NodeType.consString) sums.strings += size;
    if (type === NodeType.slicedString) {
      sums.slices++;
      const edge = graph.edgeNamed(node, EdgeType.internal, 'parent');
      if (edge !== null) sums.sliceParents += heap.shallowSize(graph.edgeTo[edge] as NodeOrdinal);
    }
    if (type === NodeType.closure) sums.closures += size;
    const name = list[id]!.name;
    if (name === 'Promise') sums.promises++;
    else if (name === 'Timeout' || name === 'Immediate') sums.timers++;
    if (type !== NodeType.closure && type !== NodeType.object) continue;
    const position = positionOf(graph, node);
    if (!position || !isOwnCode(position)) continue;
    const key = `${position.scriptId}:${position.line}:${position.column}`;
    const known = code.get(key);
    if (known) known.count++;
    else code.set(key, { name: nodeName(heap, node), position, score: 0, closure: null, count: 1 });
  }
  const memberClass = [...memberClasses].sort((a, b) => b[1].size - a[1].size || a[0] - b[0])[0];
  return {
    ...sums,
    isCut: stack.length > 0,
    classes: list
      .map(({ name }, id) => ({ name, count: counts[id]!, size: sizes[id]! }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.size - a.size)
      .slice(0, 8),
    memberClass: memberClass ? memberName(heap, candidate, memberClass[0]) : '',
    memberCount: memberClass === undefined ? 0 : isChain ? counts[memberClass[0]]! : memberClass[1].count,
    sample: memberClass ? sampleOf(members, ofNode, memberClass[0]) : null,
    code:
      [...code.values()].sort((a, b) => b.count - a.count || a.position.line - b.position.line)[0] ?? null,
  };
}

function sampleOf(members: readonly NodeOrdinal[], ofNode: Uint32Array, id: number): NodeOrdinal | null {
  const alike = members.filter((node) => ofNode[node] === id);
  return alike[alike.length >> 1] ?? null;
}

/** V8's own things are one class; here their first one's own name says more: PromiseReaction, WeakCell. */
function memberName(heap: Heap, { members }: Candidate, id: number): string {
  const { ofNode, list } = heap.classes;
  const { name } = list[id]!;
  if (name !== '(system)') return name;
  const first = members.find((node) => ofNode[node] === id);
  return first === undefined ? name : heap.graph.name(first).replace(/^system \/ /, '') || name;
}
