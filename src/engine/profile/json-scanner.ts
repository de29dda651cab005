import type { ByteSource } from '../dump/byte-source.ts';
import { DayAfterError } from '../errors.ts';
import { StringPool } from './string-pool.ts';

const CHUNK = 1 << 20;
/** Larger values are only ever walked, never held. */
const LARGEST_VALUE = 1 << 28;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const decoder = new TextDecoder();

export type JsonType = 'object' | 'array' | 'string' | 'other' | 'end';

/**
 * Walks a JSON text (RFC 8259) a chunk at a time, by pulling: the caller says what it expects, and skips the
 * rest. Nothing of the file is held but what the caller keeps; nesting has no limit, as nothing recurses.
 * Throws CORRUPT_DUMP with the byte's position, and TRUNCATED at an early end.
 */
export class JsonScanner {
  #bytes = new Uint8Array(CHUNK);
  #at = 0;
  #filled = 0;
  /** Position in the source of the first byte in `#bytes`. */
  #base: number;
  readonly #source: ByteSource;
  readonly #keys = new StringPool();
  #lastKey = -1;
  /** Of every key, and of none: the number of the key that followed it last. */
  readonly #nextKey: number[] = [];
  /** Inside of the last string. */
  readonly #span = { from: 0, to: 0 };
  /** Bytes from here on stay where they can be reached; -1: none but those that are not passed. */
  #keepFrom = -1;

  constructor(source: ByteSource, position = 0) {
    this.#source = source;
    this.#base = position;
  }

  /** What comes next; separators before it are skipped. */
  peek(): JsonType {
    switch (this.#token()) {
      case OPEN_OBJECT:
        return 'object';
      case OPEN_ARRAY:
        return 'array';
      case QUOTE:
        return 'string';
      case -1:
        return 'end';
      default:
        return 'other';
    }
  }

  enterObject(): void {
    this.#expect(OPEN_OBJECT, 'an object');
  }

  enterArray(): void {
    this.#expect(OPEN_ARRAY, 'an array');
  }

