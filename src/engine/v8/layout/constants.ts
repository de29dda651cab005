import type { Memory } from '../../memory/memory.ts';
import type { Module } from '../../modules/module.ts';
import { symbolPrefixes } from './symbol-names.ts';
import type { NodeLine } from './version.ts';
import { nodeLines } from './version.ts';

/**
 * How sure we are of a layout constant. confirmed: a symbol of the executable gives it. derived: it was
 * computed from, or checked against, this dump. guessed: it comes from a table that was measured on the
 * official build of the same release line.
 */
export type Provenance = 'confirmed' | 'derived' | 'guessed';

/** One value for all lines, or one per line in the order of `nodeLines` (undefined: the line has none). */
export type PerLine = number | readonly [number, number, number, number, number];

/** Marks "not in this line" inside a PerLine row. */
export const none = Number.NaN;

/**
 * Where layout constants come from: the debug symbols that V8 and Node put into the executable
 * (`v8dbg_*`: V8's tools/gen-postmortem-metadata.py, `nodedbg_*`: Node's src/node_postmortem_metadata.cc),
 * then the table beside each request. Every constant that is handed out is recorded with its provenance.
 */
export class Constants {
  readonly line: NodeLine;
  /** Constant names in the order of first use. */
  readonly provenance = new Map<string, Provenance>();
  readonly #symbols: ReadonlyMap<string, number>;
  readonly #column: number;

  constructor(line: NodeLine, symbols: ReadonlyMap<string, number>) {
    this.line = line;
    this.#symbols = symbols;
    this.#column = nodeLines.indexOf(line);
  }

  /** Field offset `class.field` from `v8dbg_class_<class>__<field>__<type>`, else from the table. */
  field(name: string, table: PerLine): number {
    return this.#record(name, this.#symbols.get(name), table);
  }

  /** A plain symbol (`v8dbg_` or `nodedbg_` name), else the table. */
  constant(symbol: string, table: PerLine): number {
    return this.#record(symbol.replace(/^(v8|node)dbg_/, ''), this.#symbols.get(symbol), table);
  }

  /** A constant for which there is no symbol in any line. */
  table(name: string, table: PerLine): number {
    return this.#record(name, undefined, table);
  }

  /** What a table says for this line; not recorded. */
  known(table: PerLine): number {
    return typeof table === 'number' ? table : table[this.#column]!;
  }

  /** The value of a symbol, or undefined; not recorded. */
  symbol(name: string): number | undefined {
    return this.#symbols.get(name);
  }

  symbols(): IterableIterator<[string, number]> {
    return this.#symbols.entries();
  }

  /** Records a constant that was computed from the dump, or a check of one that came from the table. */
  derived(name: string): void {
    if (this.provenance.get(name) !== 'confirmed') this.provenance.set(name, 'derived');
  }

  #record(name: string, symbol: number | undefined, table: PerLine): number {
    if (symbol !== undefined) {
      this.provenance.set(name, 'confirmed');
      return symbol;
    }
    const value = this.known(table);
    if (!Number.isNaN(value) && !this.provenance.has(name)) this.provenance.set(name, 'guessed');
    return value;
  }
}

/**
 * Values of all `v8dbg_*` and `nodedbg_*` symbols: under their full names, and class fields also as
 * `Class.field` and instance types also as `type:NAME`, since class and C++ type are part of the symbol's
 * name and change between versions. Node fills nodedbg_* at start-up, so all are read from the dump.
 */
export function readDebugSymbols(module: Module, memory: Memory): Map<string, number> {
  const result = new Map<string, number>();
  const prefixes = [symbolPrefixes.debug, symbolPrefixes.nodeDebug];
  for (const symbol of prefixes.flatMap((prefix) => module.symbols?.withPrefix(prefix) ?? [])) {
    const at = module.addressOfSymbol(symbol);
    if (!memory.has(at, symbol.size === 8 ? 8 : 4)) continue;
    const value = memory.i32(at);
    result.set(symbol.name, value);
    const field = /^v8dbg_class_([A-Za-z0-9]+)__(.+?)__/.exec(symbol.name);
    if (field) result.set(`${field[1]}.${field[2]}`, value);
    const type = /^v8dbg_type_[A-Za-z0-9_]+?__([A-Z0-9_]+)_TYPE$/.exec(symbol.name);
    if (type) result.set(`type:${type[1]}`, value);
  }
  return result;
}
