import { attemptOr } from '../absence.ts';
import { type Address, address, at } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import type { Module } from '../modules/module.ts';
import { partitionPoint } from '../partition-point.ts';
import { symbolNames, symbolPrefixes } from './layout/symbol-names.ts';
import { BUILTIN_METADATA_SIZE } from './layout/table-layout.ts';

/** An embedded builtin: its code is a piece of the executable, maybe run from a copy elsewhere. */
export interface Builtin {
  /** v8::internal::Builtin number; -1 if only the symbol is known. */
  readonly id: number;
  /** "ArrayMap", "InterpreterEntryTrampoline", "LdaZeroHandler", ... */
  readonly name: string;
  /** Address in the executable's own image, and length of the instructions in bytes. */
  readonly start: Address;
  readonly size: number;
}

/** Bytes of the last builtin at most, where no symbol tells. */
const MAX_LAST = 0x1000;

/** The embedded builtins of an executable: by id, by name, by exact address. */
export class BuiltinTable {
  /** By id; empty where the executable is stripped. */
  readonly byId: readonly (Builtin | undefined)[];
  readonly #sorted: readonly Builtin[];
  readonly #byName = new Map<string, Builtin>();

  /** `entriesOf` tells the addresses of so many builtins by their ids where the executable has no symbols of them. */
  constructor(
    module: Module,
    memory: Memory,
    entriesOf: (count: number) => readonly Address[] | undefined = () => undefined,
  ) {
    const prefix = symbolPrefixes.builtins;
    const symbols = module.symbols?.withPrefix(prefix) ?? [];
    const byName = new Map(symbols.map((s) => [s.name.slice(prefix.length), s]));
    const names = builtinNames(module, memory);
    const told = names.filter((name) => byName.has(name)).length;
    const entries = told < names.length / 2 ? entriesOf(names.length) : undefined;
    this.byId = entries
      ? fromEntries(names, entries)
      : names.map((name, id) => {
          const symbol = byName.get(name);
          return symbol && { id, name, start: module.addressOfSymbol(symbol), size: symbol.size };
        });
    const all: Builtin[] = this.byId.filter((b) => b !== undefined);
    const known = new Set(names);
    for (const [name, symbol] of byName) {
      if (known.has(name) || symbol.size === 0) continue;
      all.push({ id: -1, name, start: module.addressOfSymbol(symbol), size: symbol.size });
    }
    this.#sorted = all.sort((a, b) => a.start - b.start);
    for (const builtin of all) this.#byName.set(builtin.name, builtin);
  }

  /** The builtin that covers an address of the executable's own image. */
  at(pc: Address): Builtin | undefined {
    const before = partitionPoint(this.#sorted.length, (n) => this.#sorted[n]!.start <= pc);
    const builtin = this.#sorted[before - 1];
    return builtin && pc < builtin.start + builtin.size ? builtin : undefined;
  }

  named(name: string): Builtin | undefined {
    return this.#byName.get(name);
  }
}

/** Builtins lie one behind the other: each ends where the next one begins, but for what fills the gap. */
function fromEntries(names: readonly string[], entries: readonly Address[]): Builtin[] {
  const sorted = [...entries].sort((a, b) => a - b);
  const end = new Map(sorted.map((start, i) => [start, sorted[i + 1] ?? start + MAX_LAST]));
  return names.map((name, id) => {
    const start = entries[id]!;
    return { id, name, start, size: end.get(start)! - start };
  });
}

function builtinNames(module: Module, memory: Memory): string[] {
  const symbol =
    module.symbols?.find(symbolNames.localBuiltinMetadata) ??
    module.symbols?.find(symbolNames.builtinMetadata);
  if (!symbol) return [];
  const start = module.addressOfSymbol(symbol);
  const names: string[] = [];
  for (let i = 0; (i + 1) * BUILTIN_METADATA_SIZE <= symbol.size; i++) {
    const slot = at(start, i * BUILTIN_METADATA_SIZE);
    const text = memory.has(slot, 8) ? memory.pointer(slot) : address(0);
    names.push(attemptOr('', () => memory.cString(text, 128)));
  }
  return names;
}
