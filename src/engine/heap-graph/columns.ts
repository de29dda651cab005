/** A column that grows; its content is taken once it is complete. */
export class Uint32Column {
  #items: Uint32Array;
  #count = 0;

  constructor(expected = 1024) {
    this.#items = new Uint32Array(Math.max(16, expected));
  }

  get length(): number {
    return this.#count;
  }

  push(value: number): void {
    if (this.#count === this.#items.length) {
      const larger = new Uint32Array(Math.ceil(this.#items.length * 1.5));
      larger.set(this.#items);
      this.#items = larger;
    }
    this.#items[this.#count++] = value;
  }

  take(): Uint32Array {
    return this.#items.subarray(0, this.#count);
  }
}
