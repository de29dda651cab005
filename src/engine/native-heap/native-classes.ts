import { type Address, address } from '../address.ts';
import { demangle } from '../modules/demangle.ts';
import type { Module } from '../modules/module.ts';
import type { ModuleMap } from '../modules/module-map.ts';

/** Bytes of a vtable before what objects point to (Itanium C++ ABI, "Virtual Table Components"). */
const BEFORE = 16;

/** Tells classes of C++ objects by the vtable that their first word leads to. */
export class NativeClasses {
  readonly #modules: ModuleMap;
  /** By vtable address. */
  readonly #names = new Map<number, string | undefined>();

  constructor(modules: ModuleMap) {
    this.#modules = modules;
  }

  /** Name of the class of an object that begins with this word; undefined if that leads to no vtable with a name. */
  nameOf(word: number): string | undefined {
    if (word === 0 || word % 8 !== 0) return undefined;
    let name = this.#names.get(word);
    if (name === undefined && !this.#names.has(word)) {
      name = this.#find(address(word));
      this.#names.set(word, name);
    }
    return name;
  }

  #find(vtable: Address): string | undefined {
    const module: Module | undefined = this.#modules.at(vtable);
    const link = module?.linkAddressOf(vtable);
    if (module === undefined || link === undefined) return undefined;
    const symbol = module.symbols?.covering(link - BEFORE, true);
    if (symbol?.name.startsWith('_ZTV') !== true) return undefined;
    return demangle(symbol.name).replace(/^vtable for /, '');
  }
}
