import { readBytes } from '../dump/byte-source.ts';
import { type ElfFile, elf, type SectionHeader } from '../dump/elf.ts';
import { StringSection } from './string-section.ts';
import type { ModuleSymbol, SymbolTable } from './symbols.ts';

const SYM_SIZE = 24;
const SYM_WORDS = SYM_SIZE / 4;
const STT_SECTION = 3;
const STT_FILE = 4;
const STT_TLS = 6;

/** One symbol section as raw bytes, with its strings; nothing is decoded before it is asked for. */
class Table {
  readonly strings: StringSection;
  readonly #bytes: Buffer;
  /** The entries as 32-bit words: st_name, info and section, value (2), size (2). */
  readonly #words: Uint32Array;
  readonly count: number;
  /** By offset of the name: whether it is one of a mapping symbol. */
  readonly #mappings = new Map<number, boolean>();

  constructor(file: ElfFile, section: SectionHeader) {
    this.strings = new StringSection(file.source, file.sections[section.link]);
    const bytes = readBytes(file.source, section.offset, section.size);
    this.count = Math.floor(bytes.length / SYM_SIZE);
    this.#bytes = bytes.byteOffset % 4 === 0 ? bytes : Buffer.from(Uint8Array.from(bytes).buffer);
    this.#words = new Uint32Array(this.#bytes.buffer, this.#bytes.byteOffset, this.count * SYM_WORDS);
  }

  /** The first defined symbol at each of these offsets of names, in the table's order. */
  named(names: ReadonlyMap<number, string>): Map<number, ModuleSymbol> {
    const result = new Map<number, ModuleSymbol>();
    // Most symbols are none of them, which is seen without a look-up.
    const near = new Uint8Array(1 << 16);
    for (const offset of names.keys()) near[offset & 0xffff] = 1;
    for (let i = 0; i < this.count && result.size < names.size; i++) {
      const offset = this.#words[i * SYM_WORDS]!;
      if (near[offset & 0xffff] === 0) continue;
      const name = names.get(offset);
      if (name !== undefined && !result.has(offset) && this.isDefined(i)) {
        result.set(offset, this.at(i, name));
      }
    }
    return result;
  }

  at(index: number, name = this.name(index)): ModuleSymbol {
    return {
      name,
      type: this.type(index),
      value: this.value(index),
      size: this.size(index),
    };
  }

  value(index: number): number {
    const o = index * SYM_WORDS;
    return this.#words[o + 2]! + this.#words[o + 3]! * 0x1_0000_0000;
  }

  size(index: number): number {
    const o = index * SYM_WORDS;
    return this.#words[o + 4]! + this.#words[o + 5]! * 0x1_0000_0000;
  }

  type(index: number): number {
    return this.#bytes[index * SYM_SIZE + 4]! & 15;
  }

  isDefined(index: number): boolean {
    return this.#words[index * SYM_WORDS + 1]! >>> 16 !== 0;
  }

