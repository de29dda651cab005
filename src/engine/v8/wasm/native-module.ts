import { attemptOr } from '../../absence.ts';
import { type Address, at } from '../../address.ts';
import { decodePosition, positionAt } from '../frames/source-position-table.ts';
import type { V8Runtime } from '../runtime.ts';
import { CodeMap } from './code-map.ts';
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

const MAX_INLINED = 64;
const MAX_TABLE = 1 << 24;
const MAX_MODULE = 1 << 30;
/** Bytes of one function's code. */
const MAX_CODE = 1 << 28;

/**
 * The code of one WebAssembly module (wasm::NativeModule). Its members are found by what they look like: the
 * map of code by address (`CodeMap`) whose values point back here, and the module's bytes by
 * their magic number.
 */
export class NativeModule {
  readonly #runtime: V8Runtime;
  readonly #address: Address;
  #map: CodeMap | undefined | null = null;
  #binary: WasmBinary | undefined | null = null;

  constructor(runtime: V8Runtime, where: Address) {
    this.#runtime = runtime;
    this.#address = where;
  }

  /** The code that has `pc`; undefined if none of this module does. */
  codeAt(pc: Address): WasmCode | undefined {
    return attemptOr(undefined, () => {
      const map = this.#codeMap;
      const placed = map?.upTo(pc);
      const found = placed === undefined ? undefined : this.#codeOf(placed, pc);
      if (found || !map) return found;
      for (const where of map.newCode()) {
        const code = this.#codeOf(where, pc);
        if (code) return code;
      }
      return undefined;
    });
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

  get #codeMap(): CodeMap | undefined {
    if (this.#map === null) this.#map = this.#findMap();
    return this.#map;
  }

  #findMap(): CodeMap | undefined {
    const { memory, layout } = this.#runtime;
    const { code, codeMap, nativeModuleSize } = layout.wasm;
    for (let i = 0; i < nativeModuleSize; i += 8) {
      const map = attemptOr(undefined, () => new CodeMap(memory, codeMap, at(this.#address, i)));
      const isMap = map?.isOne((where, start) => {
        if (!this.#isOwn(where)) return false;
        const instructions = memory.pointer(at(where, code.instructions));
        const size = memory.u32(at(where, code.instructionsSize));
        return (
          size <= MAX_CODE &&
          memory.regionAt(instructions) !== undefined &&
          (start ?? instructions) === instructions
        );
      });
      if (isMap) return map;
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
