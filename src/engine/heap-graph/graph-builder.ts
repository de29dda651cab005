import { attemptOr } from '../absence.ts';
import type { Address, Tagged } from '../address.ts';
import { HeapGraph, Locations, plainExtras } from '../graph/heap-graph.ts';
import { LargeNumbers } from '../graph/large-numbers.ts';
import { MemoryStrings } from '../graph/string-table.ts';
import { EdgeType, NodeType } from '../graph/types.ts';
import type { V8Inspector } from '../v8/inspector.ts';
import { functionStart } from '../v8/objects/functions.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import { Uint32Column } from './columns.ts';
import type { HeapImage, LoadedPage } from './heap-image.ts';
import { HeapWords } from './heap-words.ts';
import { ephemeronSlots, strongTarget } from './liveness.ts';
import { NodeNames } from './node-names.ts';
import type { Kind, ObjectKinds } from './object-kinds.ts';
import type { ReferenceSink } from './reference-sink.ts';
import { References } from './references.ts';
import type { RootName, RootSlot } from './roots.ts';

/** What references are left out for, as V8 does: they lead to every heap's furniture (IsEssentialObject). */
const FURNITURE = [
  'undefined_value',
  'null_value',
  'true_value',
  'false_value',
  'the_hole_value',
  'empty_byte_array',
  'empty_fixed_array',
  'empty_weak_fixed_array',
  'empty_descriptor_array',
  'fixed_array_map',
  'cell_map',
  'global_property_cell_map',
  'shared_function_info_map',
  'free_space_map',
  'one_pointer_filler_map',
  'two_pointer_filler_map',
];
/** Holes and markers, which some lines show. */
const HOLES = [
  'hash_table_hole_value',
  'optimized_out',
  'uninitialized_value',
  'arguments_marker',
  'exception',
  'termination_exception',
];

interface NativeNode {
  readonly label: string;
  readonly bytes: number;
  readonly ordinal: number;
}

/**
 * Makes a heap graph of the marked objects of an image: node 0 is the root, then "(GC roots)" and its kinds,
 * then objects in the order of their addresses, then memory that they own outside of the heap.
 */
export class GraphBuilder implements ReferenceSink {
  readonly #view: HeapView;
  readonly #image: HeapImage;
  readonly #kinds: ObjectKinds;
  readonly #names: NodeNames;
  readonly #references: References;
  readonly #words: HeapWords;
  readonly #strings = new MemoryStrings();
  readonly #edgeType = new Uint32Column(1 << 20);
  readonly #edgeName = new Uint32Column(1 << 20);
  readonly #edgeTo = new Uint32Column(1 << 20);
  readonly #furniture: ReadonlySet<number>;
  readonly #natives = new Map<number, NativeNode>();
  /** Ordinals, script ids, lines and columns. */
  readonly #locations = [0, 1, 2, 3].map(() => new Uint32Column());
  readonly #inspector: V8Inspector;
  readonly #unnamed: number;
  readonly #base: number;
  readonly #count: number;
  #nodeType: Uint8Array;
  #nodeName: Uint32Array;
  #nodeSize: Uint32Array;
  #nodeAddress: Float64Array;
  readonly #large: [number, number][] = [];
  /** String ids of '0', '1', ... */
  readonly #indexNames: number[] = [];
  /** Words of the object at hand that named references have shown. */
  #shown = new Uint8Array(1 << 12);
  #wordCount = 0;
  /** Edges of WeakMap entries, by the ordinal that they start at. */
  readonly #pairs = new Map<number, { name: number; to: number }[]>();
  readonly #ephemeronNames: { name: number; table: number; pair: number }[] = [];

  constructor(inspector: V8Inspector, image: HeapImage, kinds: ObjectKinds, rootKinds: readonly RootName[]) {
    this.#inspector = inspector;
    this.#view = inspector.view;
    this.#image = image;
    this.#kinds = kinds;
    this.#names = new NodeNames(inspector.view, image);
    this.#words = new HeapWords(inspector.view, image, kinds);
    this.#references = new References(inspector.view, this.#words);
    const { isolate, layout } = inspector.view;
    const furniture = layout.graph.holesAreShown ? FURNITURE : [...FURNITURE, ...HOLES];
    this.#furniture = new Set(furniture.map((name) => isolate.root(name) as number));
    this.#base = 2 + rootKinds.length;
    this.#count = image.number(this.#base);
    const nodes = this.#base + this.#count;
    this.#nodeType = new Uint8Array(nodes);
    this.#nodeName = new Uint32Array(nodes);
    this.#nodeSize = new Uint32Array(nodes);
    this.#nodeAddress = new Float64Array(nodes);
    this.#strings.add('<dummy>');
    this.#unnamed = this.#strings.add('');
    for (const [i, name] of ['', '(GC roots)', ...rootKinds].entries()) {
      this.#nodeType[i] = NodeType.synthetic;
      this.#nodeName[i] = this.#strings.add(name);
    }
  }

