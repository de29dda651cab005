/** A value that did not fit in the 32 bits of its column: `[ordinal, value]`. */
export type LargeNumber = readonly [number, number];

/** Looks up by ordinal what a 32-bit column could not hold; the column has the value modulo 2^32. */
export class LargeNumbers {
  readonly #values: Map<number, number>;

  constructor(values: Iterable<LargeNumber> = []) {
    this.#values = new Map(values);
  }

  add(values: Iterable<LargeNumber>): void {
    for (const [ordinal, value] of values) this.#values.set(ordinal, value);
  }

  get size(): number {
    return this.#values.size;
  }

  /** The whole value of `low`, which the column has for `ordinal`. */
  whole(ordinal: number, low: number): number {
    return this.#values.size === 0 ? low : (this.#values.get(ordinal) ?? low);
  }

  entries(): IterableIterator<[number, number]> {
    return this.#values.entries();
  }
}
