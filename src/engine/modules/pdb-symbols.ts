import {
  type CodeViewSymbol,
  eachRecord,
  isNamed,
  isPublic,
  placeOf,
  symbolAt,
  symbolOf,
} from '../dump/codeview.ts';
import type { PdbFile } from '../dump/pdb.ts';
import type { PeSection } from '../dump/pe.ts';
import { AddressIndex } from './address-index.ts';
import { MAX_LEAF, type PeSymbolTable } from './pe-symbols.ts';
import type { ModuleSymbol, SymbolTable } from './symbols.ts';

const PF_X = 1;
const STT_OBJECT = 1;
const STT_FUNC = 2;
const MAX_WITH_PREFIX = 1 << 18;

/**
 * What a PDB file tells of its image: public symbols, whose names stay in the file, and by address static functions.
 * Where it tells nothing, what the image exports does.
 */
export class PdbSymbolTable implements SymbolTable {
  readonly #pdb: PdbFile;
  readonly #sections: readonly PeSection[];
  readonly #exports: PeSymbolTable;
  readonly #prefixed = new Map<string, CodeViewSymbol[]>();
  /** Prefixes that the next pass over the records looks for. */
  #wanted = new Set<string>();
  /** By address where the records of public symbols are. */
  #addresses: AddressIndex | undefined;

  /** `sections`: of the image, by which the file tells addresses. */
  constructor(pdb: PdbFile, sections: readonly PeSection[], exports: PeSymbolTable) {
    this.#pdb = pdb;
    this.#sections = sections;
    this.#exports = exports;
  }

  /** Names are found by their hashes. */
  prepare(_names: readonly string[], prefixes: readonly string[]): void {
    for (const prefix of prefixes) if (!this.#prefixed.has(prefix)) this.#wanted.add(prefix);
  }

  supply(symbol: ModuleSymbol): void {
    this.#exports.supply(symbol);
  }

  find(name: string): ModuleSymbol | undefined {
    return this.#exports.find(name) ?? this.#symbols(this.#pdb.names.find(name))[0];
  }

  withPrefix(prefix: string): readonly ModuleSymbol[] {
    if (!this.#prefixed.has(prefix)) {
      this.#wanted.add(prefix);
      this.#pass();
    }
    const exported = this.#exports.withPrefix(prefix);
    const named = new Map(this.#symbols(this.#prefixed.get(prefix)!).map((s) => [s.name, s]));
    for (const symbol of exported) named.set(symbol.name, named.get(symbol.name) ?? symbol);
    return [...named.values()];
  }

  covering(value: number): ModuleSymbol | undefined {
    const section = this.#sectionAt(value);
    if (!section) return undefined;
    if ((section.flags & PF_X) === 0) return this.#publicUpTo(value);
    const whole = this.#exports.functionAt(value);
    if (!whole) return this.#leafAt(value);
    const named = this.#publicAt(whole.start);
    if (named) return { ...named, size: whole.end - whole.start };
    return this.#functionAt(whole.start) ?? this.#exports.covering(value);
  }

  /** The function that covers an address, a static one maybe. */
  #functionAt(value: number): ModuleSymbol | undefined {
    const section = this.#sectionAt(value);
    if (!section) return undefined;
    const segment = this.#sections.indexOf(section) + 1;
    const found = this.#pdb.compilands.functionAt(segment, value - section.start);
    return found && this.#symbols([found])[0];
  }

  /** A function that the exception directory does not have: without a record of it, only its begin is known. */
  #leafAt(value: number): ModuleSymbol | undefined {
    const whole = this.#functionAt(value);
    if (whole) return { ...(this.#publicAt(whole.value) ?? whole), size: whole.size };
    if (this.#index().isEmpty) return this.#exports.covering(value);
    const found = this.#publicUpTo(value);
    if (!found || value - found.value >= MAX_LEAF || this.#exports.functionAt(found.value)) return undefined;
    return { ...found, size: Math.min(found.size, MAX_LEAF) };
  }

  #publicAt(value: number): ModuleSymbol | undefined {
    const found = this.#publicUpTo(value);
    return found?.value === value ? found : undefined;
  }

  /** The last public symbol at or before a place of its section. */
  #publicUpTo(value: number): ModuleSymbol | undefined {
    const found = this.#index().upTo(value);
    if (!found || found.address < (this.#sectionAt(value)?.start ?? Number.POSITIVE_INFINITY))
      return undefined;
    const symbol = symbolAt(this.#pdb.records, found.value);
    return symbol && this.#symbols([symbol])[0];
  }

  #index(): AddressIndex {
    return this.#addresses ?? this.#pass();
  }

  /** One pass over the records. */
  #pass(): AddressIndex {
    const wanted = [...this.#wanted].map((prefix) => {
      const found: CodeViewSymbol[] = [];
      this.#prefixed.set(prefix, found);
      return { prefix: Buffer.from(prefix), found };
    });
    this.#wanted = new Set();
    const addresses = this.#addresses ?? new AddressIndex();
    const { records } = this.#pdb;
    eachRecord(records, 0, records.size, (record) => {
      if (!isPublic(record)) return;
      const value = this.#valueOf(placeOf(record));
      if (value === undefined) return;
      if (!this.#addresses) addresses.add(value, record.position);
      for (const { prefix, found } of wanted)
        if (isNamed(record, prefix) && found.length < MAX_WITH_PREFIX) found.push(symbolOf(record));
    });
    this.#addresses = addresses;
    return addresses;
  }

  /** Code whose size is not told goes up to the next public symbol. */
  #symbols(found: readonly CodeViewSymbol[]): ModuleSymbol[] {
    return found.flatMap((symbol) => {
      const value = this.#valueOf(symbol);
      if (value === undefined) return [];
      const section = this.#sections[symbol.segment - 1]!;
      const isCode = (section.flags & PF_X) !== 0;
      const end = Math.min(
        this.#index().after(value) ?? Number.POSITIVE_INFINITY,
        section.start + section.bytes,
      );
      const size = symbol.size === 0 && isCode ? end - value : symbol.size;
      return [{ name: symbol.name, value, size, type: isCode ? STT_FUNC : STT_OBJECT }];
    });
  }

  /** Relative to the image's base; undefined for what is in no section, as absolute symbols. */
  #valueOf({ segment, offset }: Pick<CodeViewSymbol, 'segment' | 'offset'>): number | undefined {
    const section = this.#sections[segment - 1];
    return section && offset < section.bytes ? section.start + offset : undefined;
  }

  #sectionAt(value: number): PeSection | undefined {
    return this.#sections.find((s) => isIn(s, value));
  }
}

function isIn({ start, bytes }: PeSection, value: number): boolean {
  return value >= start && value < start + bytes;
}