  /** `idOf` gives snapshot ids by ordinal; `gaps` says what the dump does not have. */
  build(
    roots: readonly RootSlot[],
    rootKinds: readonly RootName[],
    globals: readonly Tagged[],
    gaps: readonly string[],
  ): HeapGraph {
    this.#describeAll();
    this.#tagBuiltins(roots);
    this.#pairAll();
    const firstEdge = new Uint32Column(this.#base + this.#count + 1);
    const begin = () => firstEdge.push(this.#edgeTo.length);
    begin();
    this.#edge(EdgeType.element, 1, 1);
    for (const [i, global] of globals.entries())
      this.#link(EdgeType.shortcut, this.#strings.add(String(i + 1)), global, -1);
    begin();
    for (const [i] of rootKinds.entries()) this.#edge(EdgeType.element, i + 1, i + 2);
    for (const kind of rootKinds) {
      begin();
      this.#rootEdges(roots.filter((r) => r.root === kind));
    }
    let ordinal = this.#base;
    this.#image.forEachMarked((a, page) => {
      begin();
      this.#object(a, page, ordinal++);
    });
    for (const _ of this.#natives) begin();
    begin();
    return this.#finish(firstEdge.take(), gaps);
  }

  #describeAll(): void {
    let ordinal = this.#base;
    this.#image.forEachMarked((a, page) => {
      const kind = this.#kinds.at(page, a)!;
      const { type, name } = this.#names.of(a, kind.map);
      this.#nodeType[ordinal] = type;
      this.#nodeName[ordinal] = this.#strings.add(name);
      const size = this.#snapshotSize(a, kind, page);
      this.#nodeSize[ordinal] = size;
      if (size >= 2 ** 32) this.#large.push([ordinal, size]);
      this.#nodeAddress[ordinal] = a;
      ordinal++;
    });
  }

  /** Bytes as V8's snapshot counts them. */
  #snapshotSize(a: Address, kind: Kind, page: LoadedPage): number {
    const { layout, memory } = this.#view;
    if (layout.graph.sharedHaveNoSize && page.space === 'read_only_space') return 0;
    const size = this.#kinds.size(a, kind, page);
    const { string } = layout.objects;
    const { type } = kind.map;
    if (!layout.graph.externalStringsCount || !layout.isString(type)) return size;
    if ((type & string.representationMask) !== string.externalTag) return size;
    const width = (type & string.encodingMask) === string.oneByteTag ? 1 : 2;
    return size + width * memory.u32((a + string.length) as Address);
  }

  /** Builtins' Code objects before all, so that no function that uses one names it. */
  #tagBuiltins(roots: readonly RootSlot[]): void {
    const { memory } = this.#view;
    for (const { root, label, slot } of roots) {
      if (root === '(Builtins)')
        this.tag(
          memory.tagged(slot),
          `(${label} builtin ${this.#view.layout.graph.codeIsHandle ? 'handle' : 'code'})`,
        );
    }
  }

  /** Values of WeakMap entries hang on the key and on the table, by edges that V8 names in a certain way. */
  #pairAll(): void {
    let pair = 0;
    this.#image.forEachMarked((a, page) => {
      if (this.#kinds.at(page, a)!.body !== 'ephemerons') return;
      const table = this.#image.ordinalOf(a);
      for (const slots of ephemeronSlots(page, a)) {
        const key = this.#image.ordinalOf(strongTarget(page, slots.key));
        const value = this.#image.ordinalOf(strongTarget(page, slots.value));
        if (key < 0 || value < 0 || this.#furniture.has(this.#nodeAddress[key]! + 1)) continue;
        const text = `part of key (${this.#label(key)}) -> value (${this.#label(value)}) pair in WeakMap (table @${idOf(table)})`;
        const number = pair++;
        for (const [from, index] of [
          [table, 2 * number + 1],
          [key, 2 * number + 2],
        ] as const) {
          const name = this.#strings.add(`${index} / ${text}`);
          this.#ephemeronNames.push({ name, table: idOf(table), pair: number });
          const list = this.#pairs.get(from) ?? [];
          list.push({ name, to: value });
          this.#pairs.set(from, list);
        }
      }
    });
  }

  /** Keys and values of a WeakMap's table, which it does not hold, by their place in it. */
  #weakEntries(a: Address, page: LoadedPage): void {
    const first = (a - page.start) / 4 + 4;
    for (const { key, value } of ephemeronSlots(page, a)) {
      for (const slot of [key, value]) {
        const target = strongTarget(page, slot);
        if (target < 0 || this.#furniture.has(target + 1)) continue;
        const to = this.#image.ordinalOf(target);
        if (to >= 0) this.#edge(EdgeType.weak, this.#indexName((slot - first) / 2), to);
      }
    }
  }

  #label(ordinal: number): string {
    return `${this.#strings.text(this.#nodeName[ordinal]!)} @${idOf(ordinal)}`;
  }

  #rootEdges(roots: readonly RootSlot[]): void {
    const { memory } = this.#view;
    const seen = new Set<number>();
    for (const { slot, label, weak } of roots) {
      if (!memory.has(slot, 8)) continue;
      const to = this.#ordinal(memory.tagged(slot));
      if (to < 0 || (seen.has(to) && label === undefined)) continue;
      seen.add(to);
      if (weak) this.#edge(EdgeType.weak, this.#strings.add(String(seen.size)), to);
      else if (label !== undefined) this.#edge(EdgeType.internal, this.#strings.add(label), to);
      else this.#edge(EdgeType.element, seen.size, to);
    }
  }

  #object(a: Address, page: LoadedPage, ordinal: number): void {
    const kind = this.#kinds.at(page, a)!;
    const size = this.#kinds.size(a, kind, page);
    this.#wordCount = size / 8;
    if (this.#shown.length < this.#wordCount) this.#shown = new Uint8Array(this.#wordCount * 2);
    else this.#shown.fill(0, 0, this.#wordCount);
    this.#references.extract(a, kind.map, this);
    this.named(EdgeType.internal, 'map', kind.map.word, 0);
    for (const { name, to } of this.#pairs.get(ordinal) ?? []) this.#edge(EdgeType.internal, name, to);
    if (kind.body === 'ephemerons') this.#weakEntries(a, page);
    this.#hidden(a, page, kind, size);
    if (this.#nodeType[ordinal] === NodeType.closure) this.#locate((a + 1) as Tagged, ordinal);
  }

  /**
   * What no rule names: strong references as hidden edges, weakly tagged ones as weak edges, by one running
   * number that references left out count in, too (IndexedReferencesExtractor).
   */
  #hidden(a: Address, page: LoadedPage, kind: Kind, size: number): void {
    if (kind.body === 'data' || kind.body === 'ephemerons') return;
    const end = kind.body === 'header' ? Math.min(kind.header, size) : size;
    const first = (a - page.start) / 4;
    let index = 0;
    for (let offset = 0; offset < end; offset += 8) {
      if (this.#shown[offset / 8] === 1) continue;
      const low = page.halves[first + offset / 4]!;
      const tag = low & 3;
      if (tag !== 1 && tag !== 3) continue;
      const high = page.halves[first + offset / 4 + 1]!;
      if (high === 0) continue;
      const target = high * 0x1_0000_0000 + low - tag;
      if (this.#furniture.has(target + 1)) {
        index++;
        continue;
      }
      const to = this.#image.ordinalOf(target);
      if (to < 0) continue;
      if (tag === 3) this.#edge(EdgeType.weak, this.#indexName(index++), to);
      else if (!kind.weakOffsets.includes(offset)) this.#edge(EdgeType.hidden, index++, to);
    }
  }

  named(type: number, name: string, target: Tagged, offset: number): void {
    this.#link(type, this.#strings.add(name), target, offset);
  }

  indexed(type: number, index: number, target: Tagged, offset: number): void {
    this.#link(type, type === EdgeType.element ? index : this.#indexName(index), target, offset);
  }

  #indexName(index: number): number {
    const known = this.#indexNames[index];
    if (known !== undefined) return known;
    const name = this.#strings.add(String(index));
    if (index === this.#indexNames.length) this.#indexNames.push(name);
    return name;
  }

  tag(target: Tagged, name: string, type?: number): void {
    const ordinal = this.#ordinal(target);
    // Only what has no name of its own; the type is given in any case.
    if (ordinal < 0 || this.#furniture.has(target)) return;
    if (this.#nodeName[ordinal] === this.#unnamed) this.#nodeName[ordinal] = this.#strings.add(name);
    if (type !== undefined) this.#nodeType[ordinal] = type;
  }

  skip(offset: number): void {
    if (offset / 8 < this.#wordCount) this.#shown[Math.floor(offset / 8)] = 1;
  }

  native(name: string, label: string, at: Address, bytes: number): void {
    let node = this.#natives.get(at);
    if (!node) {
      node = { label, bytes, ordinal: this.#base + this.#count + this.#natives.size };
      this.#natives.set(at, node);
    }
    this.#edge(EdgeType.internal, this.#strings.add(name), node.ordinal);
  }

  #link(type: number, name: number, target: Tagged, offset: number): void {
    // Properties, elements and variables show what they hold; internal references to furniture are left out.
    if ((type === EdgeType.internal || type === EdgeType.weak) && this.#furniture.has(target)) return;
    const to = this.#ordinal(target);
    if (to < 0) return;
    if (offset >= 0 && offset < this.#wordCount * 8) this.#shown[offset >>> 3] = 1;
    this.#edge(type, name, to);
  }

  #ordinal(word: Tagged): number {
    const tag = word % 4;
    return tag === 1 || tag === 3 ? this.#image.ordinalOf(word - tag) : -1;
  }

  #edge(type: number, name: number, to: number): void {
    this.#edgeType.push(type);
    this.#edgeName.push(name);
    this.#edgeTo.push(to);
  }

  #locate(word: Tagged, ordinal: number): void {
    attemptOr(undefined, () => {
      const start = functionStart(this.#view, word);
      const at = start && this.#inspector.lines.at(start.script, start.offset);
      if (!start || !at) return;
      const id = this.#view.smi(start.script, this.#view.layout.code.script.id);
      for (const [i, value] of [ordinal, id, at.line - 1, at.column - 1].entries())
        this.#locations[i]!.push(value);
    });
  }

  #finish(firstEdge: Uint32Array, gaps: readonly string[]): HeapGraph {
    const nodes = this.#base + this.#count + this.#natives.size;
    const nodeType = grown(this.#nodeType, nodes);
    const nodeName = grown(this.#nodeName, nodes);
    const nodeSize = grown(this.#nodeSize, nodes);
    const nodeAddress = grown(this.#nodeAddress, nodes);
    for (const [at, { label, bytes, ordinal }] of this.#natives) {
      nodeType[ordinal] = NodeType.native;
      nodeName[ordinal] = this.#strings.add(label);
      nodeSize[ordinal] = bytes;
      if (bytes >= 2 ** 32) this.#large.push([ordinal, bytes]);
      nodeAddress[ordinal] = at;
    }
    const [ordinals, scripts, lines, columns] = this.#locations.map((column) => column.take());
    return new HeapGraph(
      {
        nodeType,
        nodeName,
        nodeId: Uint32Array.from({ length: nodes }, (_, i) => idOf(i)),
        nodeSize,
        firstEdge,
        edgeType: Uint8Array.from(this.#edgeType.take()),
        edgeName: this.#edgeName.take(),
        edgeTo: this.#edgeTo.take(),
      },
      {
        ...plainExtras(this.#strings),
        largeSizes: new LargeNumbers(this.#large),
        locations: new Locations(ordinals!, scripts!, lines!, columns!),
        ephemerons: this.#ephemerons(),
        nodeAddress,
        gaps,
      },
    );
  }

  #ephemerons() {
    const sorted = this.#ephemeronNames.sort((a, b) => a.name - b.name);
    const isEphemeron = new Uint8Array((this.#strings.count >>> 3) + 1);
    for (const { name } of sorted) isEphemeron[name >>> 3]! |= 1 << (name & 7);
    return {
      isEphemeron,
      names: Uint32Array.from(sorted, (e) => e.name),
      tables: Uint32Array.from(sorted, (e) => e.table),
      pairs: Float64Array.from(sorted, (e) => e.pair),
    };
  }
}

/** Snapshot ids are odd; these follow from the position and so are the same for the same core. */
function idOf(ordinal: number): number {
  return 2 * ordinal + 1;
}

function grown<T extends Uint8Array | Uint32Array | Float64Array>(column: T, length: number): T {
  if (column.length === length) return column;
  const larger = new (column.constructor as new (n: number) => T)(length);
  larger.set(column as never);
  return larger;
}
