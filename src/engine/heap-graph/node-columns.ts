import { attemptOr } from '../absence.ts';
import type { Address } from '../address.ts';
import { NodeType } from '../graph/types.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import type { HeapImage, LoadedPage } from './heap-image.ts';
import { MAX_NAME, NodeNames } from './node-names.ts';
import type { Kind, ObjectKinds } from './object-kinds.ts';
import type { Share } from './pass-progress.ts';
import type { StringArena } from './string-arena.ts';

/** Nodes that are no objects, and have room without a copy of the columns. */
const ROOM = 1 << 16;

/** The columns of nodes that are objects, filled in one pass over the marked objects of an image. */
export class NodeColumns {
  type: Uint8Array;
  name: Uint32Array;
  size: Uint32Array;
  address: Float64Array;
  /** Ids of kinds. */
  readonly kind: Uint32Array;
  /** Ordinals and sizes that do not fit in 32 bits. */
  readonly large: [number, number][] = [];
  readonly #view: HeapView;
  readonly #image: HeapImage;
  readonly #kinds: ObjectKinds;
  readonly #strings: StringArena;
  readonly #names: NodeNames;
  /** By kind's id: type and id of the name of all its objects. */
  readonly #labels: ({ readonly type: number; readonly name: number } | null)[] = [];
  /** By index of a SharedFunctionInfo: id of the functions' name. */
  readonly #functions = new Map<number, number>();

  constructor(view: HeapView, image: HeapImage, kinds: ObjectKinds, strings: StringArena, count: number) {
    this.#view = view;
    this.#image = image;
    this.#kinds = kinds;
    this.#strings = strings;
    this.#names = new NodeNames(view, image);
    const room = count + ROOM;
    this.type = new Uint8Array(room);
    this.name = new Uint32Array(room);
    this.size = new Uint32Array(room);
    this.address = new Float64Array(room);
    this.kind = new Uint32Array(count);
  }

  /** Makes the columns as long as the graph has nodes. */
  resize(count: number): void {
    this.type = fitted(this.type, count);
    this.name = fitted(this.name, count);
    this.size = fitted(this.size, count);
    this.address = fitted(this.address, count);
  }

  /** Describes all marked objects, from ordinal `base` on. */
  describe(base: number, described: Share): void {
    let ordinal = base;
    this.#image.forEachMarked((i, page) => {
      const id = this.#kinds.idAt(i);
      const kind = this.#kinds.all[id]!;
      this.kind[ordinal] = id;
      const a = page.start + 8 * (i - page.first);
      this.address[ordinal] = a;
      const bytes = this.#kinds.size(i, kind, page);
      const size = this.#snapshotSize(a as Address, kind, page, bytes);
      this.size[ordinal] = size;
      if (size >= 2 ** 32) this.large.push([ordinal, size]);
      this.#label(i, kind, a, ordinal);
      ordinal++;
    }, described);
  }

  #label(i: number, kind: Kind, a: number, ordinal: number): void {
    if (kind.sizeRule === 'one-byte text') {
      const length = this.#image.halves[2 * i + 3]!;
      const room = this.size[ordinal]! === 0 ? MAX_NAME : this.size[ordinal]!;
      this.type[ordinal] = NodeType.string;
      this.name[ordinal] = this.#strings.addLatin1(
        this.#image.halves,
        2 * i + 4,
        Math.min(length, MAX_NAME, room),
      );
      return;
    }
    const label = this.#labelOf(kind, a);
    if (label) {
      this.type[ordinal] = label.type;
      this.name[ordinal] = label.name;
      return;
    }
    if (this.#view.layout.isFunction(kind.map.type)) {
      this.type[ordinal] = NodeType.closure;
      this.name[ordinal] = this.#functionName(i, kind, a);
      return;
    }
    const { type, name } = this.#names.of(a as Address, kind.map);
    this.type[ordinal] = type;
    this.name[ordinal] = this.#strings.add(name);
  }

  #labelOf(kind: Kind, a: number): { readonly type: number; readonly name: number } | null {
    let label = this.#labels[kind.id];
    if (label === undefined) {
      label = null;
      if (this.#names.isOfMap(kind.map)) {
        const { type, name } = this.#names.of(a as Address, kind.map);
        label = { type, name: this.#strings.add(name) };
      }
      this.#labels[kind.id] = label;
    }
    return label;
  }

  #functionName(i: number, kind: Kind, a: number): number {
    const shared = this.#image.target(i + this.#view.layout.objects.function.shared / 8);
    let name = shared < 0 ? undefined : this.#functions.get(shared);
    if (name === undefined) {
      name = this.#strings.add(this.#names.of(a as Address, kind.map).name);
      if (shared >= 0) this.#functions.set(shared, name);
    }
    return name;
  }

  /** Bytes as V8's snapshot counts them. */
  #snapshotSize(a: Address, kind: Kind, page: LoadedPage, size: number): number {
    const { layout, memory } = this.#view;
    if (layout.graph.sharedHaveNoSize && page.space === 'read_only_space') return 0;
    const { string } = layout.objects;
    const { type } = kind.map;
    if (!layout.graph.externalStringsCount || !layout.isString(type)) return size;
    if ((type & string.representationMask) !== string.externalTag) return size;
    const width = (type & string.encodingMask) === string.oneByteTag ? 1 : 2;
    return size + width * attemptOr(0, () => memory.u32((a + string.length) as Address));
  }

  /** Names what a role names, where it has no name of its own; the type is given in any case. */
  tag(ordinal: number, name: number, unnamed: number, type?: number): void {
    if (this.name[ordinal] === unnamed) this.name[ordinal] = name;
    if (type !== undefined) this.type[ordinal] = type;
  }
}

function fitted<T extends Uint8Array | Uint32Array | Float64Array>(column: T, length: number): T {
  if (column.length >= length) return column.subarray(0, length) as T;
  const larger = new (column.constructor as new (n: number) => T)(length);
  larger.set(column as never);
  return larger;
}
