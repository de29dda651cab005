import { attemptOr } from '../absence.ts';
import type { Tagged } from '../address.ts';
import { lowerBound, SharedUint32Column } from '../columns.ts';
import { EdgeType } from '../graph/types.ts';
import type { V8Inspector } from '../v8/inspector.ts';
import { ContextPlans } from './context-plans.ts';
import type { CoreHelper } from './core-tasks.ts';
import { DictionaryKeys } from './dictionary-keys.ts';
import { assemble, edgeStarts } from './edge-assembly.ts';
import { EdgeColumns, USUAL_EDGES } from './edge-columns.ts';
import { claimPage, countLeft, edgeShare, PAGE_ROW, PageCell } from './edge-share.ts';
import type { EphemeronEdges } from './ephemerons.ts';
import type { Furniture } from './furniture.ts';
import type { HeapImage, LoadedPage } from './heap-image.ts';
import { HeapWords } from './heap-words.ts';
import { ephemeronSlots } from './liveness.ts';
import { type NativeNode, type NodeObjects, OutsideMemory, pushNativeEdges } from './native-nodes.ts';
import type { Kind, ObjectKinds } from './object-kinds.ts';
import { ObjectPlans } from './object-plans.ts';
import type { Share } from './pass-progress.ts';
import { planConstants } from './plan-constants.ts';
import { ROW, Step } from './plan-steps.ts';
import { Mode, PlanTable } from './plan-table.ts';
import { PlannedEdges } from './planned-edges.ts';
import type { PlannedInput } from './planned-input.ts';
import { References } from './references.ts';
import { type RoleColumns, roleColumns } from './role-tags.ts';
import { SharedTable } from './shared-table.ts';
import type { StringArena } from './string-arena.ts';
import { TextIds } from './text-ids.ts';
import { traitsOf } from './traits.ts';
import { ordinalOf, UnplannedEdges } from './unplanned-edges.ts';

/**
 * Scopes whose contexts plans tell of; what has others is told one by one. Fewer where the heap has less than so many
 * words for each: room that is used here and there costs as if it were used as a whole.
 */
const MAX_SCOPES = 1 << 17;
const WORDS_OF_SCOPE = 1 << 7;

/** What the edges are made from. */
export interface EdgesInput {
  readonly inspector: V8Inspector;
  readonly image: HeapImage;
  readonly kinds: ObjectKinds;
  readonly furniture: Furniture;
  readonly strings: StringArena;
  /** Behind the ordinals of what is not native. */
  readonly end: number;
  readonly ephemerons: EphemeronEdges;
  readonly natives: NodeObjects;
  /** By dispatch handle: index of the code, or -1. */
  readonly codes: ReadonlyMap<number, number>;
  /** What V8 leaves nameless is nameless. */
  readonly asV8: boolean;
}

/**
 * The edges of all objects, in the order of addresses, with V8's names and kinds
 * (V8HeapExplorer::ExtractReferences, profiler/heap-snapshot-generator.cc).
 */
export class ObjectEdges {
  edges: EdgeColumns;
  /** Of each object: where its edges begin. */
  readonly firstEdge: SharedUint32Column;
  readonly roles: RoleColumns;
  /** Roles that the other thread has found. */
  theirRoles: RoleColumns | undefined;
  /** Nodes of memory outside of the heap, once all is connected. */
  outside: readonly NativeNode[] = [];
  readonly #inspector: V8Inspector;
  readonly #image: HeapImage;
  readonly #kinds: ObjectKinds;
  readonly #furniture: Furniture;
  readonly #strings: StringArena;
  readonly #end: number;
  readonly #references: References;
  readonly #plans: ObjectPlans;
  readonly #contexts: ContextPlans;
  readonly #scopes: SharedTable;
  readonly #keys: DictionaryKeys;
  readonly #ephemerons: EphemeronEdges;
  readonly #natives: NodeObjects;
  readonly #table: PlanTable;
  readonly #input: PlannedInput;
  readonly #mapName: number;
  #outside!: OutsideMemory;
  #unplanned!: UnplannedEdges;
  #planned!: PlannedEdges;

