/** Numbers of a row: key, three values. */
const ROW = 4;

/** Up to three numbers by a number that is not 0. One thread adds, all look up: open addressing in shared memory. */
export class SharedTable {
  /** What another thread makes the same table of. */
  readonly cells: Int32Array;
  readonly #mask: number;
  #free: number;

  /** With room for so many keys. */
  static for(keys: number): SharedTable {
    const rows = 2 ** Math.ceil(Math.log2(2 * keys + 2));
    return new SharedTable(new Int32Array(new SharedArrayBuffer(4 * ROW * rows)));
  }

  constructor(cells: Int32Array) {
    this.cells = cells;
    this.#mask = cells.length - 1;
    this.#free = cells.length / ROW / 2;
  }

  /** Position of the values of a key, or -1. */
  find(key: number): number {
    if (key === 0) return -1;
    const { cells } = this;
    for (let row = this.#row(key); ; row = (row + ROW) & this.#mask) {
      const found = Atomics.load(cells, row);
      if (found === key) return row + 1;
      if (found === 0) return -1;
    }
  }

  /** Adds a key that is not there yet; false if there is no room. */
  add(key: number, a: number, b = 0, c = 0): boolean {
    if (this.#free === 0 || key === 0) return false;
    this.#free--;
    const { cells } = this;
    let row = this.#row(key);
    while (cells[row] !== 0) row = (row + ROW) & this.#mask;
    cells[row + 1] = a;
    cells[row + 2] = b;
    cells[row + 3] = c;
    // The key comes last: who finds it finds its values.
    Atomics.store(cells, row, key);
    return true;
  }

  #row(key: number): number {
    return (Math.imul(key, 0x9e37_79b1) >>> 8) & this.#mask & ~(ROW - 1);
  }
}
