import type { Address } from '../address.ts';
import type { Module } from './module.ts';

/** Finds the module that is mapped at an address. */
export class ModuleMap {
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  readonly #modules: readonly Module[];

  constructor(modules: readonly Module[]) {
    const ranges = modules
      .flatMap((module) => module.mappings.map(({ start, end }) => ({ start, end, module })))
      .sort((a, b) => a.start - b.start);
    this.#starts = Float64Array.from(ranges, (r) => r.start);
    this.#ends = Float64Array.from(ranges, (r) => r.end);
    this.#modules = ranges.map((r) => r.module);
  }

  at(a: Address): Module | undefined {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle]! <= a) low = middle + 1;
      else high = middle;
    }
    return low > 0 && a < this.#ends[low - 1]! ? this.#modules[low - 1] : undefined;
  }
}
