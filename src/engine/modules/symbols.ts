/** A symbol of a module; addresses are link-time (add the module's bias). */
export interface ModuleSymbol {
  /** As in the file, mangled. */
  readonly name: string;
  readonly value: number;
  readonly size: number;
  /** ELF64_ST_TYPE: 0 NOTYPE, 1 OBJECT, 2 FUNC, 6 TLS. */
  readonly type: number;
}

/** The symbols of a module: by name, by prefix, by address. */
export interface SymbolTable {
  /** Looks for these names and prefixes at once, where `find` and `withPrefix` would search for each. */
  prepare(names: readonly string[], prefixes: readonly string[]): void;
  /** Has the table tell a symbol that the file does not have. */
  supply(symbol: ModuleSymbol): void;
  /** The defined symbol of exactly this name. */
  find(name: string): ModuleSymbol | undefined;
  /** All defined symbols whose names start with the prefix, one for each name. */
  withPrefix(prefix: string): readonly ModuleSymbol[];
  /** The symbol that covers `value`; without `exact`, also the nearest one before it that has no size. */
  covering(value: number, exact?: boolean): ModuleSymbol | undefined;
}
