import type { Tagged } from '../address.ts';
import { type Ephemerons, HeapGraph, plainExtras } from '../graph/heap-graph.ts';
import { LargeNumbers } from '../graph/large-numbers.ts';
import { EdgeType, NodeType } from '../graph/types.ts';
import type { V8Inspector } from '../v8/inspector.ts';
import type { CoreHelper } from './core-tasks.ts';
import { CoreTexts } from './core-texts.ts';
import type { EmbedderGraph } from './embedder-graph.ts';
import { ephemeronEdges } from './ephemerons.ts';
import { Furniture } from './furniture.ts';
import type { HeapImage } from './heap-image.ts';
import type { LiveHeap, UsedRoot } from './live-heap.ts';
import { type NodeObjects, nodeObjects, pushNativeEdges } from './native-nodes.ts';
import { type NodeColumns, nodeColumns } from './node-columns.ts';
import { NodeDescriber } from './node-describer.ts';
import { ObjectAddresses } from './object-addresses.ts';
import { ObjectEdges } from './object-edges.ts';
import type { PassProgress } from './pass-progress.ts';
import { applyRoles } from './role-tags.ts';
import type { RootName } from './roots.ts';
import { StringArena } from './string-arena.ts';

/**
 * Makes a heap graph of the marked objects of an image: node 0 is the root, then "(GC roots)" and its kinds,
 * then objects in the order of their addresses, then memory that they own outside of the heap. Edges come
 * first, since dominators need no more.
 */
export class GraphBuilder {
  readonly #inspector: V8Inspector;
  readonly #image: HeapImage;
  readonly #live: LiveHeap;
  readonly #gaps: readonly string[];
  readonly #rootKinds: readonly RootName[];
  /** Ordinals of the first object, and behind the last. */
  readonly #base: number;
  readonly #end: number;
  /** Texts of edges. */
  readonly #strings: StringArena;
  readonly #objects: ObjectEdges;
  readonly #natives: NodeObjects;
  readonly #entries: Omit<Ephemerons, 'isEphemeron'>;
  readonly #columns: NodeColumns;
  readonly #describer: NodeDescriber;

  /** `globals` are the global objects, `embedder` is what Node adds. */
  constructor(
    inspector: V8Inspector,
    image: HeapImage,
    live: LiveHeap,
    globals: readonly Tagged[],
    embedder: EmbedderGraph,
    asV8: boolean,
  ) {
    const { view } = inspector;
    const { kinds } = live;
    this.#inspector = inspector;
    this.#image = image;
    this.#live = live;
    this.#gaps = [...live.gaps, ...embedder.gaps];
    this.#rootKinds = [...new Set(live.used.map((r) => r.root))];
    this.#base = 2 + this.#rootKinds.length;
    this.#end = this.#base + image.number(this.#base);
    const strings = new StringArena(live.longest, this.#end - this.#base);
    this.#strings = strings;
    const furniture = Furniture.of(view, image);
    const natives = nodeObjects(image, embedder, live.cppHeap, live.wrappers, this.#end);
    this.#natives = natives;
    // No object owns more than one piece of memory.
    this.#columns = nodeColumns(2 * this.#end + natives.nodes.length);
    this.#describer = new NodeDescriber(inspector, image, kinds, strings, this.#columns);
    const { edges: ephemerons, entries } = ephemeronEdges(image, live.tables, furniture, strings, {
      name: (i) => this.#describer.nameOf(i),
      idOf,
    });
    this.#entries = entries;
    this.#objects = new ObjectEdges({
      inspector,
      image,
      kinds,
      furniture,
      strings,
      end: this.#end,
      ephemerons,
      natives,
      codes: live.codes,
      asV8,
    });
    this.#tagBuiltins();
    this.#synthetic(globals);
  }

  /** Connects all objects, together with a helper or without one. */
  connect(progress: PassProgress, helper: CoreHelper | undefined): Promise<void> {
    return this.#objects.connect(progress.of('connect'), helper);
  }

  /** Describes all nodes, once they are connected. */
  describe(graph: HeapGraph): void {
    const describer = this.#describer;
    describer.describe(this.#base, this.#firstText);
    this.#mergeNatives();
    const { roles, theirRoles } = this.#objects;
    applyRoles(roles, theirRoles, this.#columns, describer.unnamed);
    graph.largeSizes.add(describer.large);
    graph.locateBy(describer.locations);
  }

  /** Makes objects one node with their native ones, where snapshots do. */
  #mergeNatives(): void {
    const { type, name, size } = this.#columns;
    for (const [ordinal, { label, bytes }] of this.#natives.merged) {
      type[ordinal] = NodeType.native;
      name[ordinal] = this.#strings.add(label);
      size[ordinal]! += bytes;
    }
  }

  /** Id of the first node's text, if it has one: they stand between those of numbers and the arena's. */
  get #firstText(): number {
    return this.#strings.numbers + 1;
  }

