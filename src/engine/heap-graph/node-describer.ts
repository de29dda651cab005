import { attemptOr } from '../absence.ts';
import type { Address } from '../address.ts';
import { NodeType } from '../graph/types.ts';
import type { V8Inspector } from '../v8/inspector.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import { FunctionLocations, type LocationColumns } from './function-locations.ts';
import type { HeapImage, LoadedPage } from './heap-image.ts';
import { MAX_NAME, type NodeLabel, NodeNames } from './node-names.ts';
import type { Kind, ObjectKinds } from './object-kinds.ts';
import type { TagColumns } from './role-tags.ts';
import type { ArenaState, StringArena } from './string-arena.ts';

/** What is told of nodes, by ordinal; shared by all threads. */
export interface NodeColumns {
  readonly type: Uint8Array;
  /** Ids of names. */
  readonly name: Uint32Array;
  /** Bytes, modulo 2^32. */
  readonly size: Uint32Array;
  readonly address: Float64Array;
}

/** Columns with room for so many nodes; memory that is never touched costs nothing. */
export function nodeColumns(nodes: number): NodeColumns {
  return {
    type: new Uint8Array(new SharedArrayBuffer(nodes)),
    name: new Uint32Array(new SharedArrayBuffer(4 * nodes)),
    size: new Uint32Array(new SharedArrayBuffer(4 * nodes)),
    address: new Float64Array(new SharedArrayBuffer(8 * nodes)),
  };
}

/** How the nodes of a kind are named: all alike, by a text in the object, by the function, or each by itself. */
const Naming = { unknown: 0, alike: 1, text: 2, function: 3, each: 4 } as const;

