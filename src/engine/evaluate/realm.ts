import { type Intrinsic, intrinsicAt } from './builtins/registry.ts';
import { typedArrays } from './elements.ts';
import type { Heap } from './heap.ts';
import type { Machine } from './machine.ts';
import {
  type Call,
  DumpObject,
  type Key,
  MadeFunction,
  type Operand,
  type Reference,
  type Slot,
  Sym,
} from './operand.ts';

const typedArrayNames: ReadonlySet<string> = new Set(Object.keys(typedArrays));

/** Prototypes that no global names: the objects that they inherit from, where such a global exists. */
const parents: Readonly<Record<string, string>> = {
  'Array Iterator': 'Iterator',
  'Map Iterator': 'Iterator',
  'Set Iterator': 'Iterator',
  'String Iterator': 'Iterator',
  'RegExp String Iterator': 'Iterator',
  'Iterator Helper': 'Iterator',
};

/**
 * The globals of the dump's language, from which literals and results take their prototypes, as they are in
 * the dump: a replaced Array.prototype.map is seen as replaced.
 */
export class Realm {
  readonly #heap: Heap;
  readonly #machine: Machine;
  readonly #prototypes = new Map<string, DumpObject | null>();
  readonly #symbols = new Map<string, Sym>();
  readonly #fallbacks = new Map<string, MadeFunction>();

  constructor(heap: Heap, machine: Machine) {
    this.#heap = heap;
    this.#machine = machine;
  }

  get global(): DumpObject | undefined {
    const { environment } = this.#heap;
    const value = environment.globalObject ?? environment.lookup('globalThis');
    const operand = value && this.#heap.operand(value);
    return operand instanceof DumpObject ? operand : undefined;
  }

  /** `prototype` of the global `className`; null if the dump does not offer it. */
  prototype(className: string): Reference | null {
    const name = parents[className] ?? className;
    let prototype = this.#prototypes.get(name);
    if (prototype === undefined) {
      const found = this.#member(this.#member(this.global, name), 'prototype');
      prototype = found instanceof DumpObject ? found : null;
      // Up to Node 20 there is no global Iterator, and iterators have no helpers.
      if (!prototype && name === 'Iterator' && this.global)
        prototype = this.prototype('Object') as DumpObject;
      this.#prototypes.set(name, prototype);
    }
    return prototype;
  }

  /** The well-known symbol Symbol.<name>: the dump's, or one of our own where the dump offers none. */
  symbol(name: string): Sym {
    let symbol = this.#symbols.get(name);
    if (!symbol) {
      const found = this.#member(this.#member(this.global, 'Symbol'), name);
      symbol = found instanceof Sym ? found : new Sym(`Symbol.${name}`, undefined);
      this.#symbols.set(name, symbol);
    }
    return symbol;
  }

  #member(object: Operand, key: string): Operand {
    return object instanceof DumpObject ? this.#heap.own(object, key)?.value : undefined;
  }

  /** The language's own method, for objects whose prototype the dump does not offer. */
  fallback(className: string, key: Key): Slot | undefined {
    const name = typeof key === 'string' ? `.${key}` : `[${key.description}]`;
    const parent = parents[className] ?? (typedArrayNames.has(className) ? 'TypedArray' : 'Object');
    for (const owner of [className, parent, 'Object']) {
      const path = `${owner}.prototype${name}`;
      const intrinsic = intrinsicAt(path);
      if (!intrinsic) continue;
      if (!intrinsic.get) return { value: this.#function(path, intrinsic), enumerable: false };
      return { value: undefined, enumerable: false, accessor: { get: this.#function(path, intrinsic) } };
    }
    return undefined;
  }

  #function(path: string, intrinsic: Intrinsic): MadeFunction {
    let fn = this.#fallbacks.get(path);
    if (!fn) {
      const name = path.slice(path.lastIndexOf('.') + 1);
      const source = `function ${name}() { [native code] }`;
      const { get, run } = intrinsic;
      const machine = this.#machine;
      const call: Call = function* (self, args) {
        return run ? yield* run(machine, self, args) : get?.(machine, self);
      };
      fn = new MadeFunction(name, 0, source, call, get && ((self) => get(machine, self)));
      this.#fallbacks.set(path, fn);
    }
    return fn;
  }
}
