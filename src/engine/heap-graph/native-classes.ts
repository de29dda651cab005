import { attemptOr } from '../absence.ts';
import { type Address, address, at } from '../address.ts';
import { demangle } from '../modules/demangle.ts';
import type { NativeClass } from '../v8/layout/native-layout.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';

/** What all objects of a class of Node's C++ have in common. */
export interface KnownClass {
  /** "crypto::Hash": its name without "node::" and anonymous namespaces. */
  readonly key: string;
  /** As Node's snapshots name its objects: "Hash". */
  readonly name: string;
  /** Bytes of an object. */
  readonly size: number;
  /** What its objects own, if the layout knows of a class of this size. */
  readonly layout: NativeClass | undefined;
  /** What BaseObject::IsDoneInitializing returns; undefined if it cannot be told, and of what is no BaseObject. */
  readonly done: Returned | undefined;
}

/** What a method returns whose code does nothing else. */
type Returned =
  | { readonly kind: 'constant'; readonly value: number }
  /** The byte at that offset of the object. */
  | { readonly kind: 'byte'; readonly offset: number };

const MAX_SIZE = 1 << 20;
const MAX_NAME = 200;
const NAME = /^[\w:<>, *&()~-]+$/;

/**
 * Classes of Node's C++ by the vtables of their objects: the vtable's symbol names the class, and the methods
 * in it return constants (MemoryRetainer, src/memory_tracker.h).
 */
export class NativeClasses {
  readonly #view: HeapView;
  readonly #keys = new Map<Address, string | undefined>();
  readonly #classes = new Map<Address, KnownClass | undefined>();

  constructor(view: HeapView) {
    this.#view = view;
  }

  /** The class of the MemoryRetainer at `native`; undefined if none is known. Faults if it cannot be read. */
  of(native: Address): KnownClass | undefined {
    const vtable = this.#view.memory.pointer(native);
    let known = this.#classes.get(vtable);
    if (known === undefined && !this.#classes.has(vtable)) {
      known = attemptOr(undefined, () => this.#read(vtable));
      this.#classes.set(vtable, known);
    }
    return known;
  }

  /** A class's name by a vtable of it, which must be that of whole objects; undefined for what is none of Node's. */
  keyOf(vtable: Address): string | undefined {
    let key = this.#keys.get(vtable);
    if (key === undefined && !this.#keys.has(vtable)) {
      key = this.#key(vtable);
      this.#keys.set(vtable, key);
    }
    return key;
  }

  /** False for a BaseObject that Node does not show. */
  isDone(native: Address, { done }: KnownClass): boolean {
    if (done === undefined) return true;
    return (done.kind === 'byte' ? this.#view.memory.u8(at(native, done.offset)) : done.value) !== 0;
  }

  /** The text that a method of a vtable returns. */
  text(vtable: Address, slot: number): string | undefined {
    return attemptOr(undefined, () => {
      const returned = this.#returned(vtable, slot);
      if (returned?.kind !== 'constant') return undefined;
      const text = this.#view.memory.cString(address(returned.value), MAX_NAME);
      return NAME.test(text.replace('Node / ', '')) ? text : undefined;
    });
  }

  #read(vtable: Address): KnownClass | undefined {
    const { layout } = this.#view;
    const { slots, classes } = layout.natives;
    const key = this.keyOf(vtable);
    const size = this.#returned(vtable, slots.size);
    if (key === undefined || size?.kind !== 'constant') return undefined;
    if (size.value <= 0 || size.value > MAX_SIZE) return undefined;
    let told = classes.get(key);
    if (told?.size === size.value) layout.derived(told.constant);
    else told = undefined;
    const name = this.text(vtable, slots.name) ?? lastName(key);
    const done = attemptOr(undefined, () => this.#returned(vtable, slots.isDone));
    return { key, name, size: size.value, layout: told, done };
  }

  #key(vtable: Address): string | undefined {
    const { module } = this.#view.runtime;
    const link = vtable - module.bias;
    const symbol = module.symbols?.covering(link);
    // Before the first method stand the offset to the top and the type's information.
    if (!symbol?.name.startsWith('_ZTVN4node') || symbol.value + 16 !== link) return undefined;
    return demangle(symbol.name)
      .replace(/^vtable for /, '')
      .replace(/node::|\(anonymous namespace\)::/g, '');
  }

  #returned(vtable: Address, slot: number): Returned | undefined {
    const { memory } = this.#view;
    const method = memory.pointer(at(vtable, 8 * slot));
    const code = memory.bytes(method, 24);
    let i = 0;
    // endbr64; push rbp; mov rbp, rsp
    if (code.readUInt32LE(i) === 0xfa1e0ff3) i += 4;
    if (code[i] === 0x55) i++;
    if (code[i] === 0x48 && code[i + 1] === 0x89 && code[i + 2] === 0xe5) i += 3;
    const returned = operand(code, i, method);
    if (!returned) return undefined;
    i += returned.length;
    // pop rbp; ret
    if (code[i] === 0x5d) i++;
    return code[i] === 0xc3 ? returned.what : undefined;
  }
}

/** What the instruction at `i` puts into rax, if it is one of those that such methods have. */
function operand(
  code: Buffer,
  i: number,
  start: number,
): { readonly what: Returned; readonly length: number } | undefined {
  const constant = (value: number, length: number) => ({
    what: { kind: 'constant', value } as const,
    length,
  });
  // mov eax, imm32; mov al, imm8; lea rax, [rip + disp32]
  if (code[i] === 0xb8) return constant(code.readUInt32LE(i + 1), 5);
  if (code[i] === 0xb0) return constant(code[i + 1]!, 2);
  if (code[i] === 0x48 && code[i + 1] === 0x8d && code[i + 2] === 0x05)
    return constant(start + i + 7 + code.readInt32LE(i + 3), 7);
  // movzx eax, byte [rdi + disp8]
  if (code[i] === 0x0f && code[i + 1] === 0xb6 && code[i + 2] === 0x47)
    return { what: { kind: 'byte', offset: code[i + 3]! }, length: 4 };
  return undefined;
}

/** "crypto::Hash" → "Hash", "ZstdStream<ZstdCompressContext>" → "ZstdStream". */
function lastName(key: string): string {
  return key.replace(/<.*$/, '').split('::').at(-1)!;
}
