import { attemptOr } from '../absence.ts';
import { type Address, address, at } from '../address.ts';
import { globalHandleState, HandleState } from '../v8/handles.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import { CppHeapObjects } from './cpp-heap-objects.ts';
import type { HeapImage } from './heap-image.ts';
import { NativeClasses } from './native-classes.ts';
import { type NativeContent, NativeContents } from './native-content.ts';
import type { ObjectKinds } from './object-kinds.ts';

/** An object of Node's C++ that a JavaScript object stands for (src/base_object.h). */
export interface NativeObject extends NativeContent {
  readonly at: Address;
  /** Its class, as Node names it: "TCPSocketWrap". */
  readonly name: string;
  /** True if it keeps its JavaScript object alive, in lines whose snapshots make such objects roots. */
  readonly isRoot: boolean;
  /** True if snapshots show it and its JavaScript object as one node, to which all of both belongs. */
  readonly isMerged: boolean;
}

/**
 * Node's own objects behind the live JavaScript objects that wrap them: the pointer in the second embedder
 * field leads to an object whose vtable's symbol names its class, and whose methods return constants.
 */
export class NativeObjects {
  readonly #view: HeapView;
  readonly #image: HeapImage;
  readonly #kinds: ObjectKinds;
  readonly #classes: NativeClasses;
  readonly #contents: NativeContents;
  readonly #cppHeap: CppHeapObjects;

  constructor(view: HeapView, image: HeapImage, kinds: ObjectKinds) {
    this.#view = view;
    this.#image = image;
    this.#kinds = kinds;
    this.#classes = new NativeClasses(view);
    this.#contents = new NativeContents(view, this.#classes);
    this.#cppHeap = new CppHeapObjects(view, this.#classes);
  }

  /** The native object of a JavaScript one at index `i`; undefined if it has none that is known. */
  of(i: number): NativeObject | undefined {
    const { graph } = this.#view.layout;
    if (!this.#hasFields(i)) return undefined;
    const native = this.#pointer(i, graph.embedderFields + 8);
    if (native === 0 || native % 8 !== 0) return undefined;
    return attemptOr(undefined, () => this.#read(native)) ?? this.#ofCppHeap(i);
  }

  /** Indexes of what V8's collector reaches through the object at `i`, which may wrap one of its C++ heap. */
  tracedBy(i: number): number[] {
    const held = this.#hasFields(i) ? this.#ofCppHeap(i) : undefined;
    return held ? held.references.map(({ to }) => this.#image.indexAt(to)) : [];
  }

  #read(native: Address): NativeObject | undefined {
    const known = this.#classes.of(native);
    if (!known || !this.#classes.isDone(native, known)) return undefined;
    const name = known.key === 'TCPWrap' ? this.#nameOfTcp(native, known.name) : known.name;
    const content = this.#contents.of(native, known);
    return { at: native, name, ...content, isRoot: this.#isRoot(native), isMerged: false };
  }

  #ofCppHeap(i: number): NativeObject | undefined {
    const { wrappable } = this.#view.layout.natives.cppHeap;
    if (Number.isNaN(wrappable)) return undefined;
    const native = this.#pointer(i, wrappable);
    const held = attemptOr(undefined, () => this.#cppHeap.of(native, address(this.#image.addressOf(i))));
    return held && { at: native, ...held, isRoot: false, isMerged: true };
  }

  /** True if the object at `i` has room for the two fields by which Node's wrappers know their native objects. */
  #hasFields(i: number): boolean {
    const kind = this.#kinds.at(i);
    return (
      kind?.isWrapper === true && 8 * kind.map.inObjectStart >= this.#view.layout.graph.embedderFields + 16
    );
  }

  #pointer(i: number, offset: number): Address {
    const { halves } = this.#image;
    const w = 2 * (i + offset / 8);
    return address((halves[w]! >>> 0) + (halves[w + 1]! >>> 0) * 0x1_0000_0000);
  }

  #nameOfTcp(native: Address, fallback: string): string {
    const { provider, names } = this.#view.layout.natives.tcpWrap;
    return names.get(attemptOr<number>(-1, () => this.#view.memory.u32(at(native, provider)))) ?? fallback;
  }

  /** BaseObject::IsRootNode: the persistent handle, its first field, is not weak. */
  #isRoot(native: Address): boolean {
    const { memory, layout } = this.#view;
    if (!layout.graph.nativesAreRoots) return false;
    return attemptOr(false, () => {
      const handle = memory.pointer(at(native, layout.natives.persistentHandle));
      return handle !== 0 && globalHandleState(this.#view.runtime, handle) === HandleState.held;
    });
  }
}
