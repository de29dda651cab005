import { attemptOr } from '../absence.ts';
import type { Address, Tagged } from '../address.ts';
import { grown, Uint32Column } from '../columns.ts';
import { HeapGraph, Locations, plainExtras } from '../graph/heap-graph.ts';
import { LargeNumbers } from '../graph/large-numbers.ts';
import { EdgeType, NodeType } from '../graph/types.ts';
import type { V8Inspector } from '../v8/inspector.ts';
import type { ContextReferences } from './context-references.ts';
import { EdgeColumns } from './edge-columns.ts';
import { Ephemerons } from './ephemerons.ts';
import { FunctionLocations } from './function-locations.ts';
import { furniture } from './furniture.ts';
import type { HeapImage, LoadedPage } from './heap-image.ts';
import { HeapWords } from './heap-words.ts';
import type { NativeContent } from './native-content.ts';
import { type NativeObject, NativeObjects } from './native-objects.ts';
import { NodeColumns } from './node-columns.ts';
import type { Kind, ObjectKinds } from './object-kinds.ts';
import type { PassProgress } from './pass-progress.ts';
import { Cover, type ReceiverPlan, ReceiverPlans, Step } from './receiver-plans.ts';
import type { ReferenceSink } from './reference-sink.ts';
import { References } from './references.ts';
import type { RootName, RootSlot } from './roots.ts';
import type { StringArena } from './string-arena.ts';

const HIGH = 0x1_0000_0000;
/** PACKED_ELEMENTS and HOLEY_ELEMENTS (objects/elements-kind.h). */
const PACKED = 2;
const HOLEY = 3;
const KEEP_TYPE = 255;
const MAX_INDEX = 1e9;

/** A node that is no object of the heap. */
interface NativeNode {
  readonly type: number;
  readonly label: string;
  readonly bytes: number;
  readonly at: number;
  readonly ordinal: number;
  readonly edges: NativeEdge[];
}

interface NativeEdge {
  /** Undefined for those that are numbered. */
  readonly name: string | undefined;
  readonly to: number;
}

/** Variables of contexts of one ScopeInfo: words and ids of names. */
interface ContextPlan {
  readonly words: readonly number[];
  readonly names: readonly number[];
  readonly hasExtension: boolean;
}

/**
 * Makes a heap graph of the marked objects of an image: node 0 is the root, then "(GC roots)" and its kinds,
 * then objects in the order of their addresses, then memory that they own outside of the heap.
 */
export class GraphBuilder implements ReferenceSink {
  readonly #inspector: V8Inspector;
  readonly #image: HeapImage;
  readonly #kinds: ObjectKinds;
  readonly #nodes: NodeColumns;
  readonly #references: References;
  readonly #contexts: ContextReferences;
  readonly #words: HeapWords;
  readonly #plans: ReceiverPlans;
  /** By kind's id. */
  readonly #planOf: (ReceiverPlan | null)[] = [];
  /** By kind's id: ordinal of the map, -1 where it is not shown. */
  readonly #mapOf: number[] = [];
  /** By index of a ScopeInfo. */
  readonly #contextPlans = new Map<number, ContextPlan>();
  readonly #strings: StringArena;
  readonly #edges: EdgeColumns;
  /** By ordinal: 1 for furniture. */
  readonly #furniture: Uint8Array;
  readonly #natives: NativeNode[] = [];
  /** By address of the memory. */
  readonly #buffers = new Map<number, NativeNode>();
  /** By ordinal of the object that stands for it. */
  readonly #wrapped = new Map<number, NativeNode>();
  /** By ordinal of an object that is one node with its native one: where the latter leads to. */
  readonly #merged = new Map<number, NativeEdge[]>();
  readonly #nativeObjects: NativeObjects;
  readonly #locations: FunctionLocations;
  readonly #unnamed: number;
  readonly #mapName: number;
  readonly #base: number;
  readonly #count: number;
  /** String ids of '0', '1', ...; 0 where there is none yet. */
  #indexNames = new Uint32Array(1 << 10);
  /** Words of the object at hand that named references have shown. */
  #shown = new Uint8Array(1 << 12);
  /** The object at hand. */
  #at = 0;
  #wordCount = 0;
  #ephemerons: Ephemerons | undefined;
  /** By dispatch handle: ordinal of the code. */
  readonly #codeOf = new Map<number, number>();
  readonly #hole: { readonly low: number; readonly high: number };

