import { attemptOr } from '../absence.ts';
import { type Address, address, at, type Tagged } from '../address.ts';
import { architectureOf } from '../unwind/architectures.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import { METHOD_SIZE, returnedConstant } from './constant-method.ts';
import type { HeapImage } from './heap-image.ts';
import type { ObjectKinds } from './object-kinds.ts';

/** An object of V8's C++ heap. */
export interface CppHeapObject {
  /** "Node / ContextifyScript". */
  readonly label: string;
  readonly bytes: number;
  /** What it holds of V8's heap, the object that wraps it first. */
  readonly references: readonly Tagged[];
}

const GRANULARITY = 8;
/** Words of an object that are looked at. */
const MAX_WORDS = 64;
const MAX_NAME = 200;
const LABEL = /^Node \/ [\w:<>, *&()~-]+$/;

/**
 * Objects of V8's C++ heap that JavaScript objects wrap (src/cppgc_helpers.h): they carry their name and size, and
 * snapshots show each and its wrapper as one node, to which all of both belongs.
 */
export class CppHeapObjects {
  readonly #view: HeapView;
  readonly #image: HeapImage;
  readonly #kinds: ObjectKinds;
  /** By vtable: "Node / ContextifyScript". */
  readonly #names = new Map<Address, string | undefined>();

  constructor(view: HeapView, image: HeapImage, kinds: ObjectKinds) {
    this.#view = view;
    this.#image = image;
    this.#kinds = kinds;
  }

  /** What the JavaScript object at index `i` wraps; undefined if that is nothing that is known. */
  of(i: number): CppHeapObject | undefined {
    const { layout } = this.#view;
    const { wrappable } = layout.natives.cppHeap;
    if (Number.isNaN(wrappable)) return undefined;
    const kind = this.#kinds.at(i);
    // Node's wrappers have room for two fields.
    if (kind?.isWrapper !== true || 8 * kind.map.inObjectStart < layout.graph.embedderFields + 16)
      return undefined;
    const { halves } = this.#image;
    const w = 2 * (i + wrappable / 8);
    const native = address((halves[w]! >>> 0) + (halves[w + 1]! >>> 0) * 0x1_0000_0000);
    return attemptOr(undefined, () => this.#read(native, this.#image.addressOf(i)));
  }

  /** Indexes of what V8's collector reaches through the object at `i`. */
  tracedBy(i: number): number[] {
    return this.of(i)?.references.map((to) => this.#image.indexAt(to)) ?? [];
  }

  #read(native: Address, wrapper: number): CppHeapObject | undefined {
    if (native === 0 || native % GRANULARITY !== 0) return undefined;
    const { memory, layout } = this.#view;
    const { headerSize } = layout.natives.cppHeap;
    const label = this.#name(memory.pointer(native));
    if (label === undefined) return undefined;
    // One bit of marking; no size for large objects.
    const bytes = (memory.u16(at(native, headerSize)) >>> 1) * GRANULARITY;
    const references = this.#references(native, Math.min(MAX_WORDS, bytes / 8));
    return references[0] === wrapper + 1 ? { label, bytes, references } : undefined;
  }

  #name(vtable: Address): string | undefined {
    let name = this.#names.get(vtable);
    if (name === undefined && !this.#names.has(vtable)) {
      name = attemptOr(undefined, () => this.#text(vtable));
      this.#names.set(vtable, name);
    }
    return name;
  }

  /**
   * What its v8::TracedReferences hold, in their order, the wrapper first: each is a pointer to a handle, as no other
   * word of such objects is.
   */
  #references(native: Address, words: number): Tagged[] {
    const { memory } = this.#view;
    const found: Tagged[] = [];
    for (let n = 1; n < words; n++) {
      const slot = memory.pointer(at(native, 8 * n));
      if (slot === 0 || slot % 8 !== 0 || !memory.has(slot, 8)) continue;
      const word = memory.pointer(slot);
      if ((word & 3) === 1 && this.#image.indexAt(word) >= 0) found.push(memory.tagged(slot));
    }
    return found;
  }

  /** The text that a vtable's method for the name returns, which does nothing else. */
  #text(vtable: Address): string | undefined {
    const { memory, layout, runtime } = this.#view;
    const method = memory.pointer(at(vtable, 8 * layout.natives.cppHeap.nameSlot));
    const { name } = architectureOf(runtime.core);
    const returned = returnedConstant(name, memory.bytes(method, METHOD_SIZE), method);
    if (returned === undefined) return undefined;
    const text = memory.cString(address(returned), MAX_NAME);
    return LABEL.test(text) ? text : undefined;
  }
}
