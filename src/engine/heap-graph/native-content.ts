import { attemptOr, Fault } from '../absence.ts';
import { type Address, at, type Tagged } from '../address.ts';
import { globalHandleState, HandleState } from '../v8/handles.ts';
import type { NativeField } from '../v8/layout/native-layout.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import type { KnownClass, NativeClasses } from './native-classes.ts';

/** What an object of C++ is made of and leads to. */
export interface NativeContent {
  /** Bytes of the object alone, without those of its parts. */
  readonly size: number;
  readonly parts: readonly NativePart[];
  readonly references: readonly NativeReference[];
}

/** Memory that an object of C++ owns, or another object that it leads to. */
export interface NativePart extends NativeContent {
  /** Name of the edge to it; undefined for an element of a list, whose edges are numbered. */
  readonly edge: string | undefined;
  /** Where it stands, if it is an object that others may lead to as well. */
  readonly at: Address | undefined;
  readonly name: string;
}

/** A handle to an object of V8's heap. */
export interface NativeReference {
  readonly edge: string | undefined;
  readonly to: Tagged;
}

/** No process owns more in one piece: such a length is damaged. */
export const MAX_BYTES = 2 ** 40;
const MAX_ELEMENTS = 1 << 21;
const MAX_DEPTH = 16;
/** Bytes of a std::vector, a std::unordered_map, and a std::deque, and of one block of the latter (libstdc++). */
const VECTOR = 24;
const MAP = 56;
const DEQUE = 80;
const DEQUE_BLOCK = 512;
/** A std::pair of int and pointer, which counts its int twice. */
const PAIR = 16 + 4;
const BYTE_SOURCE = { name: 'ByteSource', size: 24, data: 8, length: 16 };
const nothing = { parts: [], references: [] };

/** Reads what objects of Node's C++ own, as their MemoryInfo methods tell it to V8's snapshots. */
export class NativeContents {
  readonly #view: HeapView;
  readonly #classes: NativeClasses;
  /** Objects that were begun: each is told of once below a wrapped one. */
  readonly #seen = new Set<Address>();
  #depth = 0;
  /** Elements of lists that may still be read, so that no dump asks for more than there is room for. */
  #room = MAX_ELEMENTS;

  constructor(view: HeapView, classes: NativeClasses) {
    this.#view = view;
    this.#classes = classes;
  }

  /**
   * What the object at `native` is made of; `known` is its class. An object that can be reached on several ways
   * has its parts where it comes first.
   */
  of(native: Address, known: KnownClass): NativeContent {
    this.#seen.clear();
    return this.#content(native, known);
  }

