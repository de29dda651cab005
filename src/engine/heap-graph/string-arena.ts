import { grown } from '../columns.ts';
import type { StringTable } from '../graph/string-table.ts';
import type { StringId } from '../graph/types.ts';

const MAX_CACHED = 1 << 16;
const WIDE = 1;

/**
 * Texts as bytes, one after another; equal texts are kept once. Latin-1 where the characters allow it, else
 * UTF-16: n texts of m bytes take about m + 20 n bytes, whatever they are, and no object each.
 */
export class StringArena implements StringTable {
  #words = new Uint32Array(1 << 18);
  #bytes = Buffer.from(this.#words.buffer);
  #used = 0;
  /** By id: where it begins, in words of four bytes; twice its bytes, and 1 for UTF-16. */
  #starts = new Uint32Array(1 << 14);
  #lengths = new Uint32Array(1 << 14);
  #hashes = new Uint32Array(1 << 14);
  /** Open addressing by hash: id + 1. */
  #table = new Uint32Array(1 << 15);
  /** Ids of texts that were added as such. */
  readonly #ids = new Map<string, StringId>();
  readonly #digits = new Uint32Array(3);
  count = 0;

  /** The id of a text, which is added where it is new. */
  add(text: string): StringId {
    let id = this.#ids.get(text);
    if (id === undefined) {
      id = this.#encode(text);
      if (this.#ids.size < MAX_CACHED) this.#ids.set(text, id);
    }
    return id;
  }

  /** The id of the digits of a whole number of at most nine digits. */
  addNumber(n: number): StringId {
    const digits = this.#digits;
    let low = 0;
    let middle = 0;
    let high = 0;
    let length = 0;
    // From the last digit to the first, which moves to the front.
    for (let rest = n; length === 0 || rest > 0; length++) {
      const tens = (rest / 10) | 0;
      high = (high << 8) | (middle >>> 24);
      middle = (middle << 8) | (low >>> 24);
      low = (low << 8) | (48 + rest - 10 * tens);
      rest = tens;
    }
    digits[0] = low;
    digits[1] = middle;
    digits[2] = high;
    return this.addLatin1(digits, 0, length);
  }

  /** The id of `length` Latin-1 bytes that begin at a word of `source`. */
  addLatin1(source: Uint32Array, start: number, length: number): StringId {
    this.#reserve(length);
    const words = this.#words;
    const begin = this.#used;
    const whole = length >>> 2;
    let hash = length;
    for (let i = 0; i < whole; i++) {
      const word = source[start + i]!;
      words[begin + i] = word;
      hash = Math.imul(hash ^ word, 0x9e37_79b1);
      hash ^= hash >>> 15;
    }
    const rest = length & 3;
    if (rest > 0) {
      const word = source[start + whole]! & (0xffff_ffff >>> (32 - 8 * rest));
      words[begin + whole] = word;
      hash = Math.imul(hash ^ word, 0x9e37_79b1);
      hash ^= hash >>> 15;
    }
    return this.#settle(2 * length, hash >>> 0);
  }

  text(id: number): string {
    if (!(id >= 0 && id < this.count)) return '';
    const start = 4 * this.#starts[id]!;
    const length = this.#lengths[id]!;
    const end = start + (length >>> 1);
    return this.#bytes.toString((length & WIDE) === 0 ? 'latin1' : 'utf16le', start, end);
  }

  latin1(id: number): Uint8Array | undefined {
    const length = this.#lengths[id]!;
    if ((length & WIDE) !== 0) return undefined;
    const start = 4 * this.#starts[id]!;
    return this.#bytes.subarray(start, start + (length >>> 1));
  }

  close(): void {}

  #encode(text: string): StringId {
    let wide = false;
    for (let i = 0; i < text.length && !wide; i++) wide = text.charCodeAt(i) > 255;
    const bytes = Buffer.from(text, wide ? 'utf16le' : 'latin1');
    const words = new Uint32Array(Math.ceil(bytes.length / 4));
    Buffer.from(words.buffer).set(bytes);
    if (!wide) return this.addLatin1(words, 0, bytes.length);
    this.#reserve(bytes.length);
    this.#words.set(words, this.#used);
    let hash = ~bytes.length;
    for (const word of words) {
      hash = Math.imul(hash ^ word, 0x9e37_79b1);
      hash ^= hash >>> 15;
    }
    return this.#settle(2 * bytes.length + WIDE, hash >>> 0);
  }

  /** Makes the text behind the last one a text of its own, unless there is an equal one. */
  #settle(length: number, hash: number): StringId {
    const mask = this.#table.length - 1;
    let slot = hash & mask;
    for (let found = this.#table[slot]!; found !== 0; found = this.#table[slot]!) {
      if (this.#hashes[found - 1] === hash && this.#equals(found - 1, length)) return (found - 1) as StringId;
      slot = (slot + 1) & mask;
    }
    const id = this.count++;
    if (id === this.#starts.length) {
      this.#starts = grown(this.#starts);
      this.#lengths = grown(this.#lengths);
      this.#hashes = grown(this.#hashes);
    }
    this.#starts[id] = this.#used;
    this.#lengths[id] = length;
    this.#hashes[id] = hash;
    this.#table[slot] = id + 1;
    this.#used += Math.ceil((length >>> 1) / 4);
    if (2 * this.count > this.#table.length) this.#rehash();
    return id as StringId;
  }

  #equals(id: number, length: number): boolean {
    if (this.#lengths[id] !== length) return false;
    const words = this.#words;
    const start = this.#starts[id]!;
    const n = Math.ceil((length >>> 1) / 4);
    for (let i = 0; i < n; i++) if (words[start + i] !== words[this.#used + i]) return false;
    return true;
  }

  #rehash(): void {
    this.#table = new Uint32Array(2 * this.#table.length);
    const mask = this.#table.length - 1;
    for (let id = 0; id < this.count; id++) {
      let slot = this.#hashes[id]! & mask;
      while (this.#table[slot] !== 0) slot = (slot + 1) & mask;
      this.#table[slot] = id + 1;
    }
  }

  #reserve(bytes: number): void {
    const needed = this.#used + Math.ceil(bytes / 4);
    if (needed <= this.#words.length) return;
    this.#words = grown(this.#words, needed);
    this.#bytes = Buffer.from(this.#words.buffer);
  }
}
