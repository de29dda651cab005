import { grown } from '../columns.ts';
import type { StringTable } from '../graph/string-table.ts';
import type { StringId } from '../graph/types.ts';

const MAX_CACHED = 1 << 16;
const WIDE = 1;
const DUMMY = '<dummy>';
const MAX_DIGITS = 9;

/**
 * Texts as bytes, one after another; equal texts are kept once. Latin-1 where the characters allow it, else
 * UTF-16: n texts of m bytes take about m + 20 n bytes, whatever they are, and no object each.
 *
 * Id 0 is V8's dummy. The digits of the `numbers` whole numbers from 0 on have the ids from 1 on and take no
 * memory: arrays have as many names of elements as elements.
 */
export class StringArena implements StringTable {
  readonly numbers: number;
  /** Id of the first text that is kept here. */
  readonly first: number;
  #words = new Int32Array(1 << 18);
  #bytes = Buffer.from(this.#words.buffer);
  #used = 0;
  /** By position: where it begins, in words of four bytes; twice its bytes, and 1 for UTF-16. */
  #starts = new Uint32Array(1 << 14);
  #lengths = new Uint32Array(1 << 14);
  #hashes = new Int32Array(1 << 14);
  /** Open addressing by hash: position + 1. */
  #table = new Uint32Array(1 << 15);
  #count = 0;
  #slot = 0;
  /** Ids of texts that were added as such. */
  readonly #ids = new Map<string, StringId>();
  readonly #digits = Buffer.alloc(MAX_DIGITS);

  /** Texts have their ids behind those of numbers, and behind `others` that are kept elsewhere. */
  constructor(numbers: number, others = 0) {
    this.numbers = Math.min(numbers, 10 ** MAX_DIGITS);
    this.first = this.numbers + 1 + others;
  }

  /** One more than the greatest id. */
  get count(): number {
    return this.first + this.#count;
  }

