import { attemptOr } from '../absence.ts';
import type { Tagged } from '../address.ts';
import { SharedUint32Column } from '../columns.ts';
import { EdgeType } from '../graph/types.ts';
import type { V8Inspector } from '../v8/inspector.ts';
import { ContextPlans } from './context-plans.ts';
import { EdgeColumns } from './edge-columns.ts';
import type { EphemeronEdges } from './ephemerons.ts';
import type { Furniture } from './furniture.ts';
import type { HeapImage, LoadedPage } from './heap-image.ts';
import { HeapWords } from './heap-words.ts';
import { ephemeronSlots } from './liveness.ts';
import { type NodeObjects, OutsideMemory, pushNativeEdges } from './native-nodes.ts';
import type { Kind, ObjectKinds } from './object-kinds.ts';
import type { Share } from './pass-progress.ts';
import { Mode, PlanTable } from './plan-table.ts';
import { ReceiverPlans, ROW, Step } from './receiver-plans.ts';
import { References } from './references.ts';
import { RoleTags } from './role-tags.ts';
import type { StringArena } from './string-arena.ts';
import { ordinalOf, UnplannedEdges } from './unplanned-edges.ts';

const HIGH = 0x1_0000_0000;
/** PACKED_ELEMENTS and HOLEY_ELEMENTS (objects/elements-kind.h). */
const PACKED = 2;
const HOLEY = 3;

/** What the edges are made from. */
export interface EdgesInput {
  readonly inspector: V8Inspector;
  readonly image: HeapImage;
  readonly kinds: ObjectKinds;
  readonly furniture: Furniture;
  readonly strings: StringArena;
  /** Nodes that are not native. */
  readonly nodes: number;
  readonly ephemerons: EphemeronEdges;
  readonly natives: NodeObjects;
}

/**
 * The edges of all objects, in the order of addresses, with V8's names and kinds
 * (V8HeapExplorer::ExtractReferences, profiler/heap-snapshot-generator.cc).
 */
export class ObjectEdges {
  readonly edges: EdgeColumns;
  /** Of each object: where its edges begin. */
  readonly firstEdge: SharedUint32Column;
  readonly outside: OutsideMemory;
  readonly tags: RoleTags;
  readonly #inspector: V8Inspector;
  readonly #image: HeapImage;
  readonly #kinds: ObjectKinds;
  readonly #furniture: Furniture;
  readonly #strings: StringArena;
  readonly #references: References;
  readonly #plans: ReceiverPlans;
  readonly #contexts: ContextPlans;
  readonly #ephemerons: EphemeronEdges;
  readonly #natives: NodeObjects;
  readonly #table: PlanTable;
  readonly #unplanned: UnplannedEdges;
  readonly #mapName: number;
  readonly #hole: { readonly low: number; readonly high: number };
  readonly #empty: { readonly low: number; readonly high: number };
  /** The last context, and the rows of its plan; none if it has words that no plan knows. */
  readonly #context = { low: 0, high: 0, length: 0, kind: -1, start: 0, end: 0 };
  /** By dispatch handle: ordinal of the code. */
  readonly #codeOf = new Map<number, number>();
  #nextEphemeron = 0;