  #content(native: Address, known: KnownClass): NativeContent {
    this.#seen.add(native);
    const content = { size: known.size, parts: [] as NativePart[], references: [] as NativeReference[] };
    if (this.#depth > MAX_DEPTH) return content;
    this.#depth++;
    for (const field of known.layout?.fields ?? []) {
      const read = attemptOr(undefined, () => this.#read(native, field));
      if (!read) continue;
      content.size -= read.inside;
      if (read.part) content.parts.push(read.part);
      if (read.reference) content.references.push(read.reference);
    }
    this.#depth--;
    return content;
  }

  /** `inside` are the bytes of the holder that count as the part's. */
  #read(native: Address, field: NativeField): Found | undefined {
    const { memory } = this.#view;
    const { edge, name } = field;
    const a = at(native, field.at);
    switch (field.kind) {
      case 'object':
        return this.#object(edge, memory.pointer(a));
      case 'bio': {
        const bio = memory.pointer(a);
        return bio === 0
          ? undefined
          : this.#object(edge, memory.pointer(at(bio, this.#view.layout.natives.bioData)));
      }
      case 'member':
        return this.#object(edge, a);
      case 'byte source':
        return this.#byteSource(edge, a);
      case 'objects':
        return this.#list(field, VECTOR, this.#vector(a, field.size), (slot) =>
          this.#object(undefined, memory.pointer(slot)),
        );
      case 'queue':
        return this.#list(field, DEQUE, this.#deque(a, field.size), (slot) =>
          this.#object(undefined, memory.pointer(slot)),
        );
      case 'members':
        return this.#list(field, VECTOR, this.#vector(a, field.size), (slot) =>
          this.#object(undefined, slot),
        );
      case 'member queue':
        return this.#list(field, DEQUE, this.#deque(a, field.size), (slot) => this.#object(undefined, slot));
      case 'map':
        return this.#list(field, MAP, this.#mapNodes(a), (node) => this.#pair(node));
      case 'stores':
        return this.#list(field, VECTOR, this.#vector(a, field.size), (slot) => this.#store(undefined, slot));
      case 'store':
        return this.#store(edge, a);
      case 'bytes': {
        const bytes = this.#extent(a).length;
        return bytes === 0 ? undefined : { ...plain(edge, name, VECTOR + bytes), inside: VECTOR };
      }
      case 'extent':
        return plain(edge, name, this.#extent(a).length);
      case 'string':
        return this.#string(edge, a);
      case 'buffer':
        return memory.pointer(a) === 0 ? undefined : plain(edge, name, this.#length(native, field));
      case 'allocated':
        return this.#points(a) ? plain(edge, name, field.size) : undefined;
      case 'constant':
        return plain(edge, name, field.size);
      case 'amount': {
        let sum = 0;
        for (let i = 0; i < field.size; i++) sum += memory.pointer(at(a, 8 * i));
        return plain(edge, name, sum);
      }
      case 'histogram':
        return this.#histogram(edge, a);
      case 'handle':
        return this.#handle(edge, memory.pointer(a));
    }
  }

  #object(edge: string | undefined, native: Address): Found | undefined {
    if (native === 0 || native % 8 !== 0) return undefined;
    const known = this.#classes.of(native);
    if (!known) return undefined;
    const content = this.#seen.has(native) ? { size: known.size, ...nothing } : this.#content(native, known);
    return { part: { edge, at: native, name: known.name, ...content }, inside: 0 };
  }

  #byteSource(edge: string, a: Address): Found {
    const { name, size, data, length } = BYTE_SOURCE;
    const { memory } = this.#view;
    const held =
      memory.pointer(at(a, data)) === 0 ? undefined : plain('data', 'data', memory.pointer(at(a, length)));
    const parts = held?.part ? [held.part] : [];
    return { part: { edge, at: undefined, name, size, parts, references: [] }, inside: size };
  }

  #list(
    { edge, name }: NativeField,
    size: number,
    slots: readonly Address[],
    read: (slot: Address) => Found | undefined,
  ): Found | undefined {
    if (slots.length === 0) return undefined;
    const parts = slots.flatMap((slot) => attemptOr(undefined, () => read(slot))?.part ?? []);
    return { part: { edge, at: undefined, name, size, parts, references: [] }, inside: size };
  }

  /** A std::vector's begin and its bytes. */
  #extent(a: Address): { readonly begin: Address; readonly length: number } {
    const { memory } = this.#view;
    const [begin, end, room] = [memory.pointer(a), memory.pointer(at(a, 8)), memory.pointer(at(a, 16))];
    const length = end - begin;
    if (length < 0 || end > room || length > MAX_BYTES || (length > 0 && !memory.has(begin, 1)))
      throw new Fault(a, 'is no vector');
    return { begin, length };
  }

  #vector(a: Address, size: number): Address[] {
    const { begin, length } = this.#extent(a);
    if (length % size !== 0 || length / size > this.#room) throw new Fault(a, 'is no vector');
    if (!this.#view.memory.has(begin, length)) throw new Fault(begin, 'is not in the dump');
    this.#room -= length / size;
    return Array.from({ length: length / size }, (_, i) => at(begin, size * i));
  }

  /** Slots of a std::deque: map and its size, then two iterators of current, first, last, and node. */
  #deque(a: Address, size: number): Address[] {
    const { memory } = this.#view;
    let [slot, last, node] = [16, 32, 40].map((o) => memory.pointer(at(a, o))) as [Address, Address, Address];
    const end = memory.pointer(at(a, 48));
    const slots: Address[] = [];
    while (slot !== end) {
      if (this.#room-- <= 0 || slot > last) throw new Fault(a, 'is no deque');
      slots.push(slot);
      slot = at(slot, size);
      if (slot !== last || slot === end) continue;
      node = at(node, 8);
      slot = memory.pointer(node);
      last = at(slot, DEQUE_BLOCK);
      if (!memory.has(slot, DEQUE_BLOCK)) throw new Fault(slot, 'is not in the dump');
    }
    return slots;
  }

  /** Nodes of a std::unordered_map: a chain that begins behind the buckets and their number. */
  #mapNodes(a: Address): Address[] {
    const { memory } = this.#view;
    const nodes: Address[] = [];
    for (let node = memory.pointer(at(a, 16)); node !== 0; node = memory.pointer(node)) {
      if (this.#room-- <= 0) throw new Fault(a, 'is no map');
      nodes.push(node);
    }
    return nodes;
  }

  /** What a map's node holds behind the link: a key, and a pointer to an object. */
  #pair(node: Address): Found {
    const second = this.#object('second', this.#view.memory.pointer(at(node, 16)))?.part;
    const parts = second ? [second] : [];
    return {
      part: { edge: undefined, at: undefined, name: 'pair', size: PAIR, parts, references: [] },
      inside: 0,
    };
  }

  /** `slot` holds a pointer to a v8::BackingStore. */
  #store(edge: string | undefined, slot: Address): Found | undefined {
    const { memory, layout } = this.#view;
    const store = memory.pointer(slot);
    if (store === 0) return undefined;
    return plain(edge, 'BackingStore', memory.pointer(at(store, layout.natives.backingStoreLength)));
  }

  #string(edge: string, a: Address): Found | undefined {
    const { memory } = this.#view;
    const text = memory.pointer(a);
    const length = memory.pointer(at(a, 8));
    if (length > MAX_BYTES || !memory.has(text, Math.min(length, 1))) return undefined;
    return plain(edge, 'std::basic_string', length);
  }

  #histogram(edge: string, a: Address): Found | undefined {
    const { memory, layout } = this.#view;
    const { counts, size } = layout.natives.histogram;
    const histogram = memory.pointer(a);
    if (histogram === 0) return undefined;
    const count = memory.i32(at(histogram, counts));
    return count < 0 ? undefined : plain(edge, edge, size + 8 * count);
  }

  /** What a v8::Global holds that is not weak: weak ones are not told of (MemoryTracker::TrackField). */
  #handle(edge: string, handle: Address): Found | undefined {
    const { memory, runtime } = this.#view;
    if (handle === 0 || globalHandleState(runtime, handle) !== HandleState.held) return undefined;
    return { reference: { edge, to: memory.tagged(handle) }, inside: 0 };
  }

  #points(a: Address): boolean {
    const { memory } = this.#view;
    const to = memory.pointer(a);
    return to !== 0 && memory.has(to, 1);
  }

  #length(native: Address, { length, lengthBytes }: NativeField): number {
    const { memory } = this.#view;
    return lengthBytes === 4 ? memory.u32(at(native, length)) : memory.pointer(at(native, length));
  }
}

interface Found {
  readonly part?: NativePart;
  readonly reference?: NativeReference;
  readonly inside: number;
}

/** Memory without anything in it; none if it has no bytes (TrackFieldWithSize). */
function plain(edge: string | undefined, name: string, size: number): Found {
  if (size <= 0 || size > MAX_BYTES) return { inside: 0 };
  return { part: { edge, at: undefined, name, size, ...nothing }, inside: 0 };
}
