/** Typed arrays that grow by doubling. One class for all of them would make every push a polymorphic one. */
export class Int32Column {
  length = 0;
  #values: Int32Array;

  constructor(capacity = 1024) {
    this.#values = new Int32Array(capacity);
  }

  push(value: number): number {
    if (this.length === this.#values.length) {
      const grown = new Int32Array(this.#values.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.length] = value;
    return this.length++;
  }

  get(index: number): number {
    return this.#values[index]!;
  }

  set(index: number, value: number): void {
    this.#values[index] = value;
  }

  /** The values without spare room; a copy where there is much of it. */
  done(): Int32Array {
    const part = this.#values.subarray(0, this.length);
    return part.length === this.#values.length ? part : part.slice();
  }
}

export class Float64Column {
  length = 0;
  #values: Float64Array;

  constructor(capacity = 1024) {
    this.#values = new Float64Array(capacity);
  }

  push(value: number): number {
    if (this.length === this.#values.length) {
      const grown = new Float64Array(this.#values.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.length] = value;
    return this.length++;
  }

  get(index: number): number {
    return this.#values[index]!;
  }

  add(index: number, value: number): void {
    this.#values[index]! += value;
  }

  done(): Float64Array {
    const part = this.#values.subarray(0, this.length);
    return part.length === this.#values.length ? part : part.slice();
  }
}

export class Uint32Column {
  length = 0;
  #values: Uint32Array;

  constructor(capacity = 1024) {
    this.#values = new Uint32Array(capacity);
  }

  push(value: number): number {
    if (this.length === this.#values.length) {
      const grown = new Uint32Array(this.#values.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.length] = value;
    return this.length++;
  }

  /** The values, with the spare room behind them. */
  take(): Uint32Array {
    return this.#values.subarray(0, this.length);
  }
}
