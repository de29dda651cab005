import { type Address, at } from '../address.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import type { NativeClasses } from './native-classes.ts';
import type { NativeContent, NativeReference } from './native-content.ts';

const GRANULARITY = 8;
const PREFIX = 'Node / ';

/** Objects of V8's C++ heap that JavaScript objects wrap (src/cppgc_helpers.h): they carry their name and size. */
export class CppHeapObjects {
  readonly #view: HeapView;
  readonly #classes: NativeClasses;
  /** By vtable: "Node / ContextifyScript". */
  readonly #names = new Map<Address, string | undefined>();

  constructor(view: HeapView, classes: NativeClasses) {
    this.#view = view;
    this.#classes = classes;
  }

  /** The object at `native` if its wrapper stands at `wrapper`; undefined if it is none. Faults if it cannot be read. */
  of(native: Address, wrapper: Address): (NativeContent & { readonly name: string }) | undefined {
    if (native === 0 || native % GRANULARITY !== 0) return undefined;
    const { memory, layout } = this.#view;
    const { headerSize } = layout.natives.cppHeap;
    const vtable = memory.pointer(native);
    const key = this.#classes.keyOf(vtable);
    const name = key === undefined ? undefined : this.#name(vtable);
    if (key === undefined || !name?.startsWith(PREFIX)) return undefined;
    // One bit of marking; no size for large objects.
    const size = (memory.u16(at(native, headerSize)) >>> 1) * GRANULARITY;
    const references = this.#references(native, key);
    if (size === 0 || references[0]?.to !== wrapper + 1) return undefined;
    return { name: name.slice(PREFIX.length), size, parts: [], references };
  }

  #name(vtable: Address): string | undefined {
    let name = this.#names.get(vtable);
    if (name === undefined && !this.#names.has(vtable)) {
      name = this.#classes.text(vtable, this.#view.layout.natives.cppHeap.nameSlot);
      this.#names.set(vtable, name);
    }
    return name;
  }

  /** What its v8::TracedReferences hold, the wrapper first. */
  #references(native: Address, key: string): NativeReference[] {
    const { memory, layout } = this.#view;
    const { references } = layout.natives.cppHeap;
    return [...(references.get('') ?? []), ...(references.get(key) ?? [])].flatMap((offset) => {
      const slot = memory.pointer(at(native, offset));
      return slot === 0 ? [] : [{ edge: undefined, to: memory.tagged(slot) }];
    });
  }
}