  constructor(input: EdgesInput) {
    const { inspector, image, kinds, furniture, strings, nodes } = input;
    const { view } = inspector;
    const words = new HeapWords(view, image, kinds);
    this.#inspector = inspector;
    this.#image = image;
    this.#kinds = kinds;
    this.#furniture = furniture;
    this.#strings = strings;
    this.#ephemerons = input.ephemerons;
    this.#natives = input.natives;
    this.#mapName = strings.add('map');
    this.#references = new References(view, words);
    this.#plans = new ReceiverPlans(view, words, this.#references.properties, {
      name: (text) => strings.add(text),
      ordinal: (word) => ordinalOf(image, word),
    });
    this.#contexts = new ContextPlans(view, image, this.#references.contexts, strings);
    this.#hole = halvesOf(view.theHole);
    this.#empty = halvesOf(view.isolate.root('empty_fixed_array'));
    this.#table = new PlanTable(kinds.count);
    // Memory that is never written to costs nothing.
    this.edges = new EdgeColumns(8 * nodes);
    this.firstEdge = new SharedUint32Column(nodes + 1);
    this.outside = new OutsideMemory(nodes + input.natives.nodes.length);
    this.tags = new RoleTags(nodes);
    this.#unplanned = new UnplannedEdges({
      view,
      image,
      kinds,
      furniture,
      strings,
      references: this.#references,
      contexts: this.#contexts,
      edges: this.edges,
      outside: this.outside,
      tags: this.tags,
    });
  }

  /** Names the object that `target` leads to by its role, if it has no name of its own. */
  tag(target: Tagged, name: string): void {
    this.#unplanned.tag(target, name);
  }

  /** Adds all marked objects, of which the first has that ordinal. */
  connect(first: number, connected: Share): void {
    const { pages } = this.#image;
    let ordinal = first;
    for (const [n, page] of pages.entries()) {
      ordinal = this.#page(page, ordinal);
      connected((n + 1) / pages.length);
    }
  }

  /**
   * Adds the objects of a page; returns the ordinal behind them. Everything that most objects need is done
   * here, in one loop over numbers; all else is a call.
   */
  #page(page: LoadedPage, first: number): number {
    const image = this.#image;
    const { halves, marks } = image;
    const { edges, firstEdge } = this;
    const { modes, maps, starts, ends, more } = this.#table;
    const { names: tags } = this.tags;
    const { first: firstFurniture, flags: furniture } = this.#furniture;
    const { low: emptyLow, high: emptyHigh } = this.#empty;
    const mapName = this.#mapName;
    const scopeInfo = 2 * this.#contexts.scopeInfoWord;
    let ephemeron = this.#ephemerons.from[this.#nextEphemeron] ?? -1;
    let ordinal = first;
    const end = (page.end + 31) >>> 5;
    for (let m = page.first >>> 5; m < end; m++) {
      for (let bits = marks[m]!; bits !== 0; bits &= bits - 1) {
        const i = 32 * m + 31 - Math.clz32(bits & -bits);
        firstEdge.push(edges.length);
        const id = halves[2 * i]!;
        let mode = modes[id]!;
        if (mode === Mode.unknown) mode = this.#resolve(id);
        let r = starts[id]!;
        let last = ends[id]!;
        let rest = more[id]!;
        if (mode === Mode.context) {
          const context = this.#context;
          // Contexts that come one after another are often of one scope.
          if (
            halves[2 * i + scopeInfo] !== context.low ||
            halves[2 * i + scopeInfo + 1] !== context.high ||
            halves[2 * i + 3] !== context.length ||
            id !== context.kind
          )
            this.#planContext(i, page, id);
          r = context.start;
          last = context.end;
          if (r < last) rest = 0;
        }
        if (r < last) {
          const { rows } = this.#table;
          edges.reserve(last - r);
          let { types, names, targets, length } = edges;
          for (; r < last; r += ROW) {
            const step = rows[r]!;
            const type = rows[r + 1]!;
            const arg = rows[r + 3]!;
            if (step === Step.constant) {
              types[length] = type;
              names[length] = rows[r + 2]!;
              targets[length++] = arg;
              continue;
            }
            const low = halves[2 * (i + arg)]!;
            if (step === Step.own) {
              if ((low & 1) === 0) continue;
              const high = halves[2 * (i + arg) + 1]!;
              // Most objects have neither elements nor properties elsewhere.
              if (low === emptyLow && high === emptyHigh && type === EdgeType.internal) continue;
              const to = image.ordinalOf(image.indexOf(low, high));
              if (to < 0) continue;
              if (type >= EdgeType.internal) {
                const f = to - firstFurniture;
                if (f >= 0 && f < furniture.length && furniture[f] === 1) continue;
                const tag = rows[r + 4]!;
                if (tag !== 0 && tags[to] === 0) tags[to] = tag;
              }
              types[length] = type;
              names[length] = rows[r + 2]!;
              targets[length++] = to;
            } else if (step === Step.unshown) {
              if ((low & 1) !== 0) rest = 1;
            } else if (
              step !== Step.elements ||
              low !== emptyLow ||
              halves[2 * (i + arg) + 1] !== emptyHigh
            ) {
              edges.length = length;
              this.#rareStep(i, id, rows, r);
              edges.reserve(last - r);
              ({ types, names, targets, length } = edges);
            }
          }
          edges.length = length;
        } else if (mode === Mode.array) {
          if (this.#array(i, page)) rest = 0;
          else this.#unplanned.add(i, page, this.#kinds.of(id), mode);
        } else if (mode > Mode.plan) this.#unplanned.add(i, page, this.#kinds.of(id), mode);
        const map = maps[id]!;
        if (map >= 0) edges.push(EdgeType.internal, mapName, map);
        if (rest === 1 || ordinal === ephemeron) {
          this.#rest(i, page, id, ordinal);
          ephemeron = this.#ephemerons.from[this.#nextEphemeron] ?? -1;
        }
        ordinal++;
      }
    }
    return ordinal;
  }

  /** Finds out how the objects of a kind are connected. */
  #resolve(id: number): number {
    const kind = this.#kinds.of(id);
    const { layout } = this.#inspector.view;
    const { type } = kind.map;
    const plan = attemptOr(undefined, () => this.#plans.of(kind.map));
    let mode: number = Mode.general;
    if (plan) mode = Mode.plan;
    else if (kind.body === 'data' && kind.sizeRule !== 'other' && kind.externalWidth === 0) mode = Mode.data;
    else if (this.#references.indexed.has(type) && kind.sizeRule === 'elements') mode = Mode.array;
    else if (layout.isContext(type) && type !== layout.types.nativeContext) mode = Mode.context;
    const map = this.#image.ordinalOf(kind.mapIndex);
    const hasMore = kind.isWrapper || mode > Mode.plan;
    this.#table.set(id, mode, this.#furniture.has(map) ? -1 : map, plan, hasMore);
    return mode;
  }

  /** Finds the plan of the context at word `i`. */
  #planContext(i: number, page: LoadedPage, id: number): void {
    const { halves } = this.#image;
    const kind = this.#kinds.of(id);
    const wordCount = this.#kinds.size(i, kind, page) / 8;
    const info = this.#image.target(i + this.#contexts.scopeInfoWord);
    const plan = this.#contexts.of(info, kind.map.type, wordCount);
    const isWhole = plan.wordCount === wordCount;
    Object.assign(this.#context, {
      low: halves[2 * (i + this.#contexts.scopeInfoWord)],
      high: halves[2 * (i + this.#contexts.scopeInfoWord) + 1],
      length: halves[2 * i + 3],
      kind: id,
      start: isWhole ? this.#table.rowsOf(plan) : 0,
      end: isWhole ? this.#table.rowsOf(plan) + plan.rows.length : 0,
    });
  }

  /** What comes behind the edge to the map. */
  #rest(i: number, page: LoadedPage, id: number, ordinal: number): void {
    const kind = this.#kinds.of(id);
    if (kind.isWrapper) {
      const to = this.#natives.wrapped.get(ordinal);
      if (to !== undefined) this.edges.push(EdgeType.internal, this.#strings.add('javascript_to_native'), to);
    }
    const { from, names, to } = this.#ephemerons;
    for (; from[this.#nextEphemeron]! <= ordinal; this.#nextEphemeron++) {
      if (from[this.#nextEphemeron] === ordinal)
        this.edges.push(EdgeType.internal, names[this.#nextEphemeron]!, to[this.#nextEphemeron]!);
    }
    if (kind.body === 'ephemerons') this.#weakEntries(i);
    else if (kind.body !== 'data') {
      const plan = this.#table.planOf(id);
      const shown = plan ? plan.cover : this.#unplanned.shown;
      const size = plan ? kind.map.instanceSize : this.#kinds.size(i, kind, page);
      // The reference to a map that is not shown counts.
      if (shown !== undefined) this.#unplanned.rest(i, kind, size, shown, this.#table.maps[id]! < 0 ? 1 : 0);
    }
    const merged = kind.isWrapper ? this.#natives.merged.get(ordinal) : undefined;
    if (merged) {
      const first = this.firstEdge.get(this.firstEdge.length - 1);
      pushNativeEdges(merged.edges, this.edges, this.#strings, first);
    }
  }

  /** The elements of an array by their number; false, and nothing is done, if it has weak references. */
  #array(i: number, page: LoadedPage): boolean {
    const image = this.#image;
    const furniture = this.#furniture;
    const { edges } = this;
    const { halves } = image;
    const { numbers } = this.#strings;
    // A length that does not fit makes no sense: the array has none.
    const count = halves[2 * i + 3]!;
    if (!(count >= 0 && i + 2 + count <= page.end)) return true;
    const end = 2 * (i + 2 + count);
    const before = edges.length;
    edges.reserve(count);
    const { types, names, targets } = edges;
    let { length } = edges;
    for (let w = 2 * i + 4, n = 0; w < end; w += 2, n++) {
      const low = halves[w]!;
      if ((low & 1) === 0) continue;
      if ((low & 3) !== 1) {
        edges.length = before;
        return false;
      }
      const to = image.ordinalOf(image.indexOf(low, halves[w + 1]!));
      if (to < 0 || furniture.has(to)) continue;
      types[length] = EdgeType.internal;
      names[length] = n < numbers ? n + 1 : this.#strings.addNumber(n);
      targets[length++] = to;
    }
    edges.length = length;
    return true;
  }

  /** A step that not every object has. */
  #rareStep(i: number, id: number, rows: Int32Array, r: number): void {
    const image = this.#image;
    const name = rows[r + 2]!;
    const arg = rows[r + 3]!;
    switch (rows[r]) {
      case Step.elements:
        this.#elements(i, this.#kinds.of(id));
        break;
      case Step.backing: {
        const store = image.target(i + 1);
        if (store < 0 || this.#typeAt(store) !== this.#inspector.view.layout.types.PROPERTY_ARRAY) break;
        const to = image.ordinalOf(image.target(store + arg));
        if (to >= 0) this.edges.push(rows[r + 1]!, name, to);
        break;
      }
      case Step.prototype:
        this.#prototype(i + arg, name);
        break;
      case Step.dispatch: {
        const to = this.#dispatched(image.halves[2 * i + arg / 4]! >>> 0);
        if (to >= 0 && !this.#furniture.has(to)) this.edges.push(rows[r + 1]!, name, to);
        break;
      }
    }
  }

  #elements(i: number, kind: Kind): void {
    const image = this.#image;
    const { edges } = this;
    const { halves } = image;
    const { types: instanceTypes, objects } = this.#inspector.view.layout;
    const store = image.target(i + objects.object.elements / 8);
    // The empty array is everywhere.
    if (store < 0 || halves[2 * store + 3] === 0) return;
    const type = this.#typeAt(store);
    const { elementsKind } = kind.map;
    if (elementsKind !== PACKED && elementsKind !== HOLEY) {
      if (type === instanceTypes.NUMBER_DICTIONARY)
        this.#references.elements.dictionary((image.addressOf(store) + 1) as Tagged, this.#unplanned);
      return;
    }
    if (type !== instanceTypes.FIXED_ARRAY) return;
    let count = Math.min(halves[2 * store + 3]!, image.pageOf(store).end - store - 2);
    if (kind.map.type === instanceTypes.JS_ARRAY) {
      const w = 2 * (i + objects.array.length / 8);
      count = halves[w] === 0 ? Math.min(count, halves[w + 1]!) : 0;
    }
    const { low: holeLow, high: holeHigh } = this.#hole;
    edges.reserve(count);
    const { types, names, targets } = edges;
    let { length } = edges;
    for (let n = 0, w = 2 * store + 4; n < count; n++, w += 2) {
      const low = halves[w]!;
      if ((low & 3) !== 1) continue;
      const high = halves[w + 1]!;
      if (low === holeLow && high === holeHigh) continue;
      const to = image.ordinalOf(image.indexOf(low, high));
      if (to < 0) continue;
      types[length] = EdgeType.element;
      names[length] = n;
      targets[length++] = to;
    }
    edges.length = length;
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
      if (to >= 0) this.edges.push(EdgeType.property, name, to);
    } else if (type === types.MAP) {
      const prototype = image.ordinalOf(image.target(held + objects.map.prototype / 8));
      if (prototype >= 0) this.edges.push(EdgeType.property, name, prototype);
      const to = image.ordinalOf(held);
      if (to >= 0 && !this.#furniture.has(to))
        this.edges.push(EdgeType.internal, this.#strings.add('initial_map'), to);
    }
  }

  #dispatched(handle: number): number {
    let to = this.#codeOf.get(handle);
    if (to === undefined) {
      const entry = attemptOr(undefined, () => this.#inspector.view.isolate.dispatchEntry(handle));
      to = entry ? ordinalOf(this.#image, entry.code) : -1;
      this.#codeOf.set(handle, to);
    }
    return to;
  }

  /** Keys and values of a WeakMap's table, which it does not hold, by their place in it. */
  #weakEntries(table: number): void {
    const { first, end } = ephemeronSlots(this.#image, table);
    for (let w = first; w < end; w++) {
      const to = this.#image.ordinalOf(this.#image.target(w));
      if (to >= 0 && !this.#furniture.has(to))
        this.edges.push(EdgeType.weak, this.#strings.addNumber(w - table - 2), to);
    }
  }
}

function halvesOf(word: Tagged): { low: number; high: number } {
  return { low: (word % HIGH) | 0, high: Math.floor(word / HIGH) };
}