  constructor(input: EdgesInput) {
    const { inspector, image, kinds, strings } = input;
    const { view } = inspector;
    const words = new HeapWords(view, image, kinds);
    this.#inspector = inspector;
    this.#image = image;
    this.#kinds = kinds;
    this.#furniture = input.furniture;
    this.#strings = strings;
    this.#end = input.end;
    this.#ephemerons = input.ephemerons;
    this.#natives = input.natives;
    this.#mapName = strings.add('map');
    const texts = new TextIds(view, image, kinds, strings);
    this.#references = new References(view, words, input.asV8);
    this.#plans = new ObjectPlans(view, words, this.#references, {
      name: (text) => strings.add(text),
      ordinal: (word) => ordinalOf(image, word),
    });
    this.#contexts = new ContextPlans(view, image, this.#references.contexts, strings, texts);
    const wordCount = image.halves.length / 2;
    const scopes = Math.min(MAX_SCOPES, Math.ceil(wordCount / WORDS_OF_SCOPE));
    this.#scopes = SharedTable.for(scopes);
    this.#keys = new DictionaryKeys(view, { image, strings, texts, properties: this.#references.properties });
    this.#table = new PlanTable(kinds.count, scopes);
    // Memory that is never written to costs nothing.
    this.edges = new EdgeColumns(USUAL_EDGES * this.#end);
    this.firstEdge = new SharedUint32Column(this.#end + 1024);
    this.roles = roleColumns(this.#end);
    this.#input = this.#planInput(input.codes);
    this.#begin();
  }

  /** Begins anew with the objects. */
  #begin(): void {
    const edges = this.edges;
    this.#outside = new OutsideMemory(this.#end + this.#natives.nodes.length);
    this.#unplanned = new UnplannedEdges({
      view: this.#inspector.view,
      image: this.#image,
      kinds: this.#kinds,
      furniture: this.#furniture,
      strings: this.#strings,
      references: this.#references,
      contexts: this.#contexts,
      edges,
      outside: this.#outside,
      roles: this.roles,
    });
    this.#planned = new PlannedEdges(
      this.#image,
      this.#input,
      { edges, roles: this.roles },
      {
        add: (i, ordinal, page) => this.#whole(i, ordinal, page),
      },
    );
  }

  /** Names the object at word `i` by its role, if it has no name of its own. */
  tag(i: number, name: string): void {
    this.#unplanned.tagAt(i, name);
  }

  /** Adds all marked objects, together with a helper or without one. */
  async connect(connected: Share, helper: CoreHelper | undefined): Promise<void> {
    for (let id = 0; id < this.#kinds.count; id++) this.#resolve(id);
    const first = this.edges.length;
    if (!helper || !(await this.#connectWith(helper, connected))) {
      this.edges.length = first;
      this.#begin();
      const { pages } = this.#image;
      for (const n of pages.keys()) {
        this.#planned.page(n);
        connected((n + 1) / pages.length);
      }
      this.outside = this.#outside.settle(this.edges);
    }
    this.firstEdge.length = this.#end;
  }

  /** False if the helper has failed. */
  async #connectWith(helper: CoreHelper, connected: Share): Promise<boolean> {
    const { pages } = this.#image;
    const { edges } = this;
    const first = edges.length;
    const share = edgeShare(pages.length, this.#end);
    const theirs = helper.run('connect', { planned: this.#input, share, end: this.#end });
    const left = new SharedUint32Column(1 << 12);
    const takeLeft = () => {
      for (let n = left.length / 2; n < countLeft(share); n++) {
        const i = share.left[2 * n]!;
        left.push(edges.length);
        this.#whole(i, share.left[2 * n + 1]!, this.#image.pageOf(i));
        left.push(edges.length);
      }
    };
    for (let n = pages.length - 1; claimPage(share); n--) {
      share.pages[PAGE_ROW * n + PageCell.start] = edges.length;
      this.#planned.page(n);
      share.pages[PAGE_ROW * n + PageCell.end] = edges.length;
      takeLeft();
      connected(share.state[0]! / pages.length);
    }
    takeLeft();
    const part = await theirs.catch(() => undefined);
    if (!part) return false;
    takeLeft();
    this.outside = this.#outside.settle(edges);
    const starts = edgeStarts(share, left.values, first);
    const all = new EdgeColumns(starts[pages.length]! + 1024);
    all.add(edges, first);
    const input = {
      share,
      ours: edges.take(),
      theirs: part.edges,
      left: left.values,
      all: all.whole(),
      starts,
      firstEdge: this.firstEdge.values,
      end: this.#end,
      next: new Int32Array(new SharedArrayBuffer(4)),
    };
    const assembled = helper.run('assemble', input);
    assemble(this.#image, input);
    if (!(await assembled.catch(() => false))) return false;
    all.length = starts[pages.length]!;
    this.edges = all;
    this.theirRoles = part.roles;
    return true;
  }

  #planInput(codes: ReadonlyMap<number, number>): PlannedInput {
    const { view } = this.#inspector;
    const handles = SharedTable.for(codes.size);
    for (const [handle, code] of codes) handles.add(handle | 0, this.#image.ordinalOf(code));
    return {
      plans: this.#table.columns,
      constants: planConstants(view, this.#strings),
      furniture: this.#furniture,
      sizes: this.#kinds.columns.sizes,
      contexts: this.#scopes.cells,
      keys: this.#keys.table.cells,
      codes: handles.cells,
      ephemerons: this.#ephemerons.from,
      firstEdge: this.firstEdge.values,
    };
  }

  /** Finds out how the objects of a kind are connected. */
  #resolve(id: number): void {
    const kind = this.#kinds.of(id);
    const plan = attemptOr(undefined, () => this.#plans.of(kind));
    const map = this.#image.ordinalOf(kind.mapIndex);
    const planned = plan && (plan.isOpen ? Mode.openPlan : Mode.plan);
    const mode = kind.isWrapper ? Mode.general : (planned ?? this.#unplannedMode(kind));
    this.#table.set(
      id,
      mode,
      traitsOf(kind.map, this.#inspector.view.layout),
      this.#furniture.has(map) ? -1 : map,
      plan,
    );
  }

  /** How objects are connected whose map has no plan. */
  #unplannedMode(kind: Kind): number {
    const { layout } = this.#inspector.view;
    const { type } = kind.map;
    if (kind.body === 'data' && kind.externalWidth === 0 && this.#isNameless(kind)) return Mode.data;
    if (kind.weakOffsets.length > 0) return Mode.general;
    if (this.#references.indexed.has(type) && kind.form === 'elements') return Mode.array;
    return layout.isContext(type) && type !== layout.types.nativeContext ? Mode.context : Mode.general;
  }

  #isNameless({ form, map }: Kind): boolean {
    return form !== 'other' || this.#references.fields.of(map.type)?.length === 0;
  }

  /** Adds all edges of the object at word `i`. */
  #whole(i: number, ordinal: number, page: LoadedPage): void {
    const { edges } = this;
    const first = edges.length;
    const id = this.#image.halves[2 * i]!;
    const kind = this.#kinds.of(id);
    const plan = this.#table.planOf(id);
    const map = this.#table.columns.maps[id]!;
    if (plan) this.#steps(i, ordinal, id);
    else {
      const mode = this.#table.columns.modes[id]!;
      if (mode === Mode.context && this.#inContext(i, ordinal, kind, page)) return;
      if (mode > Mode.data) this.#unplanned.add(i, ordinal, page, kind, mode);
    }
    if (map >= 0) edges.push(EdgeType.internal, this.#mapName, map);
    this.#addEphemerons(ordinal);
    if (kind.body === 'ephemerons') this.#weakEntries(i);
    else if (kind.body !== 'data' && !(plan && this.#planned.rest(i, id, id, page))) {
      const shown = plan ? plan.cover : this.#unplanned.shown;
      const size = this.#kinds.size(i, kind, page);
      // The reference to a map that is not shown counts.
      if (shown !== undefined) this.#unplanned.rest(i, kind, size, shown, map < 0 ? 1 : 0);
    }
    const added = kind.isWrapper ? this.#natives.added.get(ordinal) : undefined;
    if (added) pushNativeEdges(added, edges, this.#strings, first);
  }

  /** Adds what the plan of the object's kind says, also those steps that are not the same for all. */
  #steps(i: number, ordinal: number, id: number): void {
    const { rows, starts, ends } = this.#table.columns;
    const end = ends[id]!;
    this.#planned.begin();
    for (let r = starts[id]!; r < end; r += ROW) {
      r = this.#planned.steps(i, ordinal, id, r, end);
      if (r === end) return;
      const held = this.#image.target(i + rows[r + 3]!);
      if (rows[r] === Step.dictionary && held >= 0 && this.#keys.learn(held)) r -= ROW;
      else attemptOr(undefined, () => this.#slowStep(i, ordinal, rows[r]!, held));
    }
  }

  /** A step that not all objects of a kind have in common; `held` is the index of what the step's word leads to. */
  #slowStep(i: number, ordinal: number, step: number, held: number): void {
    const references = this.#references;
    const wordOf = (index: number) => (this.#image.addressOf(index) + 1) as Tagged;
    this.#unplanned.owner = ordinal;
    if (step === Step.backingStore) {
      references.backingStore(wordOf(i), this.#unplanned);
    } else if (held < 0) return;
    else if (step === Step.namedCode) references.code.nameCode(wordOf(i), this.#unplanned);
    else if (step === Step.instructions) references.code.code(wordOf(i), this.#unplanned);
    else if (step === Step.elements) references.elements.dictionary(wordOf(held), this.#unplanned);
    else if (step === Step.dictionary) references.properties.dictionary(wordOf(held), this.#unplanned);
    else if (step === Step.boundArguments) references.boundArguments(wordOf(held), this.#unplanned);
  }

  /** Adds a context by the plan of its scope, which may be new; false if the plan does not tell all of it. */
  #inContext(i: number, ordinal: number, kind: Kind, page: LoadedPage): boolean {
    this.#planContext(i, kind, page);
    if (!this.#planned.add(i, ordinal, page)) return false;
    this.#addEphemerons(ordinal);
    return true;
  }

  /** Makes a plan for the contexts that have the ScopeInfo of the one at word `i`. */
  #planContext(i: number, kind: Kind, page: LoadedPage): void {
    const wordCount = this.#kinds.size(i, kind, page) / 8;
    const info = this.#image.target(i + this.#contexts.scopeInfoWord);
    if (info <= 0 || this.#scopes.find(info) >= 0) return;
    const plan = this.#contexts.of(info, kind.map.type, wordCount);
    const id = plan.wordCount === wordCount ? this.#table.add(plan) : -1;
    if (id >= 0) this.#scopes.add(info, id, wordCount);
  }

  #addEphemerons(ordinal: number): void {
    const { from, names, to } = this.#ephemerons;
    for (let n = lowerBound(from, ordinal); from[n] === ordinal; n++)
      this.edges.push(EdgeType.internal, names[n]!, to[n]!);
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
