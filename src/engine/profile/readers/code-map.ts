import { partitionPoint } from '../../partition-point.ts';
/** Code by address, as it comes and goes while a log is read. */
export class CodeMap {
  #starts: number[] = [];
  #ends: number[] = [];
  #values: number[] = [];

  /** What lay there before has gone. */
  add(start: number, size: number, value: number): void {
    const end = start + size;
    let from = this.#after(start);
    if (from > 0 && this.#ends[from - 1]! > start) from--;
    let to = from;
    while (to < this.#starts.length && this.#starts[to]! < end) to++;
    this.#starts.splice(from, to - from, start);
    this.#ends.splice(from, to - from, end);
    this.#values.splice(from, to - from, value);
  }

  move(from: number, to: number): void {
    const at = this.#exact(from);
    if (at < 0) return;
    const size = this.#ends[at]! - this.#starts[at]!;
    const value = this.#values[at]!;
    this.#remove(at);
    this.add(to, size, value);
  }

  delete(start: number): void {
    const at = this.#exact(start);
    if (at >= 0) this.#remove(at);
  }

  /** The value of the code that holds the address, or -1. */
  find(address: number): number {
    const at = this.#after(address) - 1;
    return at >= 0 && address < this.#ends[at]! ? this.#values[at]! : -1;
  }

  #exact(start: number): number {
    const at = this.#after(start) - 1;
    return at >= 0 && this.#starts[at] === start ? at : -1;
  }

  #remove(at: number): void {
    this.#starts.splice(at, 1);
    this.#ends.splice(at, 1);
    this.#values.splice(at, 1);
  }

  /** Number of pieces that start at or before the address. */
  #after(address: number): number {
    return partitionPoint(this.#starts.length, (n) => this.#starts[n]! <= address);
  }
}