  /** The graph; its nodes are still to be described. */
  graph(): HeapGraph {
    const { edges, firstEdge, outside } = this.#objects;
    const natives = [...this.#natives.nodes, ...outside];
    const nodes = this.#end + natives.length;
    const columns = this.#columns;
    const large: [number, number][] = [];
    for (const [i, name] of ['', '(GC roots)', ...this.#rootKinds].entries()) {
      columns.type[i] = NodeType.synthetic;
      columns.name[i] = this.#strings.add(name);
    }
    for (const [i, { type, label, bytes, edges: own }] of natives.entries()) {
      const ordinal = this.#end + i;
      columns.type[ordinal] = type;
      columns.name[ordinal] = this.#strings.add(label);
      columns.size[ordinal] = bytes;
      if (bytes >= 2 ** 32) large.push([ordinal, bytes]);
      firstEdge.push(edges.length);
      pushNativeEdges(own, edges, this.#strings, edges.length);
    }
    firstEdge.push(edges.length);
    const nodeId = new Uint32Array(new SharedArrayBuffer(4 * nodes));
    for (let i = 0; i < nodes; i++) nodeId[i] = idOf(i);
    const { types, names, targets } = edges.take();
    const addresses = new ObjectAddresses({
      pages: this.#image.pages,
      marks: this.#image.marks,
      first: this.#base,
      end: this.#end,
      natives: natives.map(({ at }) => at),
    });
    const texts = new CoreTexts(
      this.#strings,
      {
        firstId: this.#firstText,
        first: this.#base,
        end: this.#end,
        addresses,
      },
      this.#inspector.view.memory,
    );
    return new HeapGraph(
      {
        nodeType: columns.type.subarray(0, nodes),
        nodeName: columns.name.subarray(0, nodes),
        nodeId,
        nodeSize: columns.size.subarray(0, nodes),
        firstEdge: firstEdge.take(),
        edgeType: types,
        edgeName: names,
        edgeTo: targets,
      },
      {
        ...plainExtras(texts),
        largeSizes: new LargeNumbers(large),
        ephemerons: { ...this.#entries, isEphemeron: bits(this.#entries.names, this.#strings.count) },
        addresses,
        detachedness: this.#natives.detachedness,
        gaps: this.#gaps,
      },
    );
  }

  /** Builtins' Code objects before all, so that no function that uses one names it. */
  #tagBuiltins(): void {
    const { layout } = this.#inspector.view;
    const role = layout.graph.codeIsHandle ? 'handle' : 'code';
    for (const { root, label, index } of this.#live.used) {
      if (root === '(Builtins)') this.#objects.tag(index, `(${label} builtin ${role})`);
    }
  }

  /** Edges of the root, of "(GC roots)" and of its kinds. */
  #synthetic(globals: readonly Tagged[]): void {
    const { edges, firstEdge } = this.#objects;
    const begin = () => firstEdge.push(edges.length);
    begin();
    edges.push(EdgeType.element, 1, 1);
    for (const [i, global] of globals.entries()) {
      const to = this.#image.ordinalOf(this.#image.indexAt(global));
      if (to >= 0) edges.push(EdgeType.shortcut, this.#strings.add(String(i + 1)), to);
    }
    for (const [i, ordinal] of this.#natives.roots.entries())
      edges.push(EdgeType.element, globals.length + 2 + i, ordinal);
    begin();
    for (const [i] of this.#rootKinds.entries()) edges.push(EdgeType.element, i + 1, i + 2);
    const byKind = new Map<RootName, UsedRoot[]>(this.#rootKinds.map((kind) => [kind, []]));
    for (const root of this.#live.used) byKind.get(root.root)!.push(root);
    for (const roots of byKind.values()) {
      begin();
      this.#rootEdges(roots);
    }
  }

  #rootEdges(roots: readonly UsedRoot[]): void {
    const { edges } = this.#objects;
    const seen = new Set<number>();
    for (const { index, label, weak } of roots) {
      const to = this.#image.ordinalOf(index);
      if (to < 0 || (seen.has(to) && label === undefined)) continue;
      seen.add(to);
      if (weak) edges.push(EdgeType.weak, this.#strings.addNumber(seen.size), to);
      else if (label !== undefined) edges.push(EdgeType.internal, this.#strings.add(label), to);
      else edges.push(EdgeType.element, seen.size, to);
    }
  }
}

/** Snapshot ids are odd; these follow from the position and so are the same for the same core. */
function idOf(ordinal: number): number {
  return 2 * ordinal + 1;
}

function bits(numbers: Uint32Array, count: number): Uint8Array {
  const result = new Uint8Array((count >>> 3) + 1);
  for (const n of numbers) result[n >>> 3]! |= 1 << (n & 7);
  return result;
}
