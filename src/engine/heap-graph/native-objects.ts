import { attemptOr } from '../absence.ts';
import { type Address, address, at } from '../address.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import type { HeapImage } from './heap-image.ts';
import type { ObjectKinds } from './object-kinds.ts';

/** An object of Node's C++ that a JavaScript object stands for (src/base_object.h). */
export interface NativeObject {
  readonly at: Address;
  /** Its class, as Node names it: "TCPSocketWrap". */
  readonly name: string;
  /** Bytes of the C++ object alone. */
  readonly size: number;
  /** True if it keeps its JavaScript object alive, in lines whose snapshots make such objects roots. */
  readonly isRoot: boolean;
  /** Memory that it owns. */
  readonly parts: readonly NativePart[];
}

export interface NativePart {
  readonly edge: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

const MAX_SIZE = 1 << 20;
const MAX_PART = 2 ** 40;

/**
 * Node's own objects behind the live JavaScript objects that wrap them: the pointer in the second embedder
 * field leads to an object whose vtable's symbol names its class, and whose SelfSize method returns a
 * constant (MemoryRetainer, src/memory_tracker.h).
 */
export class NativeObjects {
  readonly #view: HeapView;
  readonly #image: HeapImage;
  readonly #kinds: ObjectKinds;
  /** By vtable: what all objects of a class have in common. */
  readonly #classes = new Map<Address, { readonly name: string; readonly size: number } | undefined>();

  constructor(view: HeapView, image: HeapImage, kinds: ObjectKinds) {
    this.#view = view;
    this.#image = image;
    this.#kinds = kinds;
  }

  /** The native object of a JavaScript one at index `i`; undefined if it has none that is known. */
  of(i: number): NativeObject | undefined {
    const { graph } = this.#view.layout;
    const kind = this.#kinds.at(i);
    if (!kind || 8 * kind.map.inObjectStart < graph.embedderFields + 16) return undefined;
    const { halves } = this.#image;
    const w = 2 * (i + graph.embedderFields / 8 + 1);
    const native = address((halves[w]! >>> 0) + halves[w + 1]! * 0x1_0000_0000);
    if (native === 0 || native % 8 !== 0) return undefined;
    return attemptOr(undefined, () => this.#read(native));
  }

  #read(native: Address): NativeObject | undefined {
    const known = this.#known(this.#view.memory.pointer(native));
    if (!known) return undefined;
    const { name, size } = known;
    const parts = attemptOr([], () => this.#parts(native, name, size));
    return { at: native, name, size, isRoot: this.#isRoot(native), parts };
  }

  /** BaseObject::IsRootNode: the persistent handle, its first field, is not weak. */
  #isRoot(native: Address): boolean {
    const { nativesAreRoots, globalHandles: o } = this.#view.layout.graph;
    if (!nativesAreRoots) return false;
    return attemptOr(false, () => {
      const handle = this.#view.memory.pointer(at(native, 8));
      return handle !== 0 && (this.#view.memory.u8(at(handle, o.nodeFlags)) & o.stateMask) === 1;
    });
  }

  #known(vtable: Address): { readonly name: string; readonly size: number } | undefined {
    let known = this.#classes.get(vtable);
    if (known === undefined && !this.#classes.has(vtable)) {
      known = attemptOr(undefined, () => this.#classOf(vtable));
      this.#classes.set(vtable, known);
    }
    return known;
  }

  #classOf(vtable: Address): { readonly name: string; readonly size: number } | undefined {
    const { module } = this.#view.runtime;
    const symbol = module.symbols?.covering(vtable - module.bias);
    const name = className(symbol?.name ?? '');
    const size = name === undefined ? undefined : this.#selfSize(vtable);
    return name === undefined || size === undefined ? undefined : { name, size };
  }

  /** Two destructors, MemoryInfo, MemoryInfoName, SelfSize: the constant that the last of these returns. */
  #selfSize(vtable: Address): number | undefined {
    const { memory } = this.#view;
    const code = memory.bytes(memory.pointer(at(vtable, 8 * 4)), 24);
    let i = 0;
    // endbr64; push rbp; mov rbp, rsp
    if (code.readUInt32LE(i) === 0xfa1e0ff3) i += 4;
    if (code[i] === 0x55) i++;
    if (code[i] === 0x48 && code[i + 1] === 0x89 && code[i + 2] === 0xe5) i += 3;
    // mov eax, imm32
    if (code[i] !== 0xb8) return undefined;
    const size = code.readUInt32LE(i + 1);
    return size > 0 && size < MAX_SIZE ? size : undefined;
  }

  /** Memory that objects of some classes own and Node tells of. */
  #parts(native: Address, name: string, size: number): NativePart[] {
    if (name === 'ZlibStream') return this.#zlibParts(native);
    if (name !== 'MessagePort') return [];
    const { memory } = this.#view;
    for (let offset = 8; offset < size; offset += 8) {
      const owned = memory.pointer(at(native, offset));
      const known =
        owned !== 0 && owned % 8 === 0 && memory.has(owned, 8)
          ? this.#known(memory.pointer(owned))
          : undefined;
      if (known?.name === 'MessagePortData') return [{ edge: 'data', ...known }];
    }
    return [];
  }

  /** What a stream of zlib has allocated (CompressionStream, src/node_zlib.cc). */
  #zlibParts(native: Address): NativePart[] {
    const { zlibMemory, zlibContextSize } = this.#view.layout.graph;
    if (Number.isNaN(zlibMemory)) return [];
    const size = attemptOr<number>(0, () => this.#view.memory.pointer(at(native, zlibMemory)));
    const context = { edge: 'compression context', name: 'ZlibContext', size: zlibContextSize };
    return size > 0 && size < MAX_PART
      ? [context, { edge: 'zlib_memory', name: 'zlib_memory', size }]
      : [context];
  }
}

/** The last name in a vtable's symbol: "_ZTVN4node12_GLOBAL__N_110ZlibStreamE" → "ZlibStream". */
function className(symbol: string): string | undefined {
  let rest = /^_ZTVN(.*)$/.exec(symbol)?.[1];
  let name: string | undefined;
  while (rest !== undefined) {
    const digits = /^\d+/.exec(rest)?.[0];
    if (digits === undefined) break;
    name = rest.slice(digits.length, digits.length + Number(digits));
    rest = rest.slice(digits.length + Number(digits));
  }
  return name;
}
