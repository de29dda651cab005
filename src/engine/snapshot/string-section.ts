import { Float64Column, Uint32Column } from '../columns.ts';
import type { ByteSource } from '../dump/byte-source.ts';
import type { Ephemerons } from '../graph/heap-graph.ts';
import { Offsets } from './offsets.ts';

const BLOCK = 1 << 20;
const QUOTE = 34;
const BACKSLASH = 92;
const CLOSING = 41;

/** Where the texts of a snapshot's `strings` begin, and which of them name WeakMap entries. */
export interface StringIndex {
  readonly count: number;
  /** Positions in the file of the first byte of each text; one more than there are texts. */
  readonly offsets: Offsets;
  readonly ephemerons: Ephemerons;
  /** Position behind the section's `]`; -1 where the file ends before it. */
  readonly end: number;
}

/**
 * V8's names of the edges that hold a WeakMap entry's value (heap-snapshot-generator.cc,
 * ExtractEphemeronHashTableReferences): `<n> / part of key (<name> @<id>) -> value (<name> @<id>) pair in
 * WeakMap (table @<id>)`. There may be as many as entries: they are told and summed up as bytes.
 */
const EPHEMERON_PART = Buffer.from(' / part of key (');
const TABLE_PART = Buffer.from(' pair in WeakMap (table @');

/** Scans the array of strings whose `[` ends before `start`. Texts are not decoded. */
export function indexStrings(source: ByteSource, start: number): StringIndex {
  const offsets = new Offsets();
  let count = 0;
  const pairs = new EphemeronCollector();
  const block = new Uint8Array(BLOCK);
  let position = start;
  let inside = false;
  let escaped = false;
  let textStart = 0;
  let candidate = false;
  let end = -1;
  const add = (at: number) => offsets.set(count++, at);
  scan: for (;;) {
    const length = source.read(position, block);
    if (length === 0) break;
    let p = 0;
    if (escaped) {
      p = 1;
      escaped = false;
    }
    for (;;) {
      if (!inside) {
        while (p < length && block[p] !== QUOTE && block[p] !== 93) p++;
        if (p >= length) break;
        if (block[p++] === 93) {
          end = position + p;
          break scan;
        }
        inside = true;
        textStart = position + p;
        add(textStart);
        candidate = true;
      }
      const from = p;
      let c = 0;
      while (p < length) {
        c = block[p]!;
        if (c === QUOTE) break;
        p += c === BACKSLASH ? 2 : 1;
      }
      if (p >= length) {
        escaped = p > length;
        break;
      }
      inside = false;
      if (candidate && p > from + 40 && isDigit(block[from]!) && textStart >= position) {
        if (namesEphemeron(block, from, p)) pairs.add(count - 1, block, from, p);
      } else if (textStart < position) {
        // It began in the block before.
        const text = new Uint8Array(Math.min(position + p - textStart, 16384));
        source.read(textStart, text);
        if (isDigit(text[0] ?? 0) && namesEphemeron(text, 0, text.length))
          pairs.add(count - 1, text, 0, text.length);
      }
      candidate = false;
      p++;
    }
    position += length;
    if (length < BLOCK) break;
  }
  const texts = count;
  add(end < 0 ? position + (inside ? 1 : 0) : end);
  return { count: texts, offsets, ephemerons: pairs.finish(texts), end };
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

function namesEphemeron(bytes: Uint8Array, from: number, to: number): boolean {
  let p = from;
  while (p < to && isDigit(bytes[p]!)) p++;
  if (p + EPHEMERON_PART.length > to) return false;
  for (let i = 0; i < EPHEMERON_PART.length; i++) if (bytes[p + i] !== EPHEMERON_PART[i]) return false;
  return true;
}

class EphemeronCollector {
  readonly #names = new Uint32Column();
  readonly #tables = new Uint32Column();
  readonly #pairs = new Float64Column();

  /** `bytes` from `from` to `to` begin as the names do. */
  add(id: number, bytes: Uint8Array, from: number, to: number): void {
    if (bytes[to - 1] !== CLOSING) return;
    let digits = to - 1;
    while (digits > from && isDigit(bytes[digits - 1]!)) digits--;
    const part = digits - TABLE_PART.length;
    if (digits === to - 1 || part < from) return;
    for (let i = 0; i < TABLE_PART.length; i++) if (bytes[part + i] !== TABLE_PART[i]) return;
    let table = 0;
    for (let i = digits; i < to - 1; i++) table = table * 10 + (bytes[i]! - 48);
    let start = from;
    while (isDigit(bytes[start]!)) start++;
    this.#names.push(id);
    this.#tables.push(table);
    this.#pairs.push(hash(bytes, start, to));
  }

  finish(count: number): Ephemerons {
    const isEphemeron = new Uint8Array((count >>> 3) + 1);
    const names = this.#names.take();
    for (const id of names) isEphemeron[id >>> 3]! |= 1 << (id & 7);
    return {
      isEphemeron,
      names,
      tables: this.#tables.take(),
      pairs: this.#pairs.done(),
    };
  }
}

/** 53 bits: two FNV-1a sums with different seeds. */
function hash(bytes: Uint8Array, from: number, to: number): number {
  let a = 0x811c9dc5;
  let b = 0x1234567;
  for (let i = from; i < to; i++) {
    const c = bytes[i]!;
    a = Math.imul(a ^ c, 0x01000193);
    b = (Math.imul(b ^ c, 0x01000193) + 0x9e37) | 0;
  }
  return (a >>> 0) * 0x200000 + ((b >>> 0) & 0x1fffff);
}
