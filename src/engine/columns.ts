type Numbers = Int32Array | Uint32Array | Float64Array;

/** A typed array that grows by doubling. */
class Column<T extends Numbers> {
  length = 0;
  #values: T;

  constructor(values: T) {
    this.#values = values;
  }

  push(value: number): number {
    if (this.length === this.#values.length) this.#values = grown(this.#values);
    this.#values[this.length] = value;
    return this.length++;
  }

  /** The values and the room behind them. */
  get values(): T {
    return this.#values;
  }

  get(index: number): number {
    return this.#values[index]!;
  }

  set(index: number, value: number): void {
    this.#values[index] = value;
  }

  add(index: number, value: number): void {
    this.#values[index]! += value;
  }

  /** The values, with the spare room behind them. */
  take(): T {
    return this.#values.subarray(0, this.length) as T;
  }

  /** The values without spare room; a copy where there is some of it. */
  done(): T {
    const part = this.take();
    return part.length === this.#values.length ? part : (part.slice() as T);
  }
}

export class Int32Column extends Column<Int32Array> {
  constructor(capacity = 1024) {
    super(new Int32Array(capacity));
  }
}

export class Uint32Column extends Column<Uint32Array> {
  constructor(capacity = 1024) {
    super(new Uint32Array(capacity));
  }
}

/** In memory that threads share. */
export class SharedUint32Column extends Column<Uint32Array> {
  constructor(capacity: number) {
    super(new Uint32Array(new SharedArrayBuffer(4 * capacity)));
  }
}

export class Float64Column extends Column<Float64Array> {
  constructor(capacity = 1024) {
    super(new Float64Array(capacity));
  }
}

/** Position of the first number that is not less, in ascending ones. */
export function lowerBound(numbers: Uint32Array, least: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers[middle]! < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The same content, shared if it was, with room for as much again, and for `needed` items at least. */
export function grown<T extends Numbers | Uint8Array>(column: T, needed = 0): T {
  const length = Math.max(2 * column.length + 16, needed);
  const isShared = column.buffer instanceof SharedArrayBuffer;
  const memory = isShared ? new SharedArrayBuffer(length * column.BYTES_PER_ELEMENT) : length;
  const larger = new (column.constructor as new (memory: number | SharedArrayBuffer) => T)(memory);
  larger.set(column as never);
  return larger;
}
