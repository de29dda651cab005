import type { ByteSource } from '../dump/byte-source.ts';
import { DayAfterError } from '../errors.ts';

const CHUNK = 1 << 20;
/** A line longer than this is no profile's. */
const LONGEST = 1 << 28;
const NEWLINE = 10;
const RETURN = 13;
const decoder = new TextDecoder();

/**
 * The lines of a text, a chunk at a time. After `next`, `bytes` from `start` to `end` is the line without its
 * line break, valid until the following `next`.
 */
export class LineScanner {
  bytes = new Uint8Array(CHUNK);
  start = 0;
  end = 0;
  /** 1-based number of the line. */
  line = 0;
  readonly #source: ByteSource;
  readonly #limit: number;
  #position = 0;
  #next = 0;
  #filled = 0;

  /** Reads up to `limit` bytes of the source. */
  constructor(source: ByteSource, limit = Number.POSITIVE_INFINITY) {
    this.#source = source;
    this.#limit = limit;
  }

  next(): boolean {
    this.start = this.#next;
    let searched = this.start;
    for (;;) {
      const at = this.bytes.subarray(0, this.#filled).indexOf(NEWLINE, searched);
      if (at >= 0) return this.#found(at, at + 1);
      searched = this.#filled;
      const moved = this.#refill();
      searched -= moved;
      if (searched === this.#filled) {
        if (this.start === this.#filled) return false;
        return this.#found(this.#filled, this.#filled);
      }
    }
  }

  text(): string {
    return decoder.decode(this.bytes.subarray(this.start, this.end));
  }

  get empty(): boolean {
    return this.start === this.end;
  }

  #found(end: number, next: number): true {
    this.#next = next;
    this.end = end > this.start && this.bytes[end - 1] === RETURN ? end - 1 : end;
    this.line++;
    return true;
  }

  /** Moves the begun line to the front and reads behind it; returns by how much it moved. */
  #refill(): number {
    const moved = this.start;
    this.bytes.copyWithin(0, this.start, this.#filled);
    this.#filled -= moved;
    this.start = 0;
    if (this.#filled === this.bytes.length) {
      if (this.#filled >= LONGEST)
        throw new DayAfterError('CORRUPT_DUMP', `line ${this.line + 1} of ${this.#source.name} never ends`);
      const larger = new Uint8Array(this.bytes.length * 2);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    const room = Math.min(this.bytes.length, this.#filled + this.#limit - this.#position);
    const n = this.#source.read(this.#position, this.bytes.subarray(this.#filled, room));
    this.#position += n;
    this.#filled += n;
    return moved;
  }
}
