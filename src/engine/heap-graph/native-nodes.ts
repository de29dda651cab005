import type { Address } from '../address.ts';
import { EdgeType, NodeType } from '../graph/types.ts';
import type { EdgeColumns } from './edge-columns.ts';
import type { HeapImage } from './heap-image.ts';
import type { NativeContent } from './native-content.ts';
import type { NativeObject, NativeObjects } from './native-objects.ts';
import type { StringArena } from './string-arena.ts';
import { ordinalOf } from './unplanned-edges.ts';

/** A node that is no object of the heap. */
export interface NativeNode {
  readonly type: number;
  readonly label: string;
  readonly bytes: number;
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
  readonly edges: NativeEdge[];
}

/** Node's own objects as nodes. */
export interface NodeObjects {
  readonly nodes: readonly NativeNode[];
  /** Ordinals of those that hang on the root. */
  readonly roots: readonly number[];
  /** By ordinal of a JavaScript object: that of the native one that it stands for. */
  readonly wrapped: ReadonlyMap<number, number>;
  /** By ordinal of a JavaScript object: what it is merged with. */
  readonly merged: ReadonlyMap<number, MergedObject>;
}

/**
 * Nodes of the objects of Node's C++ that JavaScript objects stand for, from ordinal `first` on: the node that
 * holds them all, then the objects, then their parts. `wrappers` are indexes of live objects that may be such.
 */
export function nodeObjects(
  image: HeapImage,
  objects: NativeObjects,
  wrappers: readonly number[],
  first: number,
): NodeObjects {
  return new Maker(image, first).make(objects, wrappers);
}

class Maker {
  readonly #image: HeapImage;
  readonly #first: number;
  readonly #nodes: NativeNode[] = [];
  readonly #roots: number[] = [];
  readonly #wrapped = new Map<number, number>();
  readonly #merged = new Map<number, MergedObject>();
  /** Ordinals of objects that several others may lead to, by address. */
  readonly #known = new Map<Address, number>();

  constructor(image: HeapImage, first: number) {
    this.#image = image;
    this.#first = first;
  }

  make(objects: NativeObjects, wrappers: readonly number[]): NodeObjects {
    const found: { readonly native: NativeObject; readonly edges: NativeEdge[] }[] = [];
    for (const i of [...wrappers].sort((a, b) => a - b)) {
      const native = objects.of(i);
      if (native) found.push({ native, edges: this.#object(native, this.#image.ordinalOf(i)) });
    }
    for (const { native, edges } of found) this.#content(native, edges);
    return { nodes: this.#nodes, roots: this.#roots, wrapped: this.#wrapped, merged: this.#merged };
  }

  /** Adds the node of a native object, whose edges are still to be filled. */
  #object({ name, at, size, isRoot, isMerged }: NativeObject, wrapper: number): NativeEdge[] {
    if (this.#nodes.length === 0) this.#roots.push(this.#add('Node / Environment', 0, 0, NodeType.synthetic));
    const label = `Node / ${name}`;
    if (isMerged) {
      const edges: NativeEdge[] = [];
      this.#merged.set(wrapper, { label, bytes: size, edges });
      return edges;
    }
    const ordinal = this.#add(label, at, size, isRoot ? NodeType.synthetic : NodeType.native);
    this.#known.set(at, ordinal);
    this.#wrapped.set(wrapper, ordinal);
    const environment = this.#nodes[0]!.edges;
    environment.push({ name: String(environment.length + 1), to: ordinal });
    if (isRoot) this.#roots.push(ordinal);
    const { edges } = this.#nodes.at(-1)!;
    edges.push({ name: 'native_to_javascript', to: wrapper });
    return edges;
  }

  /** Adds the parts of an object, and edges to them and to what it refers to. */
  #content(content: NativeContent, edges: NativeEdge[]): void {
    for (const part of content.parts) {
      let to = part.at === undefined ? undefined : this.#known.get(part.at);
      if (to === undefined) {
        to = this.#add(`Node / ${part.name}`, part.at ?? 0, part.size);
        if (part.at !== undefined) this.#known.set(part.at, to);
        this.#content(part, this.#nodes[to - this.#first]!.edges);
      }
      edges.push({ name: part.edge, to });
    }
    for (const { edge, to } of content.references) edges.push({ name: edge, to: ordinalOf(this.#image, to) });
  }

  #add(label: string, at: number, bytes: number, type: number = NodeType.native): number {
    this.#nodes.push({ type, label, at, bytes, edges: [] });
    return this.#first + this.#nodes.length - 1;
  }
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