  constructor(
    inspector: V8Inspector,
    image: HeapImage,
    kinds: ObjectKinds,
    rootKinds: readonly RootName[],
    strings: StringArena,
  ) {
    const { view } = inspector;
    this.#inspector = inspector;
    this.#image = image;
    this.#kinds = kinds;
    this.#strings = strings;
    this.#words = new HeapWords(view, image, kinds);
    this.#references = new References(view, this.#words);
    this.#contexts = this.#references.contexts;
    this.#base = 2 + rootKinds.length;
    this.#count = image.number(this.#base);
    const nodes = this.#base + this.#count;
    strings.add('<dummy>');
    this.#unnamed = strings.add('');
    this.#mapName = strings.add('map');
    this.#nodes = new NodeColumns(view, image, kinds, strings, nodes);
    // Memory that is never written to costs nothing.
    this.#edges = new EdgeColumns(8 * nodes);
    this.#furniture = new Uint8Array(nodes);
    for (const word of furniture(view)) {
      const ordinal = this.#ordinal(word);
      if (ordinal >= 0) this.#furniture[ordinal] = 1;
    }
    this.#plans = new ReceiverPlans(view, this.#words, this.#references.properties, {
      name: (text) => strings.add(text),
      ordinal: (word) => this.#ordinal(word),
    });
    this.#nativeObjects = new NativeObjects(view, image, kinds);
    this.#locations = new FunctionLocations(inspector, image);
    this.#hole = { low: view.theHole % HIGH, high: Math.floor(view.theHole / HIGH) };
    for (const [i, name] of ['', '(GC roots)', ...rootKinds].entries()) {
      this.#nodes.type[i] = NodeType.synthetic;
      this.#nodes.name[i] = strings.add(name);
    }
  }

  /** `tables` are the indexes of the live ephemeron tables; `gaps` says what the dump does not have. */
  build(
    roots: readonly RootSlot[],
    rootKinds: readonly RootName[],
    globals: readonly Tagged[],
    tables: readonly number[],
    gaps: readonly string[],
    progress: PassProgress,
  ): HeapGraph {
    this.#nodes.describe(this.#base, progress.of('describe'));
    this.#tagBuiltins(roots);
    this.#ephemerons = new Ephemerons(this.#image, tables, this.#strings, {
      isFurniture: (ordinal) => this.#furniture[ordinal] === 1,
      label: (ordinal) => `${this.#strings.text(this.#nodes.name[ordinal]!)} @${idOf(ordinal)}`,
      idOf,
    });
    const nativeRoots = this.#findNatives();
    const firstEdge = new Uint32Column(this.#base + this.#count + (1 << 12));
    const begin = () => firstEdge.push(this.#edges.length);
    begin();
    this.#edges.push(EdgeType.element, 1, 1);
    for (const [i, global] of globals.entries())
      this.#link(EdgeType.shortcut, this.#strings.add(String(i + 1)), this.#ordinal(global), -1);
    for (const [i, { ordinal }] of nativeRoots.entries())
      this.#edges.push(EdgeType.element, globals.length + 2 + i, ordinal);
    begin();
    for (const [i] of rootKinds.entries()) this.#edges.push(EdgeType.element, i + 1, i + 2);
    for (const kind of rootKinds) {
      begin();
      this.#rootEdges(roots.filter((r) => r.root === kind));
    }
    let ordinal = this.#base;
    this.#image.forEachMarked((i, page) => {
      firstEdge.push(this.#edges.length);
      this.#object(i, page, ordinal++);
    }, progress.of('connect'));
    for (const { edges } of this.#natives) {
      begin();
      this.#nativeEdges(edges, this.#edges.length);
    }
    begin();
    return this.#finish(firstEdge.take(), gaps);
  }

  /** Makes nodes of Node's own objects; returns the node that holds them, and those that are roots. */
  #findNatives(): NativeNode[] {
    const found: NativeObject[] = [];
    let ordinal = this.#base;
    this.#image.forEachMarked((i) => {
      const wrapper = ordinal++;
      const { wraps } = this.#kinds.all[this.#nodes.kind[wrapper]!]!;
      const native = wraps ? this.#nativeObjects.of(i, wrapper) : undefined;
      if (native) found.push(native);
    });
    if (found.length === 0) return [];
    const environment = this.#addNative('Node / Environment', 0, 0, NodeType.synthetic);
    const roots = [environment];
    const known = new Map<Address, NativeNode>();
    for (const native of found) {
      if (native.isMerged) {
        this.#merge(native);
        continue;
      }
      const type = native.isRoot ? NodeType.synthetic : NodeType.native;
      const node = this.#addNative(`Node / ${native.name}`, native.at, native.size, type);
      known.set(native.at, node);
      environment.edges.push({ name: String(environment.edges.length + 1), to: node.ordinal });
      node.edges.push({ name: 'native_to_javascript', to: native.wrapper });
      this.#wrapped.set(native.wrapper, node);
      if (native.isRoot) roots.push(node);
    }
    for (const native of found) {
      const edges = this.#merged.get(native.wrapper) ?? known.get(native.at)!.edges;
      this.#addContent(edges, native, known);
    }
    return roots;
  }

  #merge({ wrapper, name, size }: NativeObject): void {
    const nodes = this.#nodes;
    nodes.type[wrapper] = NodeType.native;
    nodes.name[wrapper] = this.#strings.add(`Node / ${name}`);
    nodes.size[wrapper]! += size;
    this.#merged.set(wrapper, []);
  }

  /** Parts of a native object, and what it leads to; `known` are those that have nodes, by address. */
  #addContent(edges: NativeEdge[], content: NativeContent, known: Map<Address, NativeNode>): void {
    for (const part of content.parts) {
      let node = part.at === undefined ? undefined : known.get(part.at);
      if (!node) {
        node = this.#addNative(`Node / ${part.name}`, part.at ?? 0, part.size);
        if (part.at !== undefined) known.set(part.at, node);
        this.#addContent(node.edges, part, known);
      }
      edges.push({ name: part.edge, to: node.ordinal });
    }
    for (const { edge, to } of content.references) edges.push({ name: edge, to: this.#ordinal(to) });
  }

  /** Edges of an object whose edges begin at `first`. */
  #nativeEdges(edges: readonly NativeEdge[], first: number): void {
    for (const { name, to } of edges) {
      if (to < 0) continue;
      if (name !== undefined) this.#edges.push(EdgeType.internal, this.#strings.add(name), to);
      else this.#edges.push(EdgeType.element, this.#edges.length - first + 1, to);
    }
  }

  #addNative(label: string, at: number, bytes: number, type: number = NodeType.native): NativeNode {
    const ordinal = this.#base + this.#count + this.#natives.length;
    const node: NativeNode = { type, label, at, bytes, ordinal, edges: [] };
    this.#natives.push(node);
    return node;
  }

  /** Builtins' Code objects before all, so that no function that uses one names it. */
  #tagBuiltins(roots: readonly RootSlot[]): void {
    const { memory, layout } = this.#inspector.view;
    const role = layout.graph.codeIsHandle ? 'handle' : 'code';
    for (const { root, label, slot } of roots) {
      if (root === '(Builtins)') this.tag(memory.tagged(slot), `(${label} builtin ${role})`);
    }
  }

  #rootEdges(roots: readonly RootSlot[]): void {
    const { memory } = this.#inspector.view;
    const seen = new Set<number>();
    for (const { slot, label, weak } of roots) {
      if (!memory.has(slot, 8)) continue;
      const to = this.#ordinal(memory.tagged(slot));
      if (to < 0 || (seen.has(to) && label === undefined)) continue;
      seen.add(to);
      if (weak) this.#edges.push(EdgeType.weak, this.#strings.add(String(seen.size)), to);
      else if (label !== undefined) this.#edges.push(EdgeType.internal, this.#strings.add(label), to);
      else this.#edges.push(EdgeType.element, seen.size, to);
    }
  }

  #object(i: number, page: LoadedPage, ordinal: number): void {
    const id = this.#nodes.kind[ordinal]!;
    const kind = this.#kinds.all[id]!;
    const first = this.#edges.length;
    this.#at = i;
    let plan = this.#planOf[id];
    if (plan === undefined) plan = this.#plan(kind);
    let shown: Uint8Array;
    let size: number;
    if (plan !== null) {
      size = kind.map.instanceSize;
      this.#wordCount = size / 8;
      this.#receiver(i, kind, plan);
      shown = plan.cover;
      this.#map(i, id);
    } else {
      size = this.#kinds.size(i, kind, page);
      this.#wordCount = size / 8;
      if (kind.externalWidth !== 0) this.#externalText(i, kind.externalWidth);
      if (kind.body === 'data' && kind.sizeRule !== 'other') {
        this.#map(i, id);
        return;
      }
      this.#clearShown();
      shown = this.#shown;
      this.#named(i, kind, page);
      this.#map(i, id);
    }
    const native = kind.wraps ? this.#wrapped.get(ordinal) : undefined;
    if (native)
      this.#edges.push(EdgeType.internal, this.#strings.add('javascript_to_native'), native.ordinal);
    const entries = this.#ephemerons!.of(ordinal);
    if (entries) for (const { name, to } of entries) this.#edges.push(EdgeType.internal, name, to);
    if (kind.body === 'ephemerons') this.#weakEntries(i);
    else if (kind.body !== 'data') this.#hidden(i, kind, size, shown);
    if (kind.wraps) this.#nativeEdges(this.#merged.get(ordinal) ?? [], first);
    if (this.#nodes.type[ordinal] === NodeType.closure) this.#locations.add(i, ordinal);
  }

  #plan(kind: Kind): ReceiverPlan | null {
    const plan = attemptOr(undefined, () => this.#plans.of(kind.map)) ?? null;
    this.#planOf[kind.id] = plan;
    return plan;
  }

  #clearShown(): void {
    if (this.#shown.length < this.#wordCount) this.#shown = new Uint8Array(this.#wordCount * 2);
    else this.#shown.fill(0, 0, this.#wordCount);
    this.#shown[0] = Cover.always;
  }

  #map(i: number, kind: number): void {
    let to = this.#mapOf[kind];
    if (to === undefined) {
      to = this.#image.ordinalOf(this.#image.target(i));
      if (to >= 0 && this.#furniture[to] === 1) to = -1;
      this.#mapOf[kind] = to;
    }
    if (to >= 0) this.#edges.push(EdgeType.internal, this.#mapName, to);
  }

  /** A text outside of the heap as newer lines of V8 show it: a native node that belongs to its string. */
  #externalText(i: number, width: number): void {
    const { externalResource, length } = this.#inspector.view.layout.objects.string;
    const { halves } = this.#image;
    const word = 2 * i + externalResource / 4;
    const resource = halves[word]! + halves[word + 1]! * HIGH;
    const bytes = halves[2 * i + length / 4]! * width;
    if (resource !== 0) this.native('resource', 'system / ExternalStringData', resource as Address, bytes);
  }

  /** References of what has no plan. */
  #named(i: number, kind: Kind, page: LoadedPage): void {
    const { layout } = this.#inspector.view;
    const { type } = kind.map;
    if (this.#references.indexed.has(type) && kind.sizeRule === 'elements') this.#array(i);
    else if (layout.isContext(type) && type !== layout.types.nativeContext) this.#context(i, type);
    else this.#references.extract((page.start + 8 * (i - page.first)) as Address, kind.map, this);
  }

  #array(i: number): void {
    for (let w = 2; w < this.#wordCount; w++) {
      const target = this.#image.target(i + w);
      if (target < 0) continue;
      const to = this.#image.ordinalOf(target);
      if (to < 0 || this.#furniture[to] === 1) continue;
      this.#shown[w] = Cover.always;
      this.#edges.push(EdgeType.internal, this.#indexName(w - 2), to);
    }
  }

  #context(i: number, type: number): void {
    const { slots, scopeInfoSlot, previousSlot } = this.#inspector.view.layout.objects.context;
    const scopeWord = slots / 8 + scopeInfoSlot;
    const info = this.#image.target(i + scopeWord);
    let plan = this.#contextPlans.get(info);
    if (!plan) {
      plan = this.#contextPlan(info, type);
      this.#contextPlans.set(info, plan);
    }
    const { words, names } = plan;
    for (let n = 0; n < words.length; n++) {
      if (words[n]! < this.#wordCount) this.#own(EdgeType.context, names[n]!, words[n]!);
    }
    this.#own(EdgeType.internal, this.#strings.add('scope_info'), scopeWord);
    this.#own(EdgeType.internal, this.#strings.add('previous'), slots / 8 + previousSlot);
    if (plan.hasExtension) this.#own(EdgeType.internal, this.#strings.add('extension'), slots / 8 + 2);
  }

  #contextPlan(info: number, type: number): ContextPlan {
    if (info < 0) return { words: [], names: [], hasExtension: false };
    const word = (this.#image.addressOf(info) + 1) as Tagged;
    const variables = this.#contexts.slots(word, type);
    return {
      words: variables.map(({ offset }) => offset / 8),
      names: variables.map(({ name }) => this.#strings.add(name)),
      hasExtension: attemptOr(false, () => this.#contexts.hasExtension(word)),
    };
  }

  /** An edge to what word `w` of the object at hand holds. */
  #own(type: number, name: number, w: number): void {
    const { halves } = this.#image;
    const low = halves[2 * (this.#at + w)]!;
    if ((low & 1) === 0) return;
    const to = this.#image.ordinalOf(this.#image.indexOf(low, halves[2 * (this.#at + w) + 1]!));
    if (to < 0) return;
    if ((type === EdgeType.internal || type === EdgeType.weak) && this.#furniture[to] === 1) return;
    this.#shown[w] = Cover.always;
    this.#edges.push(type, name, to);
  }

  #receiver(i: number, kind: Kind, { steps, types, names, args }: ReceiverPlan): void {
    const image = this.#image;
    const { halves } = image;
    const edges = this.#edges;
    for (let s = 0; s < steps.length; s++) {
      const arg = args[s]!;
      switch (steps[s]) {
        case Step.own: {
          const low = halves[2 * (i + arg)]!;
          if ((low & 1) === 0) break;
          const to = image.ordinalOf(image.indexOf(low, halves[2 * (i + arg) + 1]!));
          const type = types[s]!;
          if (to < 0) break;
          if ((type === EdgeType.internal || type === EdgeType.weak) && this.#furniture[to] === 1) break;
          edges.push(type, names[s]!, to);
          break;
        }
        case Step.backing: {
          const store = image.target(i + 1);
          if (store < 0 || this.#typeAt(store) !== this.#inspector.view.layout.types.PROPERTY_ARRAY) break;
          const to = image.ordinalOf(image.target(store + arg));
          if (to >= 0) edges.push(types[s]!, names[s]!, to);
          break;
        }
        case Step.constant:
          edges.push(types[s]!, names[s]!, arg);
          break;
        case Step.elements:
          this.#elements(i, kind);
          break;
        case Step.tag: {
          const to = image.ordinalOf(image.target(i + arg));
          if (to < 0 || this.#furniture[to] === 1) break;
          this.#nodes.tag(to, names[s]!, this.#unnamed, types[s] === KEEP_TYPE ? undefined : types[s]);
          break;
        }
        case Step.prototype:
          this.#prototype(i + arg, names[s]!);
          break;
        case Step.dispatch: {
          const to = this.#dispatched(halves[2 * i + arg / 4]!);
          if (to >= 0 && this.#furniture[to] === 0) edges.push(types[s]!, names[s]!, to);
          break;
        }
      }
    }
  }

  #elements(i: number, kind: Kind): void {
    const image = this.#image;
    const { halves } = image;
    const { types, objects } = this.#inspector.view.layout;
    const store = image.target(i + objects.object.elements / 8);
    if (store < 0) return;
    const type = this.#typeAt(store);
    const { elementsKind } = kind.map;
    if (elementsKind !== PACKED && elementsKind !== HOLEY) {
      if (type === types.NUMBER_DICTIONARY)
        this.#references.elements.dictionary((image.addressOf(store) + 1) as Tagged, this);
      return;
    }
    if (type !== types.FIXED_ARRAY) return;
    let length = Math.min(halves[2 * store + 3]!, image.pageOf(store).end - store - 2);
    if (kind.map.type === types.JS_ARRAY) {
      const w = 2 * (i + objects.array.length / 8);
      length = halves[w] === 0 ? Math.min(length, halves[w + 1]!) : 0;
    }
    const { low: holeLow, high: holeHigh } = this.#hole;
    for (let n = 0; n < length; n++) {
      const low = halves[2 * (store + 2 + n)]!;
      if ((low & 3) !== 1) continue;
      const high = halves[2 * (store + 2 + n) + 1]!;
      if (low === holeLow && high === holeHigh) continue;
      const to = image.ordinalOf(image.indexOf(low, high));
      if (to >= 0) this.#edges.push(EdgeType.element, n, to);
    }
  }

  #typeAt(i: number): number | undefined {
    return this.#kinds.at(i)?.map.type;
  }

  /** Word `w` holds a function's prototype, its initial map, or the hole. */
  #prototype(w: number, name: number): void {
    const image = this.#image;
    const { types, objects } = this.#inspector.view.layout;
    const held = image.target(w);
    const type = held < 0 ? undefined : this.#typeAt(held);
    if (type === undefined) return;
    if (this.#inspector.view.layout.isReceiver(type)) {
      const to = image.ordinalOf(held);
      if (to >= 0) this.#edges.push(EdgeType.property, name, to);
    } else if (type === types.MAP) {
      const prototype = image.ordinalOf(image.target(held + objects.map.prototype / 8));
      if (prototype >= 0) this.#edges.push(EdgeType.property, name, prototype);
      const to = image.ordinalOf(held);
      if (to >= 0 && this.#furniture[to] === 0)
        this.#edges.push(EdgeType.internal, this.#strings.add('initial_map'), to);
    }
  }

  #dispatched(handle: number): number {
    let to = this.#codeOf.get(handle);
    if (to === undefined) {
      const entry = attemptOr(undefined, () => this.#inspector.view.isolate.dispatchEntry(handle));
      to = entry ? this.#ordinal(entry.code) : -1;
      this.#codeOf.set(handle, to);
    }
    return to;
  }

  /** Keys and values of a WeakMap's table, which it does not hold, by their place in it. */
  #weakEntries(table: number): void {
    const { first, end } = this.#ephemerons!.slots(table);
    for (let w = first; w < end; w++) {
      const to = this.#image.ordinalOf(this.#image.target(w));
      if (to >= 0 && this.#furniture[to] === 0)
        this.#edges.push(EdgeType.weak, this.#indexName(w - table - 2), to);
    }
  }

  /**
   * What no rule names: strong references as hidden edges, weakly tagged ones as weak edges, by one running
   * number that references left out count in, too (IndexedReferencesExtractor).
   */
  #hidden(i: number, kind: Kind, size: number, shown: Uint8Array): void {
    const image = this.#image;
    const { halves } = image;
    const end = (kind.body === 'header' ? Math.min(kind.header, size) : size) / 8;
    let index = this.#mapOf[kind.id]! < 0 ? 1 : 0;
    for (let w = 1; w < end; w++) {
      const cover = shown[w];
      if (cover === Cover.always) continue;
      const low = halves[2 * (i + w)]!;
      if ((low & 1) === 0) continue;
      const high = halves[2 * (i + w) + 1]!;
      const to = image.ordinalOf(image.indexOf(low, high));
      if (to < 0) continue;
      if (this.#furniture[to] === 1) {
        index++;
        continue;
      }
      if (cover === Cover.unlessFurniture) continue;
      if ((low & 3) === 3) this.#edges.push(EdgeType.weak, this.#indexName(index++), to);
      else if (kind.weakOffsets.length === 0 || !kind.weakOffsets.includes(8 * w))
        this.#edges.push(EdgeType.hidden, index++, to);
    }
  }

  named(type: number, name: string, target: Tagged, offset: number): void {
    this.#link(type, this.#strings.add(name), this.#ordinal(target), offset);
  }

  indexed(type: number, index: number, target: Tagged, offset: number): void {
    const name = type === EdgeType.element ? index : this.#indexName(index);
    this.#link(type, name, this.#ordinal(target), offset);
  }

  #indexName(index: number): number {
    if (index >= MAX_INDEX) return this.#strings.add(String(index));
    if (index >= this.#indexNames.length) this.#indexNames = grown(this.#indexNames, index + 1);
    const known = this.#indexNames[index]!;
    if (known !== 0) return known;
    // No name of an index is "<dummy>", the string of id 0.
    const name = this.#strings.addNumber(index);
    this.#indexNames[index] = name;
    return name;
  }

  tag(target: Tagged, name: string, type?: number): void {
    const ordinal = this.#ordinal(target);
    if (ordinal < 0 || this.#furniture[ordinal] === 1) return;
    this.#nodes.tag(ordinal, this.#strings.add(name), this.#unnamed, type);
  }

  skip(offset: number): void {
    if (offset / 8 < this.#wordCount) this.#shown[Math.floor(offset / 8)] = Cover.always;
  }

  native(name: string, label: string, at: Address, bytes: number): void {
    let node = this.#buffers.get(at);
    if (!node) {
      node = this.#addNative(label, at, bytes);
      this.#buffers.set(at, node);
    }
    this.#edges.push(EdgeType.internal, this.#strings.add(name), node.ordinal);
  }

  #link(type: number, name: number, to: number, offset: number): void {
    if (to < 0) return;
    // Properties, elements and variables show what they hold; internal references to furniture are left out.
    if ((type === EdgeType.internal || type === EdgeType.weak) && this.#furniture[to] === 1) return;
    if (offset >= 0 && offset < this.#wordCount * 8) this.#shown[offset >>> 3] = Cover.always;
    this.#edges.push(type, name, to);
  }

  #ordinal(word: Tagged): number {
    const tag = word % 4;
    return tag === 1 || tag === 3 ? this.#image.ordinalOf(this.#image.indexAt(word)) : -1;
  }

  #finish(firstEdge: Uint32Array, gaps: readonly string[]): HeapGraph {
    const nodes = this.#base + this.#count + this.#natives.length;
    const { large } = this.#nodes;
    this.#nodes.resize(nodes);
    const { type: nodeType, name: nodeName, size: nodeSize, address: nodeAddress } = this.#nodes;
    for (const { type, label, bytes, at, ordinal } of this.#natives) {
      nodeType[ordinal] = type;
      nodeName[ordinal] = this.#strings.add(label);
      nodeSize[ordinal] = bytes;
      if (bytes >= 2 ** 32) large.push([ordinal, bytes]);
      nodeAddress[ordinal] = at;
    }
    const nodeId = new Uint32Array(nodes);
    for (let i = 0; i < nodes; i++) nodeId[i] = idOf(i);
    const { types, names, targets } = this.#edges.take();
    return new HeapGraph(
      { nodeType, nodeName, nodeId, nodeSize, firstEdge, edgeType: types, edgeName: names, edgeTo: targets },
      {
        ...plainExtras(this.#strings),
        largeSizes: new LargeNumbers(large),
        locations: new Locations(...this.#locations.take()),
        ephemerons: this.#ephemerons!.take(),
        nodeAddress,
        gaps,
      },
    );
  }
}

/** Snapshot ids are odd; these follow from the position and so are the same for the same core. */
function idOf(ordinal: number): number {
  return 2 * ordinal + 1;
}
