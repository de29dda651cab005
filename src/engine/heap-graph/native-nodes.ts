import type { Address } from '../address.ts';
import { NodeType } from '../graph/types.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import type { HeapImage } from './heap-image.ts';
import { NativeObjects } from './native-objects.ts';
import type { ObjectKinds } from './object-kinds.ts';

/** A node that is no object of the heap. */
export interface NativeNode {
  readonly type: number;
  readonly label: string;
  readonly bytes: number;
  readonly at: number;
  /** Names of internal edges, and the ordinals that they lead to. */
  readonly edges: { readonly name: string; readonly to: number }[];
}

/** Node's own objects as nodes. */
export interface NodeObjects {
  readonly nodes: readonly NativeNode[];
  /** Ordinals of those that hang on the root. */
  readonly roots: readonly number[];
  /** Ordinals of JavaScript objects, ascending, and of the native ones that they stand for. */
  readonly wrappers: Uint32Array;
  readonly wrapped: Uint32Array;
}

/**
 * Nodes of the objects of Node's C++ that JavaScript objects stand for, from ordinal `first` on: the node that
 * holds them all, then each with its parts. `wrappers` are indexes of live objects that may be such.
 */
export function nodeObjects(
  view: HeapView,
  image: HeapImage,
  kinds: ObjectKinds,
  wrappers: readonly number[],
  first: number,
): NodeObjects {
  const objects = new NativeObjects(view, image, kinds);
  const nodes: NativeNode[] = [];
  const roots: number[] = [];
  const from: number[] = [];
  const to: number[] = [];
  const add = (label: string, at: number, bytes: number, type: number = NodeType.native): number => {
    nodes.push({ type, label, at, bytes, edges: [] });
    return first + nodes.length - 1;
  };
  for (const i of [...wrappers].sort((a, b) => a - b)) {
    const native = objects.of(i);
    if (!native) continue;
    if (nodes.length === 0) roots.push(add('Node / Environment', 0, 0, NodeType.synthetic));
    const ordinal = add(`Node / ${native.name}`, native.at, native.size);
    const { edges } = nodes.at(-1)!;
    const wrapper = image.ordinalOf(i);
    from.push(wrapper);
    to.push(ordinal);
    nodes[0]!.edges.push({ name: String(from.length), to: ordinal });
    edges.push({ name: 'native_to_javascript', to: wrapper });
    if (native.isRoot) roots.push(ordinal);
    for (const part of native.parts)
      edges.push({ name: part.name, to: add(`Node / ${part.name}`, 0, part.size) });
  }
  return { nodes, roots, wrappers: Uint32Array.from(from), wrapped: Uint32Array.from(to) };
}

/** Memory outside of the heap that objects own, each a node, in the order in which it was found. */
export class OutsideMemory {
  readonly nodes: NativeNode[] = [];
  readonly #first: number;
  /** By address: its ordinal. */
  readonly #ordinals = new Map<number, number>();

  /** `first` is the ordinal of the first of them. */
  constructor(first: number) {
    this.#first = first;
  }

  /** Ordinal of the memory at an address. */
  of(label: string, at: Address, bytes: number): number {
    let ordinal = this.#ordinals.get(at);
    if (ordinal === undefined) {
      ordinal = this.#first + this.nodes.length;
      this.nodes.push({ type: NodeType.native, label, at, bytes, edges: [] });
      this.#ordinals.set(at, ordinal);
    }
    return ordinal;
  }
}