  name(index: number): string {
    return this.strings.at(this.#words[index * SYM_WORDS]!);
  }

  /**
   * True for the mapping symbols of AArch64 ($x, $d: ELF for the Arm 64-bit Architecture, 5.5.4): local ones without
   * type and size, which tell code from data and are no names.
   */
  isMapping(index: number): boolean {
    if (this.#bytes[index * SYM_SIZE + 4] !== 0 || this.size(index) !== 0) return false;
    const offset = this.#words[index * SYM_WORDS]!;
    let isMapping = this.#mappings.get(offset);
    if (isMapping === undefined) {
      isMapping = /^\$[xd](\.|$)/.test(this.strings.at(offset));
      this.#mappings.set(offset, isMapping);
    }
    return isMapping;
  }
}

/** The symbols of one ELF file, of .symtab or else .dynsym. */
export class ElfSymbolTable implements SymbolTable {
  readonly #table: Table | undefined;
  readonly #found = new Map<string, ModuleSymbol | undefined>();
  readonly #prefixed = new Map<string, readonly ModuleSymbol[]>();
  #byAddress: AddressIndex | undefined;

  constructor(file: ElfFile) {
    // .symtab holds all of .dynsym's names and the local ones, but stripped files lack it.
    const section =
      file.sections.find((s) => s.type === elf.SHT_SYMTAB && s.size > 0) ??
      file.sections.find((s) => s.type === elf.SHT_DYNSYM);
    this.#table = section && new Table(file, section);
  }

  /** One pass over the strings. */
  prepare(names: readonly string[], prefixes: readonly string[]): void {
    const table = this.#table;
    if (!table) return;
    const found = table.strings.search([...names.map((name) => `${name}\0`), ...prefixes]);
    const symbols = table.named(new Map(found.flatMap((strings) => [...strings])));
    for (const [i, name] of names.entries()) {
      // Linkers merge tails: the string may be the end of a longer one, and no symbol's own.
      const offset = [...found[i]!.keys()].find((at) => symbols.has(at));
      this.#found.set(name, offset === undefined ? undefined : symbols.get(offset));
    }
    for (const [i, prefix] of prefixes.entries()) {
      const strings = found[names.length + i]!;
      this.#prefixed.set(
        prefix,
        [...symbols].filter(([at]) => strings.has(at)).map(([, symbol]) => symbol),
      );
    }
  }

  supply(symbol: ModuleSymbol): void {
    this.#found.set(symbol.name, symbol);
  }

  find(name: string): ModuleSymbol | undefined {
    if (!this.#found.has(name)) this.prepare([name], []);
    return this.#found.get(name);
  }

  withPrefix(prefix: string): readonly ModuleSymbol[] {
    if (!this.#prefixed.has(prefix)) this.prepare([], [prefix]);
    return this.#prefixed.get(prefix) ?? [];
  }

  covering(value: number, exact = false): ModuleSymbol | undefined {
    if (!this.#table) return undefined;
    this.#byAddress ??= new AddressIndex(this.#table);
    return this.#byAddress.covering(value, exact);
  }
}

const BUCKET_SHIFT = 12;
const MAX_BUCKETS = 1 << 20;
/** Aliases and nested symbols: so many starts before an address are looked at. */
const MAX_CANDIDATES = 8;
/** Furthest that a symbol's start is looked for, in buckets: 4 MiB. */
const MAX_BUCKETS_BACK = 1024;

/** Symbols by the 4 KiB bucket that their address lies in: cheaper to make than a sorted list. */
class AddressIndex {
  readonly #table: Table;
  readonly #first: number;
  /** Index of a bucket's first symbol, or -1. */
  readonly #heads: Int32Array;
  /** Index of the next symbol in the same bucket, or -1. */
  readonly #next: Int32Array;

  constructor(table: Table) {
    this.#table = table;
    let low = Number.POSITIVE_INFINITY;
    let high = 0;
    const buckets = new Float64Array(table.count);
    for (let i = 0; i < table.count; i++) {
      const bucket = isPlace(table, i) ? Math.floor(table.value(i) / (1 << BUCKET_SHIFT)) : -1;
      buckets[i] = bucket;
      if (bucket >= 0 && bucket < low) low = bucket;
      if (bucket > high) high = bucket;
    }
    this.#first = low;
    const count = high >= low ? Math.min(high - low + 1, MAX_BUCKETS) : 0;
    this.#heads = new Int32Array(count).fill(-1);
    this.#next = new Int32Array(table.count);
    for (let i = 0; i < table.count; i++) {
      const bucket = buckets[i]! - low;
      if (buckets[i]! < 0 || bucket >= count) continue;
      this.#next[i] = this.#heads[bucket]!;
      this.#heads[bucket] = i;
    }
  }

  covering(value: number, exact: boolean): ModuleSymbol | undefined {
    const table = this.#table;
    const start = Math.floor(value / (1 << BUCKET_SHIFT)) - this.#first;
    let seen = 0;
    for (let bucket = start; bucket >= 0 && bucket > start - MAX_BUCKETS_BACK; bucket--) {
      const candidates = this.#before(bucket, value);
      for (const index of candidates) {
        if (seen++ >= MAX_CANDIDATES) return undefined;
        if (value < table.value(index) + table.size(index)) return table.at(index);
        if (table.size(index) === 0 && !exact && seen === 1) return table.at(index);
      }
    }
    return undefined;
  }

  /** Symbols of a bucket that start at or before `value`, nearest first. */
  #before(bucket: number, value: number): number[] {
    const table = this.#table;
    const result: number[] = [];
    for (let i = this.#heads[bucket] ?? -1; i >= 0; i = this.#next[i]!)
      if (table.value(i) <= value) result.push(i);
    return result.sort((a, b) => table.value(b) - table.value(a) || b - a);
  }
}

/** True if the symbol names a place in memory. */
function isPlace(table: Table, index: number): boolean {
  const type = table.type(index);
  return (
    table.isDefined(index) &&
    type !== STT_SECTION &&
    type !== STT_FILE &&
    type !== STT_TLS &&
    table.value(index) !== 0 &&
    !table.isMapping(index)
  );
}
