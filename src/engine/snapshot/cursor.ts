import type { ByteSource } from '../dump/byte-source.ts';
import { DayAfterError } from '../errors.ts';

const BLOCK = 1 << 20;

/** Reads a file of JSON text byte by byte from a position on, a block at a time. */
export class Cursor {
  readonly #source: ByteSource;
  readonly #block = new Uint8Array(BLOCK);
  #blockStart = 0;
  #length = 0;
  #p = 0;

  constructor(source: ByteSource, position = 0) {
    this.#source = source;
    this.#blockStart = position;
  }

  /** Of the next byte, in the file. */
  get position(): number {
    return this.#blockStart + this.#p;
  }

  moveTo(position: number): void {
    this.#blockStart = position;
    this.#length = 0;
    this.#p = 0;
  }

  /** The next byte, or -1 at the end of the file. */
  peek(): number {
    if (this.#p < this.#length) return this.#block[this.#p]!;
    this.#blockStart += this.#p;
    this.#p = 0;
    this.#length = this.#source.read(this.#blockStart, this.#block);
    return this.#length === 0 ? -1 : this.#block[0]!;
  }

  next(): number {
    const byte = this.peek();
    if (byte >= 0) this.#p++;
    return byte;
  }

  /** The next byte that is not white space, not taken. */
  token(): number {
    let byte = this.peek();
    while (byte === 32 || byte === 10 || byte === 13 || byte === 9) {
      this.#p++;
      byte = this.peek();
    }
    return byte;
  }

  /** Takes the next byte that is not white space, which must be `wanted`. */
  expect(wanted: string): void {
    const byte = this.token();
    if (byte !== wanted.charCodeAt(0)) throw this.#unexpected(byte, wanted);
    this.#p++;
  }

  /** Takes a short string: a section's name. */
  shortString(): string {
    this.expect('"');
    let text = '';
    for (let byte = this.next(); byte !== QUOTE; byte = this.next()) {
      if (byte < 0 || byte === BACKSLASH || text.length > 200) throw this.#unexpected(byte, 'a section name');
      text += String.fromCharCode(byte);
    }
    return text;
  }

  /** Takes the next value whole, at most `limit` bytes of it, as text. */
  value(limit: number): string {
    const bytes: number[] = [];
    this.#walkValue((byte) => {
      if (bytes.push(byte) > limit)
        throw new DayAfterError('CORRUPT_DUMP', `${this.#source.name}: its header is too long`);
    });
    return Buffer.from(bytes).toString('utf8');
  }

  /** Steps over the next value, however long and deep it is. */
  skipValue(): void {
    this.#walkValue(() => undefined);
  }

  #walkValue(take: (byte: number) => void): void {
    let depth = 0;
    this.token();
    for (;;) {
      const byte = this.next();
      if (byte < 0) throw cut(this.#source);
      take(byte);
      if (byte === QUOTE) {
        for (let c = this.next(); c !== QUOTE; c = this.next()) {
          if (c < 0) throw cut(this.#source);
          take(c);
          if (c === BACKSLASH) take(this.next());
        }
        take(QUOTE);
      } else if (byte === 123 || byte === 91) depth++;
      else if (byte === 125 || byte === 93) depth--;
      if (depth > 0) continue;
      const after = this.peek();
      // A number or a word ends where a separator stands.
      if (
        byte === QUOTE ||
        byte === 125 ||
        byte === 93 ||
        after < 0 ||
        ',]}\n\r\t '.includes(String.fromCharCode(after))
      )
        return;
    }
  }

  /**
   * Takes an array of whole numbers, as V8 writes them; `take` gets each, and `bracket` is told where arrays
   * within it begin and end.
   */
  numbers(take: (value: number) => void, bracket?: (opens: boolean) => void): void {
    this.expect('[');
    let depth = 1;
    while (depth > 0) {
      const byte = this.token();
      if (byte >= 48 && byte <= 57) {
        take(this.#digits());
        continue;
      }
      if (byte === 45) {
        this.#p++;
        take(-this.#digits());
        continue;
      }
      if (byte === 91) {
        depth++;
        bracket?.(true);
      } else if (byte === 93) {
        depth--;
        if (depth > 0) bracket?.(false);
      } else if (byte !== 44) throw this.#unexpected(byte, 'a number');
      this.#p++;
    }
  }

  #digits(): number {
    let value = 0;
    for (let c = this.peek(); c >= 48 && c <= 57; c = this.peek()) {
      value = value * 10 + (c - 48);
      this.#p++;
    }
    return value;
  }

  #unexpected(byte: number, wanted: string): DayAfterError {
    if (byte < 0) return cut(this.#source);
    return new DayAfterError(
      'CORRUPT_DUMP',
      `${this.#source.name} is broken at byte ${this.position}: ${wanted} was expected`,
    );
  }
}

export const QUOTE = 34;
export const BACKSLASH = 92;

export function cut(source: ByteSource): DayAfterError {
  return new DayAfterError(
    'TRUNCATED',
    `${source.name} ends early, after ${source.size} bytes: the heap snapshot is not whole`,
    'The process may have died or run out of disk while it wrote the file: take it again or copy it again.',
  );
}