  /** The next key of the entered object, or undefined at its end, which is passed. */
  key(): string | undefined {
    const token = this.#token();
    if (token === CLOSE_OBJECT) {
      this.#at++;
      return undefined;
    }
    if (token !== QUOTE) this.#fail('a key');
    const key = this.#keyText();
    if (this.#token() !== COLON) this.#fail("':'");
    this.#at++;
    return key;
  }

  /** A format has few keys, in an order that comes again: the one that followed last time is tried first. */
  #keyText(): string {
    const keys = this.#keys;
    const last = this.#lastKey;
    const expected = this.#nextKey[last + 1] ?? -1;
    if (expected >= 0 && this.#at + 1 + keys.byteLength(expected) < this.#filled) {
      if (keys.follows(expected, this.#bytes, this.#at + 1, QUOTE)) {
        this.#at += keys.byteLength(expected) + 2;
        this.#lastKey = expected;
        return keys.text(expected);
      }
    }
    // A file with many keys is not worth keeping them.
    if (keys.length >= 4096) return this.string();
    const number = this.pooled(keys);
    this.#nextKey[last + 1] = number;
    this.#lastKey = number;
    return keys.text(number);
  }

  /** True while the entered array has another element; its end is passed. */
  element(): boolean {
    if (this.#token() !== CLOSE_ARRAY) return true;
    this.#at++;
    return false;
  }

  string(): string {
    const escaped = this.#stringSpan();
    const { from, to } = this.#span;
    if (escaped) return this.#parse(from - 1, to + 1) as string;
    // Most keys and names are short ASCII.
    return decoder.decode(this.#bytes.subarray(from, to));
  }

  /** A string's number in `pool`; it is not decoded unless it holds escapes. */
  pooled(pool: StringPool): number {
    const escaped = this.#stringSpan();
    const { from, to } = this.#span;
    if (escaped) return pool.numberOfText(this.#parse(from - 1, to + 1) as string);
    return pool.number(this.#bytes, from, to);
  }

  /** A number; null and text count as NaN. */
  number(): number {
    const token = this.#token();
    if (token === QUOTE) {
      const text = this.string();
      return text === '' ? Number.NaN : Number(text);
    }
    if (token === OPEN_OBJECT || token === OPEN_ARRAY || token < 0) this.#fail('a number');
    let at = this.#at;
    const bytes = this.#bytes;
    const filled = this.#filled;
    const negative = token === 0x2d;
    if (negative) at++;
    let value = 0;
    const first = at;
    while (at < filled) {
      const digit = bytes[at]! - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      at++;
    }
    const next = at < filled ? bytes[at]! : 0x2e;
    if (at === first || at - first > 15 || next === 0x2e || next === 0x65 || next === 0x45)
      return this.#slowNumber();
    this.#at = at;
    return negative ? -value : value;
  }

  /** Calls `each` for every number of an array. */
  numbers(each: (value: number) => void): void {
    this.enterArray();
    while (this.element()) each(this.number());
  }

  /** The value as JavaScript; for values that are small. */
  value(): unknown {
    if (this.#token() < 0) this.#fail('a value');
    this.#keepFrom = this.#at;
    this.#skip();
    const from = this.#keepFrom;
    this.#keepFrom = -1;
    return this.#parse(from, this.#at);
  }

  /** Passes the next value, whatever it is. */
  skip(): void {
    if (this.#token() < 0) this.#fail('a value');
    this.#skip();
  }

  /** Bytes of the source that have been passed. */
  get position(): number {
    return this.#base + this.#at;
  }

  #skip(): void {
    let depth = 0;
    do {
      const token = this.#token();
      switch (token) {
        case QUOTE:
          this.#stringSpan();
          if (depth > 0 && this.#token() === COLON) this.#at++;
          break;
        case OPEN_OBJECT:
        case OPEN_ARRAY:
          depth++;
          this.#at++;
          break;
        case CLOSE_OBJECT:
        case CLOSE_ARRAY:
          depth--;
          this.#at++;
          break;
        case -1:
          this.#fail('a value');
          break;
        default:
          this.#literal();
      }
    } while (depth > 0);
  }

  /** Passes a number, true, false or null. */
  #literal(): void {
    const before = this.position;
    for (;;) {
      while (this.#at < this.#filled && isLiteral(this.#bytes[this.#at]!)) this.#at++;
      if (this.#at < this.#filled || !this.#refill()) break;
    }
    if (this.position === before) this.#fail('a value');
  }

  #slowNumber(): number {
    this.#keepFrom = this.#at;
    this.#literal();
    const text = decoder.decode(this.#bytes.subarray(this.#keepFrom, this.#at));
    this.#keepFrom = -1;
    const value = text === 'null' ? Number.NaN : Number(text);
    if (Number.isNaN(value) && text !== 'null') this.#fail('a number');
    return value;
  }

  /** Passes a string; `#span` is its inside. True if it holds escapes. */
  #stringSpan(): boolean {
    if (this.#token() !== QUOTE) this.#fail('a string');
    const outer = this.#keepFrom;
    // Relative, as a refill moves the bytes.
    let length = 1;
    let escaped = false;
    for (;;) {
      const bytes = this.#bytes;
      let at = this.#at + length;
      const filled = this.#filled;
      while (at < filled && bytes[at] !== QUOTE && bytes[at] !== BACKSLASH) at++;
      length = at - this.#at;
      if (at < filled && bytes[at] === QUOTE) break;
      if (at + 1 < filled) {
        escaped = true;
        length += 2;
        continue;
      }
      this.#keepFrom = outer >= 0 ? outer : this.#at;
      const more = this.#refill();
      if (outer < 0) this.#keepFrom = -1;
      if (!more) this.#fail('the end of a string');
    }
    this.#span.from = this.#at + 1;
    this.#span.to = this.#at + length;
    this.#at += length + 1;
    return escaped;
  }

  /** The next byte that is no space and no comma, without passing it; -1 at the end. */
  #token(): number {
    for (;;) {
      while (this.#at < this.#filled) {
        const byte = this.#bytes[this.#at]!;
        if (byte > 0x20 && byte !== COMMA) return byte;
        this.#at++;
      }
      if (!this.#refill()) return -1;
    }
  }

  /** Reads on, keeping what is not passed, or what lies behind `#keepFrom`. False at the end. */
  #refill(): boolean {
    const keep = this.#keepFrom >= 0 ? this.#keepFrom : this.#at;
    if (keep > 0) {
      this.#bytes.copyWithin(0, keep, this.#filled);
      this.#at -= keep;
      this.#filled -= keep;
      this.#base += keep;
      if (this.#keepFrom >= 0) this.#keepFrom = 0;
    } else if (this.#filled === this.#bytes.length) {
      if (this.#filled >= LARGEST_VALUE)
        throw new DayAfterError(
          'CORRUPT_DUMP',
          `a value at byte ${this.#base} of ${this.#source.name} never ends`,
        );
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    const n = this.#source.read(this.#base + this.#filled, this.#bytes.subarray(this.#filled));
    this.#filled += n;
    return n > 0;
  }

  #expect(byte: number, what: string): void {
    if (this.#token() !== byte) this.#fail(what);
    this.#at++;
  }

  #parse(from: number, to: number): unknown {
    try {
      return JSON.parse(decoder.decode(this.#bytes.subarray(from, to)));
    } catch {
      throw new DayAfterError(
        'CORRUPT_DUMP',
        `${this.#source.name} is damaged near byte ${this.#base + from}`,
      );
    }
  }

  #fail(what: string): never {
    if (this.position >= this.#source.size)
      throw new DayAfterError('TRUNCATED', `${this.#source.name} ends early: ${what} is missing`);
    throw new DayAfterError(
      'CORRUPT_DUMP',
      `${this.#source.name} is damaged at byte ${this.position}: ${what} was expected`,
    );
  }
}

/** Of numbers, true, false and null. */
function isLiteral(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x2d ||
    byte === 0x2b ||
    byte === 0x2e ||
    byte === 0x45
  );
}