/** Fills the columns of nodes that are objects: type, name, size and address, as V8's own snapshot has them. */
export class NodeDescriber {
  /** Ordinals and sizes that do not fit in 32 bits. */
  readonly large: [number, number][] = [];
  readonly #view: HeapView;
  readonly #image: HeapImage;
  readonly #kinds: ObjectKinds;
  readonly strings: StringArena;
  readonly #columns: NodeColumns;
  readonly #names: NodeNames;
  readonly #locations: FunctionLocations;
  #unnamed: number;
  #base = 0;
  #end = 0;
  /** By kind's id: Naming, and the label where all are alike. */
  readonly #namings: number[] = [];
  readonly #types: number[] = [];
  readonly #labels: number[] = [];
  /** By kind's id: bytes where all have as many; else -1. */
  readonly #sizes: number[] = [];
  /** By index of a SharedFunctionInfo: id of the functions' name. */
  readonly #functions = new Map<number, number>();

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
    this.strings = strings;
    this.#columns = columns;
    this.#names = new NodeNames(view, image);
    this.#unnamed = strings.add('');
  }

  /** Describes all marked objects, of which the first has the ordinal `base`. */
  describe(base: number): void {
    const { marks, pages } = this.#image;
    const { sharedHaveNoSize } = this.#view.layout.graph;
    let ordinal = base;
    this.#base = base;
    for (const page of pages) {
      const isSized = !sharedHaveNoSize || page.space !== 'read_only_space';
      const end = (page.end + 31) >>> 5;
      for (let m = page.first >>> 5; m < end; m++) {
        for (let bits = marks[m]!; bits !== 0; bits &= bits - 1) {
          this.#describe(32 * m + 31 - Math.clz32(bits & -bits), page, isSized, ordinal);
          ordinal++;
        }
      }
    }
    this.#end = ordinal;
  }

  /** Moves the ids of names that were added here behind those of `others`, or to those of equal texts there. */
  join(others: ArenaState): void {
    const first = this.strings.first;
    const ids = this.strings.moveBehind(others);
    const { name } = this.#columns;
    for (let i = this.#base; i < this.#end; i++) if (name[i]! >= first) name[i] = ids[name[i]! - first]!;
    this.#unnamed = ids[this.#unnamed - first]!;
  }

  /** Names what has no name by its role. */
  apply({ names, types }: TagColumns): void {
    const { name, type } = this.#columns;
    for (let i = 0; i < names.length; i++) {
      if (names[i] !== 0 && name[i] === this.#unnamed) name[i] = names[i]!;
      if (types[i] !== 0) type[i] = types[i]! - 1;
    }
  }

  #describe(i: number, page: LoadedPage, isSized: boolean, ordinal: number): void {
    const columns = this.#columns;
    const id = this.#kinds.idAt(i);
    let naming = this.#namings[id];
    if (naming === undefined) naming = this.#namingOf(id, i);
    columns.address[ordinal] = page.start + 8 * (i - page.first);
    let size = this.#sizes[id]!;
    if (!isSized) size = 0;
    else if (size < 0 || size > 8 * (page.end - i)) {
      size = this.#snapshotSize(i, this.#kinds.of(id), page);
      if (size >= 2 ** 32) this.large.push([ordinal, size]);
    }
    columns.size[ordinal] = size;
    switch (naming) {
      case Naming.alike:
        columns.type[ordinal] = this.#types[id]!;
        columns.name[ordinal] = this.#labels[id]!;
        break;
      case Naming.text: {
        const { halves } = this.#image;
        columns.type[ordinal] = NodeType.string;
        const room = size === 0 ? MAX_NAME : size;
        const length = Math.max(0, Math.min(halves[2 * i + 3]!, MAX_NAME, room));
        columns.name[ordinal] = this.strings.addLatin1(halves, 2 * i + 4, length);
        break;
      }
      case Naming.function:
        this.#locations.add(i, ordinal);
        columns.type[ordinal] = NodeType.closure;
        columns.name[ordinal] = this.#functionName(i, this.#kinds.of(id));
        break;
      default: {
        const { type, name } = this.#labelOf(i, this.#kinds.of(id));
        columns.type[ordinal] = type;
        columns.name[ordinal] = this.strings.add(name);
      }
    }
  }

  /** Ordinals of functions and where they stand: script ids, lines, columns. */
  get locations(): LocationColumns {
    return this.#locations.take();
  }

  #namingOf(id: number, i: number): number {
    const kind = this.#kinds.of(id);
    let naming: number = Naming.each;
    if (kind.sizeRule === 'one-byte text') naming = Naming.text;
    else if (this.#names.isOfMap(kind.map)) {
      const { type, name } = this.#labelOf(i, kind);
      this.#types[id] = type;
      this.#labels[id] = this.strings.add(name);
      naming = Naming.alike;
    } else if (this.#view.layout.isFunction(kind.map.type)) naming = Naming.function;
    const isExternal = kind.sizeRule === 'fixed' && this.#externalWidth(kind) > 0;
    this.#sizes[id] = kind.sizeRule === 'fixed' && !isExternal ? kind.map.instanceSize : -1;
    this.#namings[id] = naming;
    return naming;
  }

  #labelOf(i: number, kind: Kind): NodeLabel {
    return this.#names.of(this.#image.addressOf(i) as Address, kind.map);
  }

  #functionName(i: number, kind: Kind): number {
    const shared = this.#image.target(i + this.#view.layout.objects.function.shared / 8);
    let name = shared < 0 ? undefined : this.#functions.get(shared);
    if (name === undefined) {
      name = this.strings.add(this.#labelOf(i, kind).name);
      if (shared >= 0) this.#functions.set(shared, name);
    }
    return name;
  }

  /** Bytes as V8's snapshot counts them. */
  #snapshotSize(i: number, kind: Kind, page: LoadedPage): number {
    const { layout, memory } = this.#view;
    const size = this.#kinds.size(i, kind, page);
    const width = this.#externalWidth(kind);
    if (width === 0) return size;
    const a = page.start + 8 * (i - page.first);
    return size + width * attemptOr(0, () => memory.u32((a + layout.objects.string.length) as Address));
  }

  /** Bytes of a character of a text outside of the heap that is counted to its string; 0 for all else. */
  #externalWidth({ map: { type } }: Kind): number {
    const { layout } = this.#view;
    const { string } = layout.objects;
    if (!layout.graph.externalStringsCount || !layout.isString(type)) return 0;
    if ((type & string.representationMask) !== string.externalTag) return 0;
    return (type & string.encodingMask) === string.oneByteTag ? 1 : 2;
  }
}
