import { attemptOr } from '../../absence.ts';
import { type Address, at } from '../../address.ts';
import { decodePosition, positionAt } from '../frames/source-position-table.ts';
import type { V8Runtime } from '../runtime.ts';
import { readWasmBinary, type WasmBinary } from './wasm-binary.ts';

/** Machine code that V8 made of WebAssembly (wasm::WasmCode). */
export interface WasmCode {
  /** Of the WasmCode. */
  readonly address: Address;
  readonly start: Address;
  readonly size: number;
  /** Of the function in its module; negative for jump tables and wrappers. */
  readonly index: number;
}

/** A place in a function of a module. */
export interface WasmPlace {
  readonly index: number;
  /** Name as the text format writes it: "$inner", "$func2". */
  readonly name: string;
  /** Of the instruction, in bytes from the start of the module; undefined if V8 noted none. */
  readonly offset: number | undefined;
}

const MAX_DEPTH = 128;
const MAX_NEW_CODE = 1 << 16;
const MAX_INLINED = 64;
const MAX_TABLE = 1 << 24;
const MAX_MODULE = 1 << 30;
const NODE = { parent: 8, left: 16, right: 24, key: 32, value: 40 } as const;
/** The vector behind the map: from the map's header node, which its count ends. */
const NEW_CODE = { begin: 40, end: 48 } as const;

/**
 * The code of one WebAssembly module (wasm::NativeModule). Its members are found by what they look like: the
 * map of code by address (libstdc++'s red-black tree) whose values point back here, and the module's bytes by
 * their magic number.
 */
export class NativeModule {
  readonly #runtime: V8Runtime;
  readonly #address: Address;
  #map: Address | undefined | null = null;
  #binary: WasmBinary | undefined | null = null;

  constructor(runtime: V8Runtime, where: Address) {
    this.#runtime = runtime;
    this.#address = where;
  }

