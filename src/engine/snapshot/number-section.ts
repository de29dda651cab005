import { closeSync, openSync, readSync } from 'node:fs';

/**
 * An array of numbers in a snapshot file, read in rows of `stride` numbers into columns. Several threads may
 * read one section: each claims the next chunk, reads and parses it by itself, and learns from the chunk
 * before at which number of the section its own begin. All columns and counters lie in shared memory.
 */
export interface NumberSection {
  readonly path: string;
  /** Position of the first byte behind the `[`. */
  readonly start: number;
  readonly fileSize: number;
  /** Numbers in a row. */
  readonly stride: number;
  /** Rows that the columns have room for. */
  readonly rows: number;
  readonly columns: readonly Column[];
  readonly progress: SectionProgress;
}

/** How a column takes its numbers. */
export type Column =
  | { readonly kind: 'bytes'; readonly field: number; readonly target: Uint8Array; readonly map: Uint8Array }
  | { readonly kind: 'words'; readonly field: number; readonly target: Uint32Array }
  /** Zeros are not written, so that an unused column takes no memory. */
  | { readonly kind: 'sparse words'; readonly field: number; readonly target: Uint32Array }
  /** Multiples of `divisor`, at most `limit - 1` times it. */
  | {
      readonly kind: 'multiples';
      readonly field: number;
      readonly target: Uint32Array;
      readonly divisor: number;
      readonly limit: number;
    };

/** Counters that all threads share. */
export interface SectionProgress {
  /** Bytes that a thread reads at once. */
  readonly chunk: number;
  /** [0] next chunk; [1] chunk with the `]`, else MAX; [2] failure; [3 + k] 1 where the base of chunk k is known. */
  readonly state: Int32Array;
  /** Of chunk k: how many numbers lie before it. */
  readonly bases: Float64Array;
}

/** What one thread found. */
export interface SectionPart {
  /** Numbers beyond 32 bits: position in the section, value. */
  readonly large: [number, number][];
  /** Set by the thread that met the end: position behind the `]`, and how many numbers the section has. */
  readonly end: { readonly position: number; readonly count: number } | null;
}

export const NEXT = 0;
export const LAST = 1;
export const FAILED = 2;
const FLAGS = 3;
const OPEN_END = 0x7fffffff;

/** Why a section could not be read; in `state[FAILED]`. */
export const Failure = { none: 0, notNumber: 1, cut: 2, tooMany: 3, badReference: 4, unreadable: 5 } as const;

/** Bytes of the next chunk that are read as well, for a number across the border: 2^64 has 20 digits. */
const TAIL = 64;

export function sectionProgress(start: number, fileSize: number, chunk: number): SectionProgress {
  const chunks = Math.ceil((fileSize - start) / chunk) + 2;
  const state = new Int32Array(new SharedArrayBuffer(4 * (FLAGS + chunks + 1)));
  state[LAST] = OPEN_END;
  state[FLAGS] = 1;
  return { chunk, state, bases: new Float64Array(new SharedArrayBuffer(8 * (chunks + 1))) };
}