  /** The id of a text, which is added where it is new. */
  add(text: string): StringId {
    let id = this.#ids.get(text);
    if (id === undefined) {
      id = text === DUMMY ? (0 as StringId) : this.#encode(text);
      if (this.#ids.size < MAX_CACHED) this.#ids.set(text, id);
    }
    return id;
  }

  /** As `add`, for a text that is not added again. */
  addOnce(text: string): StringId {
    return this.#encode(text);
  }

  /** The id of the digits of a whole number. */
  addNumber(n: number): StringId {
    return n < this.numbers ? ((n + 1) as StringId) : this.add(String(n));
  }

  /** The id of `length` Latin-1 bytes that begin at a word of `source`. */
  addLatin1(source: Int32Array, start: number, length: number): StringId {
    const digit = (source[start]! & 0xff) - 48;
    if (digit >= 0 && digit <= 9 && length <= MAX_DIGITS && length > 0) {
      const n = numberIn(source, start, length);
      if (n >= 0 && n < this.numbers) return (n + 1) as StringId;
    }
    this.#reserve(length);
    const words = this.#words;
    const begin = this.#used;
    const whole = length >>> 2;
    let hash = length;
    for (let i = 0; i < whole; i++) {
      const word = source[start + i]!;
      words[begin + i] = word;
      hash = mixed(hash, word);
    }
    const rest = length & 3;
    if (rest > 0) {
      const word = source[start + whole]! & (-1 >>> (32 - 8 * rest));
      words[begin + whole] = word;
      hash = mixed(hash, word);
    }
    return this.#settle(2 * length, hash);
  }

  text(id: number): string {
    if (id === 0) return DUMMY;
    if (id > 0 && id <= this.numbers) return String(id - 1);
    const i = id - this.first;
    if (!(i >= 0 && i < this.#count)) return '';
    const start = 4 * this.#starts[i]!;
    const length = this.#lengths[i]!;
    const end = start + (length >>> 1);
    return this.#bytes.toString((length & WIDE) === 0 ? 'latin1' : 'utf16le', start, end);
  }

  latin1(id: number): Uint8Array | undefined {
    if (id > 0 && id <= this.numbers) {
      const text = String(id - 1);
      this.#digits.write(text, 'latin1');
      return this.#digits.subarray(0, text.length);
    }
    const length = this.#lengths[id - this.first];
    if (length === undefined || (length & WIDE) !== 0) return undefined;
    const start = 4 * this.#starts[id - this.first]!;
    return this.#bytes.subarray(start, start + (length >>> 1));
  }

  close(): void {}

  #encode(text: string): StringId {
    this.#reserve(2 * text.length);
    const words = this.#words;
    const { length } = text;
    for (let k = 0, at = this.#used; k < length; k += 4, at++) {
      let word = 0;
      for (let byte = 0; byte < 4 && k + byte < length; byte++) {
        const code = text.charCodeAt(k + byte);
        if (code > 255) return this.#encodeWide(text);
        word |= code << (8 * byte);
      }
      words[at] = word;
    }
    return this.addLatin1(words, this.#used, length);
  }

  #encodeWide(text: string): StringId {
    const words = this.#words;
    const { length } = text;
    let hash = ~(2 * length);
    for (let k = 0, at = this.#used; k < length; k += 2, at++) {
      const word = text.charCodeAt(k) | (k + 1 < length ? text.charCodeAt(k + 1) << 16 : 0);
      words[at] = word;
      hash = mixed(hash, word);
    }
    return this.#settle(4 * length + WIDE, hash);
  }

  /** Makes the text behind the last one a text of its own, unless there is an equal one. */
  #settle(length: number, hash: number): StringId {
    const known = this.#find(hash, length, this.#words, this.#used);
    if (known >= 0) return (this.first + known) as StringId;
    const i = this.#count++;
    if (i === this.#starts.length) {
      this.#starts = grown(this.#starts);
      this.#lengths = grown(this.#lengths);
      this.#hashes = grown(this.#hashes);
    }
    this.#starts[i] = this.#used;
    this.#lengths[i] = length;
    this.#hashes[i] = hash;
    this.#table[this.#slot] = i + 1;
    this.#used += Math.ceil((length >>> 1) / 4);
    if (2 * this.#count > this.#table.length) this.#rehash(2 * this.#table.length);
    return (this.first + i) as StringId;
  }

  /** Position of the text whose bytes begin at a word of `words`; -1, and `#slot` is where it belongs, if it is new. */
  #find(hash: number, length: number, words: Int32Array, start: number): number {
    const table = this.#table;
    const hashes = this.#hashes;
    const mask = table.length - 1;
    let slot = hash & mask;
    for (let found = table[slot]!; found !== 0; found = table[slot]!) {
      if (hashes[found - 1] === hash && this.#equals(found - 1, length, words, start)) return found - 1;
      slot = (slot + 1) & mask;
    }
    this.#slot = slot;
    return -1;
  }

  #equals(i: number, length: number, words: Int32Array, from: number): boolean {
    if (this.#lengths[i] !== length) return false;
    const own = this.#words;
    const start = this.#starts[i]!;
    const n = Math.ceil((length >>> 1) / 4);
    for (let k = 0; k < n; k++) if (own[start + k] !== words[from + k]) return false;
    return true;
  }

  #rehash(size: number): void {
    this.#table = new Uint32Array(size);
    const mask = size - 1;
    for (let i = 0; i < this.#count; i++) {
      let slot = this.#hashes[i]! & mask;
      while (this.#table[slot] !== 0) slot = (slot + 1) & mask;
      this.#table[slot] = i + 1;
    }
  }

  #reserve(bytes: number): void {
    const needed = this.#used + Math.ceil(bytes / 4);
    if (needed <= this.#words.length) return;
    this.#words = grown(this.#words, needed);
    this.#bytes = Buffer.from(this.#words.buffer);
  }
}

/** The hash of what `hash` is of, and of one more word. */
function mixed(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x9e37_79b1);
  return product ^ (product >>> 15);
}

/** The number that Latin-1 digits are, as String writes it; -1 if they are something else. */
function numberIn(source: Int32Array, start: number, length: number): number {
  let n = 0;
  for (let k = 0; k < length; k++) {
    const digit = ((source[start + (k >>> 2)]! >>> (8 * (k & 3))) & 0xff) - 48;
    if (digit < 0 || digit > 9 || (k === 1 && n === 0)) return -1;
    n = 10 * n + digit;
  }
  return n;
}
