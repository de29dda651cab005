import type { Address } from '../address.ts';
import { EdgeType, NodeType } from '../graph/types.ts';
import type { CppHeapObjects } from './cpp-heap-objects.ts';
import type { EdgeColumns } from './edge-columns.ts';
import type { EmbedderGraph } from './embedder-graph.ts';
import type { HeapImage } from './heap-image.ts';
import type { StringArena } from './string-arena.ts';
import { ordinalOf } from './unplanned-edges.ts';

/** A node that is no object of the heap. */
export interface NativeNode {
  readonly type: number;
  readonly label: string;
  readonly bytes: number;
  /** Where it stands, or 0. */
  readonly at: number;
  readonly edges: NativeEdge[];
}

export interface NativeEdge {
  /** Undefined for those that are numbered. */
  readonly name: string | undefined;
  /** Ordinal, or -1. */
  readonly to: number;
}

/** A native object that is one node with its JavaScript object. */
export interface MergedObject {
  readonly label: string;
  readonly bytes: number;
}

/** Node's own objects as nodes. */
export interface NodeObjects {
  readonly nodes: readonly NativeNode[];
  /** Ordinals of those that hang on the root. */
  readonly roots: readonly number[];
  /** By ordinal of an object: what Node adds to its edges. */
  readonly added: ReadonlyMap<number, readonly NativeEdge[]>;
  /** By ordinal of an object: what it is merged with. */
  readonly merged: ReadonlyMap<number, MergedObject>;
  /** By ordinal: 1 attached, 2 detached. */
  readonly detachedness: ReadonlyMap<number, number>;
}

/**
 * What Node adds to a heap, its nodes from ordinal `first` on. `wrappers` are indexes of live objects that may stand for
 * objects of V8's C++ heap.
 */
export function nodeObjects(
  image: HeapImage,
  { nodes, objects, edges }: EmbedderGraph,
  cppHeap: CppHeapObjects,
  wrappers: readonly number[],
  first: number,
): NodeObjects {
  const ordinals = objects.map((object) => ordinalOf(image, object));
  const ordinalAt = (end: number) => (end >= 0 ? first + end : ordinals[-end - 1]!);
  const made = nodes.map(
    ({ label, bytes, isRoot, at }): NativeNode => ({
      type: isRoot ? NodeType.synthetic : NodeType.native,
      label,
      bytes,
      at,
      edges: [],
    }),
  );
  const added = new Map<number, NativeEdge[]>();
  const add = (from: number, edge: NativeEdge) => {
    const known = added.get(from);
    if (known) known.push(edge);
    else added.set(from, [edge]);
  };
  for (const { from, to, name } of edges) {
    const edge = { name, to: ordinalAt(to) };
    if (from >= 0) made[from]!.edges.push(edge);
    else if (ordinalAt(from) >= 0) add(ordinalAt(from), edge);
  }
  const merged = new Map<number, MergedObject>();
  for (const i of [...wrappers].sort((a, b) => a - b)) {
    const held = cppHeap.of(i);
    if (!held) continue;
    const ordinal = image.ordinalOf(i);
    merged.set(ordinal, { label: held.label, bytes: held.bytes });
    for (const to of held.references) add(ordinal, { name: undefined, to: ordinalOf(image, to) });
  }
  return {
    nodes: made,
    roots: nodes.flatMap(({ isRoot }, n) => (isRoot ? [first + n] : [])),
    added,
    merged,
    detachedness: new Map(
      nodes.flatMap(({ detachedness }, n): [number, number][] =>
        detachedness === 0 ? [] : [[first + n, detachedness]],
      ),
    ),
  };
}

/** Adds the edges of a native object to those of a node, which begin at `first`. */
export function pushNativeEdges(
  own: readonly NativeEdge[],
  edges: EdgeColumns,
  strings: StringArena,
  first: number,
): void {
  for (const { name, to } of own) {
    if (to < 0) continue;
    if (name !== undefined) edges.push(EdgeType.internal, strings.add(name), to);
    else edges.push(EdgeType.element, edges.length - first + 1, to);
  }
}

/** Where an object refers to memory outside of the heap. */
export interface OutsideUse {
  /** Ordinal of the object. */
  readonly owner: number;
  /** Position of the edge. */
  readonly edge: number;
}

/** Memory outside of the heap that objects own, each a node, in the order of their first owners. */
export class OutsideMemory {
  readonly #first: number;
  readonly #nodes: { readonly node: NativeNode; readonly ordinal: number; use: OutsideUse }[] = [];
  /** By address: position of the node. */
  readonly #positions = new Map<number, number>();
  readonly #edges: number[] = [];

  /** `first` is the ordinal of the first of them. */
  constructor(first: number) {
    this.#first = first;
  }

  /** Ordinal of the memory at an address, until all are known. */
  of(label: string, at: Address, bytes: number, use: OutsideUse): number {
    this.#edges.push(use.edge);
    const known = this.#nodes[this.#positions.get(at) ?? -1];
    if (known) {
      if (use.owner < known.use.owner) known.use = use;
      return known.ordinal;
    }
    const ordinal = this.#first + this.#nodes.length;
    this.#positions.set(at, this.#nodes.length);
    this.#nodes.push({ node: { type: NodeType.native, label, at, bytes, edges: [] }, ordinal, use });
    return ordinal;
  }

  /** The nodes in their order. Objects may have come in any: edges that lead to them are made to fit. */
  settle({ targets }: EdgeColumns): NativeNode[] {
    const sorted = [...this.#nodes].sort((a, b) => a.use.owner - b.use.owner || a.use.edge - b.use.edge);
    const ordinals = new Uint32Array(sorted.length);
    for (const [i, { ordinal }] of sorted.entries()) ordinals[ordinal - this.#first] = this.#first + i;
    for (const edge of this.#edges) targets[edge] = ordinals[targets[edge]! - this.#first]!;
    return sorted.map(({ node }) => node);
  }
}
