import type { ByteSource } from '../dump/byte-source.ts';
import type { Ephemerons } from '../graph/heap-graph.ts';
import { decodeText } from './json-text.ts';

const BLOCK = 1 << 20;
/** Offsets are kept in arrays of so many. */
const OFFSETS = 1 << 14;
const QUOTE = 34;
const BACKSLASH = 92;

/** Where the texts of a snapshot's `strings` begin, and which of them name WeakMap entries. */
export interface StringIndex {
  readonly count: number;
  /** Positions in the file of the first byte of each text, in arrays of 16,384; one more than there are texts. */
  readonly offsets: readonly Float64Array[];
  readonly ephemerons: Ephemerons;
  /** Position behind the section's `]`; -1 where the file ends before it. */
  readonly end: number;
}

/** V8's name of the edges that hold a WeakMap entry's value (heap-snapshot-generator.cc, ExtractEphemeronHashTableReferences). */
const ephemeronName =
  /^\d+( \/ part of key \(.*? @\d+\) -> value \(.*? @\d+\) pair in WeakMap \(table @(\d+)\))$/;
const EPHEMERON_PART = Buffer.from(' / part of key (');

/** Scans the array of strings whose `[` ends before `start`. Texts are not decoded. */
export function indexStrings(source: ByteSource, start: number): StringIndex {
  const offsets: Float64Array[] = [];
  let current = new Float64Array(0);
  let count = 0;
  const pairs = new EphemeronCollector();
  const block = new Uint8Array(BLOCK);
  let position = start;
  let inside = false;
  let escaped = false;
  let textStart = 0;
  let candidate = false;
  let end = -1;
  const add = (at: number) => {
    if ((count & (OFFSETS - 1)) === 0) {
      current = new Float64Array(OFFSETS);
      offsets.push(current);
    }
    current[count++ & (OFFSETS - 1)] = at;
  };
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
        if (namesEphemeron(block, from, p)) pairs.add(count - 1, decodeText(block.subarray(from, p)));
      } else if (textStart < position) {
        // It began in the block before.
        const text = new Uint8Array(Math.min(position + p - textStart, 16384));
        source.read(textStart, text);
        if (isDigit(text[0] ?? 0) && namesEphemeron(text, 0, text.length))
          pairs.add(count - 1, decodeText(text));
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
  readonly #names: number[] = [];
  readonly #tables: number[] = [];
  readonly #pairs: number[] = [];

  add(id: number, text: string): void {
    const match = ephemeronName.exec(text);
    if (!match) return;
    this.#names.push(id);
    this.#tables.push(Number(match[2]));
    this.#pairs.push(hash(match[1]!));
  }

  finish(count: number): Ephemerons {
    const isEphemeron = new Uint8Array((count >>> 3) + 1);
    for (const id of this.#names) isEphemeron[id >>> 3]! |= 1 << (id & 7);
    return {
      isEphemeron,
      names: Uint32Array.from(this.#names),
      tables: Uint32Array.from(this.#tables),
      pairs: Float64Array.from(this.#pairs),
    };
  }
}

/** 53 bits: two FNV-1a sums with different seeds. */
function hash(text: string): number {
  let a = 0x811c9dc5;
  let b = 0x1234567;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    a = Math.imul(a ^ c, 0x01000193);
    b = (Math.imul(b ^ c, 0x01000193) + 0x9e37) | 0;
  }
  return (a >>> 0) * 0x200000 + ((b >>> 0) & 0x1fffff);
}