/** Reads chunks of the section until there are none left; blocks the thread for as long. */
export function readSection(section: NumberSection): SectionPart {
  const steps = sectionSteps(section);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/**
 * As `readSection`, with a pause after each chunk: yields the position that was reached. Whoever does not go
 * on must end it by `throw`, so that other threads stop, too.
 */
export function* sectionSteps(section: NumberSection): Generator<number, SectionPart, undefined> {
  const { progress, start, fileSize } = section;
  const { state, bases, chunk } = progress;
  const parser = new ChunkParser(chunk);
  const large: [number, number][] = [];
  let end: SectionPart['end'] = null;
  const fd = openSync(section.path, 'r');
  try {
    for (;;) {
      const k = Atomics.add(state, NEXT, 1);
      if (k > Atomics.load(state, LAST) || Atomics.load(state, FAILED) !== Failure.none) break;
      const from = start + k * chunk;
      if (from >= fileSize) {
        // All chunks before have been claimed; if none of them has the end, the file is cut.
        if (waitForBase(state, k) && Atomics.load(state, LAST) === OPEN_END) fail(state, Failure.cut);
        break;
      }
      parser.parse(fd, from, Math.min(from + chunk, fileSize), k > 0);
      if (!waitForBase(state, k)) break;
      const base = bases[k]!;
      if (parser.bad) {
        fail(state, Failure.notNumber);
        break;
      }
      const count = parser.count;
      bases[k + 1] = base + count;
      if (parser.closedAt >= 0) Atomics.store(state, LAST, k);
      Atomics.store(state, FLAGS + k + 1, 1);
      Atomics.notify(state, FLAGS + k + 1);
      if (base + count > section.rows * section.stride) {
        fail(state, Failure.tooMany);
        break;
      }
      for (const [i, value] of parser.large) large.push([base + i, value]);
      if (!store(section, parser.values, count, base)) {
        fail(state, Failure.badReference);
        break;
      }
      yield from;
      if (parser.closedAt >= 0) {
        end = { position: from + parser.closedAt + 1, count: base + count };
        break;
      }
    }
  } catch (error) {
    fail(state, Failure.unreadable);
    throw error;
  } finally {
    closeSync(fd);
  }
  return { large, end };
}

function fail(state: Int32Array, failure: number): void {
  Atomics.compareExchange(state, FAILED, Failure.none, failure);
  // Whoever waits for a base looks again.
  for (let i = FLAGS; i < state.length; i++) Atomics.notify(state, i);
}

/** A thread that was killed at its chunk would be waited for without end. */
const PATIENCE = 120_000;
const NAP = 20;

/** False where the section ended or failed before chunk `k`. */
function waitForBase(state: Int32Array, k: number): boolean {
  for (let waited = 0; ; waited += NAP) {
    if (waited > PATIENCE) fail(state, Failure.unreadable);
    if (Atomics.load(state, FAILED) !== Failure.none || k > Atomics.load(state, LAST)) return false;
    if (Atomics.load(state, FLAGS + k) === 1) return k <= Atomics.load(state, LAST);
    Atomics.wait(state, FLAGS + k, 0, NAP);
  }
}

/** Parses the numbers that begin in a range of bytes. */
export class ChunkParser {
  readonly values: Uint32Array;
  /** Positions in `values` whose number is beyond 32 bits, and the number. */
  large: [number, number][] = [];
  count = 0;
  /** Position of the `]` in the chunk, or -1. */
  closedAt = -1;
  bad = false;
  readonly #buffer: Uint8Array;

  constructor(chunk: number) {
    this.#buffer = new Uint8Array(chunk + TAIL + 2);
    this.values = new Uint32Array((chunk >> 1) + 2);
  }

  /** `continued`: a number at the very beginning may belong to the chunk before. */
  parse(fd: number, from: number, to: number, continued: boolean): void {
    const buffer = this.#buffer;
    // One byte before the chunk tells whether its first digits belong to the number before.
    const before = continued ? 1 : 0;
    let got = 0;
    const wanted = before + (to - from) + TAIL;
    while (got < wanted) {
      const n = readSync(fd, buffer, got, wanted - got, from - before + got);
      if (n === 0) break;
      got += n;
    }
    buffer[got] = COMMA;
    let begin = before;
    if (continued && isDigit(buffer[0]!)) while (isDigit(buffer[begin]!)) begin++;
    this.#parse(begin, Math.min(before + (to - from), got));
    if (this.closedAt >= 0) this.closedAt -= before;
  }

  #parse(begin: number, end: number): void {
    const bytes = this.#buffer;
    const out = this.values;
    this.large = [];
    this.closedAt = -1;
    this.bad = false;
    let n = 0;
    let p = begin;
    while (p < end) {
      let c = bytes[p]! - 48;
      if (c >>> 0 > 9) {
        const byte = c + 48;
        if (byte === COMMA || byte === 10 || byte === 32 || byte === 13 || byte === 9) {
          p++;
          continue;
        }
        if (byte === 93) this.closedAt = p;
        else this.bad = true;
        break;
      }
      const first = p;
      let value = c;
      c = bytes[++p]! - 48;
      while (c >>> 0 <= 9) {
        value = (Math.imul(value, 10) + c) | 0;
        c = bytes[++p]! - 48;
      }
      if (p - first > 9) value = this.#long(first, p, n);
      out[n++] = value;
      if (c === COMMA - 48) p++;
    }
    this.count = n;
  }

  #long(first: number, end: number, index: number): number {
    let value = 0;
    for (let i = first; i < end; i++) value = value * 10 + (this.#buffer[i]! - 48);
    if (value > 0xffffffff) {
      if (value > Number.MAX_SAFE_INTEGER) this.bad = true;
      this.large.push([index, value]);
    }
    return value % 0x100000000;
  }
}

const COMMA = 44;

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

/** Puts `count` numbers, of which the first is number `base` of the section, into the columns. */
function store(section: NumberSection, values: Uint32Array, count: number, base: number): boolean {
  const { stride } = section;
  const row = Math.floor(base / stride);
  const phase = base - row * stride;
  for (const column of section.columns) {
    const late = phase > column.field;
    const first = column.field - phase + (late ? stride : 0);
    const firstRow = late ? row + 1 : row;
    if (column.kind === 'bytes')
      storeBytes(values, count, first, stride, column.target, firstRow, column.map);
    else if (column.kind === 'words') storeWords(values, count, first, stride, column.target, firstRow);
    else if (column.kind === 'sparse words')
      storeSparse(values, count, first, stride, column.target, firstRow);
    else if (
      !storeMultiples(values, count, first, stride, column.target, firstRow, column.divisor, column.limit)
    )
      return false;
  }
  return true;
}

function storeBytes(
  values: Uint32Array,
  count: number,
  first: number,
  stride: number,
  target: Uint8Array,
  row: number,
  map: Uint8Array,
): void {
  for (let i = first; i < count; i += stride) target[row++] = map[values[i]! & 255]!;
}

function storeWords(
  values: Uint32Array,
  count: number,
  first: number,
  stride: number,
  target: Uint32Array,
  row: number,
): void {
  for (let i = first; i < count; i += stride) target[row++] = values[i]!;
}

function storeSparse(
  values: Uint32Array,
  count: number,
  first: number,
  stride: number,
  target: Uint32Array,
  row: number,
): void {
  for (let i = first; i < count; i += stride, row++) {
    const value = values[i]!;
    if (value !== 0) target[row] = value;
  }
}

function storeMultiples(
  values: Uint32Array,
  count: number,
  first: number,
  stride: number,
  target: Uint32Array,
  row: number,
  divisor: number,
  limit: number,
): boolean {
  const inverse = 1 / divisor;
  for (let i = first; i < count; i += stride) {
    const value = values[i]!;
    const quotient = (value * inverse + 0.5) >>> 0;
    if (Math.imul(quotient, divisor) !== (value | 0) || quotient >= limit) return false;
    target[row++] = quotient;
  }
  return true;
}
