import type { Address } from '../address.ts';
import { partitionPoint } from '../partition-point.ts';
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
    const before = partitionPoint(this.#starts.length, (n) => this.#starts[n]! <= a);
    return before > 0 && a < this.#ends[before - 1]! ? this.#modules[before - 1] : undefined;
  }
}