  /** The code that has `pc`; undefined if none of this module does. */
  codeAt(pc: Address): WasmCode | undefined {
    return attemptOr(undefined, () => this.#inMap(pc) ?? this.#inNewCode(pc));
  }

  /**
   * Where code stands at an offset, the innermost inlined function first. `exact`: the offset is of the next
   * instruction, not a return address.
   */
  placesAt(code: WasmCode, offset: number, exact: boolean): WasmPlace[] {
    const position = attemptOr(undefined, () => this.#positionAt(code, offset, exact));
    if (position === undefined) return [this.#place(code.index, undefined)];
    const places: WasmPlace[] = [];
    let at = position;
    while (at.inliningId >= 0 && places.length < MAX_INLINED) {
      const inlined = attemptOr(undefined, () => this.#inlined(code, at.inliningId));
      // Without it, the offset is that of a function that is not known.
      if (!inlined) return [...places, this.#place(code.index, undefined)];
      places.push(this.#place(inlined.index, at.offset));
      at = inlined.caller;
    }
    places.push(this.#place(code.index, at.offset));
    return places;
  }

  /** As the text format writes it: "$inner", "$func2". */
  functionName(index: number): string {
    return `$${asIdentifier(this.binary?.names.get(index) ?? `func${index}`)}`;
  }

  #place(index: number, offsetInBody: number | undefined): WasmPlace {
    const { binary } = this;
    const body = binary?.bodies[index - binary.importedFunctions];
    return {
      index,
      name: this.functionName(index),
      offset:
        body === undefined || offsetInBody === undefined || offsetInBody < 0
          ? undefined
          : body + offsetInBody,
    };
  }

  /** Down the tree to the code with the greatest start that is not above `pc`. */
  #inMap(pc: Address): WasmCode | undefined {
    const { memory } = this.#runtime;
    const header = this.#codeMap;
    if (header === undefined || memory.pointer(at(header, NODE.parent)) === 0) return undefined;
    const key = (node: Address) => memory.pointer(at(node, NODE.key));
    // V8 sorts it by falling addresses; either order will do.
    const falling = key(memory.pointer(at(header, NODE.left))) > key(memory.pointer(at(header, NODE.right)));
    let node = memory.pointer(at(header, NODE.parent));
    let best: Address | undefined;
    for (let depth = 0; node !== 0 && depth < MAX_DEPTH; depth++) {
      const below = key(node) <= pc;
      if (below) best = node;
      node = memory.pointer(at(node, below === falling ? NODE.left : NODE.right));
    }
    return best === undefined ? undefined : this.#codeOf(memory.pointer(at(best, NODE.value)), pc);
  }

  /** Code that has not been put into the map yet stands in a vector behind it. */
  #inNewCode(pc: Address): WasmCode | undefined {
    const { memory } = this.#runtime;
    const header = this.#codeMap;
    if (header === undefined) return undefined;
    const begin = memory.pointer(at(header, NEW_CODE.begin));
    const end = memory.pointer(at(header, NEW_CODE.end));
    const count = (end - begin) / 8;
    if (!(Number.isInteger(count) && count > 0 && count <= MAX_NEW_CODE)) return undefined;
    for (let i = 0; i < count; i++) {
      const code = this.#codeOf(memory.pointer(at(begin, 8 * i)), pc);
      if (code) return code;
    }
    return undefined;
  }

  /** The WasmCode at an address, if it is this module's and has `pc`. */
  #codeOf(where: Address, pc: Address): WasmCode | undefined {
    const { memory, layout } = this.#runtime;
    const o = layout.wasm.code;
    if (!this.#isOwn(where)) return undefined;
    const start = memory.pointer(at(where, o.instructions));
    const size = memory.u32(at(where, o.instructionsSize));
    if (pc < start || pc >= start + size) return undefined;
    return { address: where, start, size, index: memory.i32(at(where, o.index)) };
  }

  /** Address of the tree's header node inside of the NativeModule. */
  get #codeMap(): Address | undefined {
    if (this.#map === null) this.#map = attemptOr(undefined, () => this.#findMap());
    return this.#map;
  }

  #findMap(): Address | undefined {
    const { memory, layout } = this.#runtime;
    for (let i = 0; i < layout.wasm.nativeModuleSize; i += 8) {
      const header = at(this.#address, i);
      const isMap = attemptOr(false, () => {
        const root = memory.pointer(at(header, NODE.parent));
        if (root === 0) {
          const isEmpty = memory.pointer(at(header, NODE.left)) === header;
          return isEmpty && this.#isOwn(memory.pointer(memory.pointer(at(header, NEW_CODE.begin))));
        }
        if (memory.pointer(at(root, NODE.parent)) !== header) return false;
        const start = memory.pointer(at(root, NODE.key));
        const code = memory.pointer(at(root, NODE.value));
        return this.#isOwn(code) && memory.pointer(at(code, layout.wasm.code.instructions)) === start;
      });
      if (isMap) return header;
    }
    return undefined;
  }

  #isOwn(code: Address): boolean {
    const { memory, layout } = this.#runtime;
    return code !== 0 && memory.pointer(at(code, layout.wasm.code.nativeModule)) === this.#address;
  }

  /** What the module's bytes say; undefined where they cannot be read. */
  get binary(): WasmBinary | undefined {
    if (this.#binary === null) {
      this.#binary = attemptOr(undefined, () => {
        const bytes = this.#findBytes();
        return bytes && readWasmBinary(bytes);
      });
    }
    return this.#binary;
  }

  /** The module's bytes: a pointer to a vector (address, length) that begins with "\0asm" 1. */
  #findBytes(): Buffer | undefined {
    const { memory, layout } = this.#runtime;
    for (let i = 0; i < layout.wasm.nativeModuleSize; i += 8) {
      const found = attemptOr(undefined, () => {
        const vector = memory.pointer(at(this.#address, i));
        const bytes = memory.pointer(vector);
        const length = Number(memory.u64(at(vector, 8)));
        const isModule = memory.u64(bytes) === 0x0000_0001_6d73_6100n;
        return isModule && length >= 8 && length < MAX_MODULE ? memory.bytes(bytes, length) : undefined;
      });
      if (found) return found;
    }
    return undefined;
  }

  #positionAt(code: WasmCode, offset: number, exact: boolean) {
    const { memory, layout } = this.#runtime;
    const o = layout.wasm.code;
    const size = (field: number) => (Number.isNaN(field) ? 0 : memory.u32(at(code.address, field)));
    const length = size(o.sourcePositionsSize);
    if (length > MAX_TABLE) return undefined;
    const table = at(
      memory.pointer(at(code.address, o.metadata)),
      size(o.protectedSize) + size(o.relocationSize),
    );
    return positionAt(memory.bytes(table, length), layout.code.positionEncoding, offset, !exact);
  }

  #inlined(code: WasmCode, id: number) {
    const { memory, layout } = this.#runtime;
    const o = layout.wasm.code;
    const size = (field: number) => (Number.isNaN(field) ? 0 : memory.u32(at(code.address, field)));
    const { size: stride, caller } = layout.wasm.inliningPosition;
    if (!((id + 1) * stride <= size(o.inliningPositionsSize))) return undefined;
    const record = at(
      memory.pointer(at(code.address, o.metadata)),
      size(o.protectedSize) + size(o.relocationSize) + size(o.sourcePositionsSize) + id * stride,
    );
    return { index: memory.i32(record), caller: decodePosition(Number(memory.u64(at(record, caller)))) };
  }
}

/** What is no character of an identifier of the text format becomes "_" (wasm/names-provider.cc). */
function asIdentifier(name: string): string {
  return name.replace(/[^0-9A-Za-z!#$%&'*+./:<=>?@\\^_`|~-]/gu, '_');
}
