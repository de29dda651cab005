import { type Classes, classify } from './classes.ts';
import { computeDistances, type Distances } from './distances.ts';
import {
  computeDominators,
  type DominatedNodes,
  type Dominators,
  dominatedNodes,
  sumRetained,
} from './dominators.ts';
import type { HeapGraph } from './heap-graph.ts';
import { findOwners, type OwnershipInput, ownShallowSizes } from './ownership.ts';
import { type ReverseEdges, reverseEdges } from './reverse-edges.ts';
import type { StackVariable } from './stack-variables.ts';
import { type NodeOrdinal, NodeType } from './types.ts';
import type { VariableTexts } from './variable-texts.ts';

/** Runs the ownership step, perhaps on another thread. */
export type OwnershipRunner = (input: OwnershipInput) => Promise<Uint32Array>;

/**
 * A graph with all that is computed from it: made when it is first asked for, and kept. Sizes are bytes, and
 * those that DevTools shows: what V8 made for an object's sake is counted to the object.
 */
export class Heap {
  readonly graph: HeapGraph;
  /** What is to be said of the dump as a whole, in words: set by who opened it. */
  notes: readonly string[] = [];
  #shallow: Uint32Array | null = null;
  #largeShallow: ReadonlyMap<number, number> | null = null;
  #dominators: Dominators | null = null;
  #dominated: DominatedNodes | null = null;
  #retained: Float64Array | null = null;
  #distances: Distances | null = null;
  #reverse: ReverseEdges | null = null;
  #classes: Classes | null = null;
  #idOrder: Uint32Array | null = null;
  #source: { close(): void } | null = null;
  #readVariables: (() => readonly StackVariable[]) | null = null;
  #variables: ReadonlyMap<NodeOrdinal, StackVariable> | null = null;
  #texts: VariableTexts | null = null;

  constructor(graph: HeapGraph) {
    this.graph = graph;
  }

  /** Takes dominators that another thread has computed. */
  adopt(dominators: Dominators): void {
    this.#dominators ??= dominators;
  }

  /** Computes sizes and dominators, the former on `other` at the same time. */
  async prepare(other?: OwnershipRunner): Promise<void> {
    const input = other ? this.#ownershipInput() : null;
    const sizes = input && other ? other(input) : null;
    this.#dominators ??= computeDominators(this.graph);
    // Without the other thread the sizes are made here.
    if (sizes) this.#shallow ??= await sizes.catch(() => null);
    this.retainedSizes;
  }

  /** By ordinal, modulo 2^32. */
  get shallowSizes(): Uint32Array {
    if (!this.#shallow) {
      const input = this.#ownershipInput();
      this.#shallow = input ? ownShallowSizes(input) : this.graph.nodeSize;
    }
    return this.#shallow;
  }

  shallowSize(node: NodeOrdinal): number {
    return this.#large().get(node) ?? this.shallowSizes[node]!;
  }

  get dominators(): Dominators {
    this.#dominators ??= computeDominators(this.graph);
    return this.#dominators;
  }

  get dominated(): DominatedNodes {
    this.#dominated ??= dominatedNodes(this.dominators);
    return this.#dominated;
  }

  get retainedSizes(): Float64Array {
    if (!this.#retained) {
      const { dominators, shallowSizes } = this;
      this.#retained = sumRetained(dominators, shallowSizes, this.#large());
    }
    return this.#retained;
  }

  retainedSize(node: NodeOrdinal): number {
    return this.retainedSizes[node]!;
  }

  get distances(): Distances {
    this.#distances ??= computeDistances(this.graph);
    return this.#distances;
  }

  get reverse(): ReverseEdges {
    this.#reverse ??= reverseEdges(this.graph);
    return this.#reverse;
  }

  get classes(): Classes {
    this.#classes ??= classify(this.graph, this.#dominators?.spare.words(this.graph.nodeCount));
    return this.#classes;
  }

  /** All bytes: of the nodes and, where V8 tells them, of native memory outside of any. */
  get totalSize(): number {
    return this.retainedSizes[0]! + this.graph.extraNativeBytes;
  }

