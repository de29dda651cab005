import type { Memory } from '../../memory/memory.ts';
import type { Module } from '../../modules/module.ts';
import { address } from '../../address.ts';

/** interpreter::Bytecodes::kBytecodeSizes: uint8_t[3 operand scales][bytecode count] (interpreter/bytecodes.h). */
const SYMBOL = '_ZN2v88internal11interpreter9Bytecodes14kBytecodeSizesE';

/** Prefix bytecodes, the first four in every line: Wide, ExtraWide, DebugBreakWide, DebugBreakExtraWide. */
const PREFIXES = 4;

/** Lengths of bytecodes, from the table in the executable. */
export class BytecodeSizes {
  readonly #table: Uint8Array;
  readonly #count: number;

  private constructor(table: Uint8Array) {
    this.#table = table;
    this.#count = table.length / 3;
  }

  static of(module: Module, memory: Memory): BytecodeSizes | undefined {
    const symbol = module.symbols?.find(SYMBOL);
    if (!symbol || symbol.size === 0 || symbol.size > 3 * 256 || symbol.size % 3 !== 0) return undefined;
    const at = address(symbol.value + module.bias);
    return memory.has(at, symbol.size) ? new BytecodeSizes(memory.bytes(at, symbol.size)) : undefined;
  }

  /** Length of the instruction at `offset`, with its prefix; 0 if it is no bytecode. */
  at(bytecodes: Uint8Array, offset: number): number {
    const first = bytecodes[offset];
    if (first === undefined || first >= this.#count) return 0;
    if (first >= PREFIXES) return this.#table[first]!;
    const scale = 1 + (first & 1);
    const second = bytecodes[offset + 1];
    return second === undefined || second >= this.#count ? 0 : 1 + this.#table[scale * this.#count + second]!;
  }
}
