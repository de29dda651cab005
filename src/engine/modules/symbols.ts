import { readBytes } from '../dump/byte-source.ts';
import { type ElfFile, elf, type SectionHeader } from '../dump/elf.ts';

/** A symbol of an ELF file; addresses are link-time (add the module's bias). */
export interface ElfSymbol {
  /** As in the file, mangled. */
  readonly name: string;
  readonly value: number;
  readonly size: number;
  /** ELF64_ST_TYPE: 0 NOTYPE, 1 OBJECT, 2 FUNC, 6 TLS. */
  readonly type: number;
}

const SYM_SIZE = 24;
const STT_SECTION = 3;
const STT_FILE = 4;
const STT_TLS = 6;

/** One symbol section with its strings, as raw bytes; nothing is decoded before it is asked for. */
class Table {
  readonly symbols: Buffer;
  readonly strings: Buffer;
  readonly count: number;
  /** st_name of every symbol, for quick searches. */
  readonly nameOffsets: Uint32Array;

  constructor(file: ElfFile, section: SectionHeader) {
    const strings = file.sections[section.link];
    this.symbols = readBytes(file.source, section.offset, section.size);
    this.strings = strings ? readBytes(file.source, strings.offset, strings.size) : Buffer.alloc(0);
    this.count = Math.floor(this.symbols.length / SYM_SIZE);
    this.nameOffsets = new Uint32Array(this.count);
    for (let i = 0; i < this.count; i++) this.nameOffsets[i] = this.symbols.readUInt32LE(i * SYM_SIZE);
  }

  at(index: number): ElfSymbol {
    const o = index * SYM_SIZE;
    return {
      name: this.name(index),
      type: this.symbols[o + 4]! & 15,
      value: this.value(index),
      size: this.symbols.readUInt32LE(o + 16) + this.symbols.readUInt32LE(o + 20) * 0x1_0000_0000,
    };
  }

  value(index: number): number {
    const o = index * SYM_SIZE;
    return this.symbols.readUInt32LE(o + 8) + this.symbols.readUInt32LE(o + 12) * 0x1_0000_0000;
  }

  name(index: number): string {
    const start = this.symbols.readUInt32LE(index * SYM_SIZE);
    const end = this.strings.indexOf(0, start);
    return this.strings.toString('latin1', start, end < 0 ? this.strings.length : end);
  }

  type(index: number): number {
    return this.symbols[index * SYM_SIZE + 4]! & 15;
  }

  isDefined(index: number): boolean {
    return this.symbols.readUInt16LE(index * SYM_SIZE + 6) !== 0;
  }
}

/** The symbols of .symtab and .dynsym of one ELF file: by name, by prefix, by address. */
export class SymbolTable {
  readonly #tables: readonly Table[];
  /** Sorted `value * 2^20 + index` per table, made at the first look-up by address. */
  #byAddress: readonly Float64Array[] | undefined;

  constructor(file: ElfFile) {
    // .symtab first: it holds all of .dynsym's names and the local ones, but stripped files lack it.
    this.#tables = [elf.SHT_SYMTAB, elf.SHT_DYNSYM]
      .map((type) => file.sections.find((s) => s.type === type))
      .filter((s) => s !== undefined)
      .map((s) => new Table(file, s));
  }

  /** The defined symbol of exactly this name. */
  find(name: string): ElfSymbol | undefined {
    const bytes = Buffer.from(`${name}\0`, 'latin1');
    for (const table of this.#tables) {
      for (let at = table.strings.indexOf(bytes); at >= 0; at = table.strings.indexOf(bytes, at + 1)) {
        // Linkers merge tails: the hit may lie inside a longer name and still be some symbol's own.
        const index = indexWithName(table, at);
        if (index >= 0) return table.at(index);
      }
    }
    return undefined;
  }

  /** All defined symbols whose names start with one of the prefixes. */
  withPrefix(...prefixes: string[]): ElfSymbol[] {
    const seen = new Set<string>();
    const result: ElfSymbol[] = [];
    for (const table of this.#tables) {
      // Names are few beside symbols: find the wanted strings first.
      const offsets = new Set<number>();
      for (const prefix of prefixes) {
        const bytes = Buffer.from(prefix, 'latin1');
        for (let at = table.strings.indexOf(bytes); at >= 0; at = table.strings.indexOf(bytes, at + 1)) {
          offsets.add(at);
        }
      }
      for (let i = 0; i < table.count; i++) {
        if (!offsets.has(table.nameOffsets[i]!) || !table.isDefined(i)) continue;
        const symbol = table.at(i);
        if (!seen.has(symbol.name)) result.push(symbol);
        seen.add(symbol.name);
      }
    }
    return result;
  }

  /** The symbol that covers `value`; without `exact`, also the nearest one before it that has no size. */
  covering(value: number, exact = false): ElfSymbol | undefined {
    this.#byAddress ??= this.#tables.map(sortByAddress);
    for (const [t, sorted] of this.#byAddress.entries()) {
      const table = this.#tables[t]!;
      let low = 0;
      let high = sorted.length;
      const key = (value + 1) * INDEX_RANGE;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (sorted[middle]! < key) low = middle + 1;
        else high = middle;
      }
      // Aliases and nested symbols: look at a few before giving up.
      for (let i = low - 1; i >= 0 && i >= low - 8; i--) {
        const symbol = table.at(sorted[i]! % INDEX_RANGE);
        if (value < symbol.value + symbol.size) return symbol;
        if (symbol.size === 0 && !exact && i === low - 1) return symbol;
      }
    }
    return undefined;
  }
}

const INDEX_RANGE = 2 ** 20;

function sortByAddress(table: Table): Float64Array {
  const keys = new Float64Array(table.count);
  let n = 0;
  for (let i = 0; i < table.count && i < INDEX_RANGE; i++) {
    const type = table.type(i);
    const value = table.value(i);
    if (!table.isDefined(i) || type === STT_SECTION || type === STT_FILE || type === STT_TLS) continue;
    if (value === 0 || value >= 2 ** 33) continue;
    keys[n++] = value * INDEX_RANGE + i;
  }
  return keys.subarray(0, n).sort();
}

function indexWithName(table: Table, offset: number): number {
  for (let i = table.nameOffsets.indexOf(offset); i >= 0; i = table.nameOffsets.indexOf(offset, i + 1)) {
    if (table.isDefined(i)) return i;
  }
  return -1;
}
