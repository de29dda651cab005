import { attemptOr } from '../absence.ts';
import type { Address } from '../address.ts';
import type { Locations } from '../graph/heap-graph.ts';
import { NodeType } from '../graph/types.ts';
import type { V8Inspector } from '../v8/inspector.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import { FunctionLocations } from './function-locations.ts';
import type { HeapImage, LoadedPage } from './heap-image.ts';
import { HeapWords } from './heap-words.ts';
import { fitting, KindSizes } from './kind-sizes.ts';
import type { NodeColumns } from './node-columns.ts';
import { type NodeLabel, NodeNames } from './node-names.ts';
import type { Kind, ObjectKinds } from './object-kinds.ts';
import type { StringArena } from './string-arena.ts';

/** How the nodes of a kind are named: all alike, by a text in the object, by the function, by the source of the pattern, or each by itself. */
const Naming = { unknown: 0, alike: 1, text: 2, function: 3, pattern: 4, each: 5 } as const;

/**
 * Fills the columns of nodes that are objects: type, name and size, as V8's own snapshot has them.
 */
export class NodeDescriber {
  /** Ordinals and sizes that do not fit in 32 bits. */
  readonly large: [number, number][] = [];
  readonly #view: HeapView;
  readonly #image: HeapImage;
  readonly #kinds: ObjectKinds;
  readonly #strings: StringArena;
  readonly #columns: NodeColumns;
  readonly #names: NodeNames;
  readonly #locations: FunctionLocations;
  /** Id of the name of what has none. */
  readonly unnamed: number;
  readonly #sizes: KindSizes;
  /** By kind's id: Naming; type and id of the name where all are alike; 1 where sizes do not follow from words alone. */
  readonly #kindsOf: {
    readonly namings: Uint8Array;
    readonly types: Uint8Array;
    readonly names: Uint32Array;
    readonly isUnsized: Uint8Array;
  };
  /** By index of a SharedFunctionInfo: id of the functions' name. */
  readonly #functions = new Map<number, number>();
  #lastShared = -1;
  #lastName = 0;
  /** Id of the text of a string, less its ordinal. */
  #firstText = 0;

  constructor(
    inspector: V8Inspector,
    image: HeapImage,
    kinds: ObjectKinds,
    strings: StringArena,
    columns: NodeColumns,
  ) {
    const { view } = inspector;
    this.#view = view;
    this.#locations = new FunctionLocations(inspector, image);
    this.#image = image;
    this.#kinds = kinds;
    this.#strings = strings;
    this.#columns = columns;
    this.#names = new NodeNames(view, image, new HeapWords(view, image, kinds));
    this.unnamed = strings.add('');
    const { count } = kinds;
    this.#kindsOf = {
      namings: new Uint8Array(count),
      types: new Uint8Array(count),
      names: new Uint32Array(count),
      isUnsized: new Uint8Array(count),
    };
    this.#sizes = new KindSizes(kinds.columns.sizes);
  }

  /** Describes all marked objects; ids of contents of strings begin at `firstText`, which is that of the node `base`. */
  describe(base: number, firstText: number): void {
    this.#firstText = firstText - base;
    let ordinal = base;
    for (const page of this.#image.pages) ordinal = this.#page(page, ordinal);
  }

  /** Describes the objects of a page; returns the ordinal behind them. What most objects are is done here. */
  #page(page: LoadedPage, first: number): number {
    const firstText = this.#firstText;
    const { marks, halves } = this.#image;
    const { type: types, name: names, size: sizes } = this.#columns;
    const { namings, types: typesOf, names: namesOf, isUnsized } = this.#kindsOf;
    const kindSizes = this.#sizes;
    const isSized = !this.#view.layout.graph.sharedHaveNoSize || page.space !== 'read_only_space';
    const end = (page.end + 31) >>> 5;
    let ordinal = first;
    let m = page.first >>> 5;
    let bits = marks[2 * m]!;
    // One loop, as in PlannedEdges.
    while (m < end) {
      if (bits === 0) {
        if (++m < end) bits = marks[2 * m]!;
        continue;
      }
      const i = 32 * m + 31 - Math.clz32(bits & -bits);
      bits &= bits - 1;
      const id = halves[2 * i]!;
      let naming = namings[id]!;
      if (naming === Naming.unknown) naming = this.#namingOf(id, i);
      if (!isSized) sizes[ordinal] = 0;
      else if (isUnsized[id] === 1) sizes[ordinal] = this.#sizeOf(i, id, page, ordinal);
      else sizes[ordinal] = fitting(kindSizes.of(halves, i, id), page.end - i);
      if (naming === Naming.text) {
        types[ordinal] = NodeType.string;
        names[ordinal] = firstText + ordinal;
      } else if (naming === Naming.alike) {
        types[ordinal] = typesOf[id]!;
        names[ordinal] = namesOf[id]!;
      } else this.#named(i, id, naming, ordinal);
      ordinal++;
    }
    return ordinal;
  }

  #sizeOf(i: number, id: number, page: LoadedPage, ordinal: number): number {
    const size = this.#snapshotSize(i, this.#kinds.of(id), page);
    if (size >= 2 ** 32) this.large.push([ordinal, size]);
    return size;
  }

  #named(i: number, id: number, naming: number, ordinal: number): void {
    const columns = this.#columns;
    const kind = this.#kinds.of(id);
    if (naming === Naming.function) {
      this.#locations.add(i, ordinal);
      columns.type[ordinal] = NodeType.closure;
      columns.name[ordinal] = this.#functionName(i, kind);
      return;
    }
    if (naming === Naming.pattern) {
      const text = this.#textIn(i + this.#view.layout.objects.regExp.source / 8);
      if (text > 0) {
        columns.type[ordinal] = NodeType.regexp;
        columns.name[ordinal] = text;
        return;
      }
    }
    const { type, name } = this.#labelOf(i, kind);
    columns.type[ordinal] = type;
    columns.name[ordinal] = this.#strings.add(name);
  }

  /** Id of the text of the string that word `w` holds, if its own node has it for a name; else 0. */
  #textIn(w: number): number {
    const held = this.#image.target(w);
    const ordinal = this.#image.ordinalOf(held);
    return ordinal >= 0 && this.#kinds.of(this.#image.halves[2 * held]!).form === 'one-byte text'
      ? this.#firstText + ordinal
      : 0;
  }

  /** Where functions stand, to be read when it is asked for. */
  get locations(): () => Locations {
    return this.#locations.locations;
  }

  #namingOf(id: number, i: number): number {
    const kind = this.#kinds.of(id);
    const { namings, types, names, isUnsized } = this.#kindsOf;
    let naming: number = Naming.each;
    if (kind.form === 'one-byte text') naming = Naming.text;
    else if (this.#names.isOfMap(kind.map)) {
      const label = this.#labelOf(i, kind);
      types[id] = label.type;
      names[id] = this.#strings.add(label.name);
      naming = Naming.alike;
    } else if (this.#view.layout.isFunction(kind.map.type)) naming = Naming.function;
    else if (kind.map.type === this.#view.layout.types.JS_REG_EXP) naming = Naming.pattern;
    isUnsized[id] = kind.externalWidth !== 0 || !this.#sizes.tells(id) ? 1 : 0;
    namings[id] = naming;
    return naming;
  }

  /** Name of the object at an index, its role left out of account. */
  nameOf(i: number): string {
    const kind = this.#kinds.at(i);
    return kind ? this.#labelOf(i, kind).name : '';
  }

  #labelOf(i: number, kind: Kind): NodeLabel {
    return this.#names.of(this.#image.addressOf(i) as Address, kind.map);
  }

  #functionName(i: number, kind: Kind): number {
    const shared = this.#image.target(i + this.#view.layout.objects.function.shared / 8);
    // Closures that come one after another are often of one function.
    if (shared >= 0 && shared === this.#lastShared) return this.#lastName;
    let name = shared < 0 ? undefined : this.#functions.get(shared);
    if (name === undefined) {
      name = this.#strings.add(this.#labelOf(i, kind).name);
      if (shared >= 0) this.#functions.set(shared, name);
    }
    this.#lastShared = shared;
    this.#lastName = name;
    return name;
  }

  /** Bytes as V8's snapshot counts them. */
  #snapshotSize(i: number, kind: Kind, page: LoadedPage): number {
    const { layout, memory } = this.#view;
    const size = this.#kinds.size(i, kind, page);
    const width = kind.externalWidth;
    if (width === 0 || !layout.graph.externalStringsCount) return size;
    const a = page.start + 8 * (i - page.first);
    return size + width * attemptOr(0, () => memory.u32((a + layout.objects.string.length) as Address));
  }
}
