import { attemptOr } from '../absence.ts';
import type { Address } from '../address.ts';
import { demangle } from '../modules/demangle.ts';
import type { Module } from '../modules/module.ts';
import { ModuleMap } from '../modules/module-map.ts';
import { short } from './objects.ts';

/** Names functions of native code. */
export class NativeFunctions {
  readonly #modules: ModuleMap;

  constructor(modules: readonly Module[]) {
    this.#modules = new ModuleMap(modules);
  }

  /**
   * The demangled name, or file and offset where there is no symbol; undefined for what is no code of a
   * module.
   */
  nameAt(code: Address): string | undefined {
    return attemptOr(undefined, () => {
      const module = this.#modules.at(code);
      const link = module?.linkAddressOf(code);
      if (!module || link === undefined) return undefined;
      const symbol = module.symbols?.covering(link);
      if (symbol) return short(demangle(symbol.name));
      const file = module.path.split(/[\\/]/).at(-1) ?? module.path;
      return `${file}+0x${(code - module.start).toString(16)}`;
    });
  }
}