  /** The node of an id, or null. */
  nodeOfId(id: number): NodeOrdinal | null {
    const { nodeId, nodeCount } = this.graph;
    if (!this.#idOrder) {
      // One look-up is a scan; many are worth an index.
      const order = new Uint32Array(nodeCount);
      for (let i = 0; i < nodeCount; i++) order[i] = i;
      this.#idOrder = order.sort((a, b) => nodeId[a]! - nodeId[b]!);
    }
    let low = 0;
    let high = nodeCount - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = nodeId[this.#idOrder[middle]!]!;
      if (found === id) return this.#idOrder[middle] as NodeOrdinal;
      if (found < id) low = middle + 1;
      else high = middle - 1;
    }
    return null;
  }

  /** Says how to read what running functions' variables hold: only cores know. */
  tellVariables(read: () => readonly StackVariable[]): void {
    this.#readVariables = read;
  }

  /** The variable of a running function that holds a node; the first of several. */
  variableOf(node: NodeOrdinal): StackVariable | undefined {
    if (!this.#variables) {
      const found = new Map<NodeOrdinal, StackVariable>();
      for (const variable of this.#readVariables?.() ?? [])
        if (!found.has(variable.node)) found.set(variable.node, variable);
      this.#variables = found;
    }
    return this.#variables.get(node);
  }

  /** Says how to read what scripts say of variables: only cores hold whole scripts. */
  tellTexts(read: VariableTexts): void {
    this.#texts = read;
  }

  /** Null where the dump has no texts. */
  get texts(): VariableTexts | null {
    return this.#texts;
  }

  /** Hands over what the graph reads from: it is closed with this heap. */
  own(source: { close(): void }): void {
    this.#source = source;
  }

  close(): void {
    this.graph.close();
    this.#source?.close();
  }

  /** Sizes beyond 2^32, with what the nodes own. */
  #large(): ReadonlyMap<number, number> {
    if (!this.#largeShallow) {
      const large = new Map<number, number>();
      if (this.graph.largeSizes.size > 0) {
        const input = this.#ownershipInput();
        const owners = input ? findOwners(input) : null;
        for (const [node] of this.graph.largeSizes.entries()) {
          const owner = owners?.[node] ?? node;
          large.set(owner, 0);
        }
        for (let node = 0; node < this.graph.nodeCount; node++) {
          const owner = owners?.[node] ?? node;
          const sum = large.get(owner);
          if (sum !== undefined) large.set(owner, sum + this.graph.ownSize(node as NodeOrdinal));
        }
        for (const [node] of this.graph.largeSizes.entries()) if (!large.has(node)) large.set(node, 0);
      }
      this.#largeShallow = large;
    }
    return this.#largeShallow;
  }

  /** Null where nodes keep their sizes: snapshots with V8's internals exposed have no global objects. */
  #ownershipInput(): OwnershipInput | null {
    const { graph } = this;
    const { nodeType, nodeName, nodeSize, firstEdge, edgeType, edgeTo } = graph;
    let hasUserRoots = false;
    for (let e = 0; e < firstEdge[1]! && !hasUserRoots; e++) {
      const to = edgeTo[e] as NodeOrdinal;
      hasUserRoots = nodeType[to] !== NodeType.synthetic || graph.name(to) === '(Document DOM trees)';
    }
    if (!hasUserRoots) return null;
    return {
      nodeType,
      nodeName,
      nodeSize,
      firstEdge,
      edgeType,
      edgeTo,
      externalStringName: this.#nativeName('system / ExternalStringData'),
    };
  }

  #nativeName(text: string): number {
    const { nodeType, nodeName, strings } = this.graph;
    const seen = new Set<number>();
    for (let node = 0; node < nodeType.length; node++) {
      if (nodeType[node] !== NodeType.native) continue;
      const name = nodeName[node]!;
      if (seen.has(name)) continue;
      if (strings.text(name) === text) return name;
      seen.add(name);
    }
    return -1;
  }
}
