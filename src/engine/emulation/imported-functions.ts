import { attemptOr } from '../absence.ts';
import { type Address, address, at } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import type { Imports, Module } from '../modules/module.ts';
import { importedSlots } from './import-directory.ts';
import type { InstructionSet } from './processor.ts';

/** Tags of the dynamic section (System V gABI, "Dynamic Section"). */
const Tag = { end: 0, pltSize: 2, strings: 5, symbols: 6, rela: 7, relaSize: 8, plt: 23 } as const;
/**
 * Relocations GLOB_DAT and JUMP_SLOT, of slots that hold addresses of functions (x86-64 psABI, table 4.9; ELF for the
 * Arm 64-bit Architecture, 5.7.13).
 */
const slotRelocations: Readonly<Record<InstructionSet, readonly number[]>> = {
  x64: [6, 7],
  arm64: [1025, 1026],
};
/** Bytes and words of an Elf64_Rela, bytes of an Elf64_Sym. */
const RELA = 24;
const RELA_WORDS = RELA / 4;
const SYMBOL = 24;
const MAX_ENTRIES = 256;
const MAX_RELOCATIONS = 64 << 20;
const MAX_NAME = 200;

/** A module, as other threads can be told of it. */
export interface ModulePlace {
  readonly instructionSet: InstructionSet;
  /** Where it begins, and by how much its addresses are moved against those of its file. */
  readonly start: Address;
  readonly bias: number;
  readonly imports: Imports | undefined;
}

export function placeOf({ start, bias, imports }: Module, instructionSet: InstructionSet): ModulePlace {
  return { instructionSet, start, bias, imports };
}

/** The functions of other modules that a module calls, by the slots in memory that hold their addresses. */
export class ImportedFunctions {
  readonly #module: ModulePlace;
  readonly #memory: Memory;
  readonly #dynamic = new Map<number, number>();

  constructor(module: ModulePlace, memory: Memory) {
    this.#module = module;
    this.#memory = memory;
    const { imports } = module;
    if (imports?.kind === 'dynamic-section') attemptOr(undefined, () => this.#readDynamic(imports.at));
  }

  /** Addresses of slots, each with the name of the function whose address belongs there. */
  slots(): [slot: number, name: string][] {
    const { imports, start } = this.#module;
    if (imports?.kind === 'import-directory') return importedSlots(this.#memory, start, imports.at);
    return attemptOr([], () => [
      ...this.#table(Tag.plt, Tag.pltSize),
      ...this.#table(Tag.rela, Tag.relaSize),
    ]);
  }

  #readDynamic(start: Address): void {
    for (let n = 0; n < MAX_ENTRIES; n++) {
      const tag = this.#memory.pointer(at(start, 16 * n));
      if (tag === Tag.end) return;
      if (!this.#dynamic.has(tag)) this.#dynamic.set(tag, this.#memory.pointer(at(start, 16 * n + 8)));
    }
  }

  *#table(tag: number, sizeTag: number): Generator<[number, string]> {
    const start = this.#address(tag);
    const symbols = this.#address(Tag.symbols);
    const strings = this.#address(Tag.strings);
    const bytes = this.#dynamic.get(sizeTag) ?? 0;
    if (start === undefined || symbols === undefined || strings === undefined) return;
    if (bytes > MAX_RELOCATIONS) return;
    const types = slotRelocations[this.#module.instructionSet];
    const words = new Uint32Array(Math.floor(bytes / RELA) * RELA_WORDS);
    this.#memory.copy(start, new Uint8Array(words.buffer));
    for (let r = 0; r < words.length; r += RELA_WORDS) {
      if (!types.includes(words[r + 2]!)) continue;
      const slot = words[r]! + words[r + 1]! * 0x1_0000_0000 + this.#module.bias;
      const name = this.#memory.u32(at(symbols, SYMBOL * words[r + 3]!));
      yield [slot, this.#memory.cString(at(strings, name), MAX_NAME)];
    }
  }

  /** Loaders write addresses over the offsets of libraries, or leave them as they are. */
  #address(tag: number): Address | undefined {
    const value = this.#dynamic.get(tag);
    if (value === undefined) return undefined;
    return address(value < this.#module.start ? value + this.#module.bias : value);
  }
}
