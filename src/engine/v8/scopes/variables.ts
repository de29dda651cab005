import type { Property, Value } from '../inspect.ts';
import { dataProperty } from '../property.ts';

/** Variables of a scope by their names, in the order in which they were first set. */
export class Variables {
  readonly #byName = new Map<string, Property>();

  set(name: string, value: Value): void {
    this.#byName.set(name, dataProperty(name, value));
  }

  /** Adds those whose names are not taken. */
  add(others: readonly Property[]): void {
    for (const other of others) if (!this.has(other.name)) this.#byName.set(other.name, other);
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  get list(): readonly Property[] {
    return [...this.#byName.values()];
  }
}
