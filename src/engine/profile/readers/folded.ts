import { Int32Column } from '../../columns.ts';
import type { ByteSource } from '../../dump/byte-source.ts';
import { ProfileBuilder } from '../builder.ts';
import { symbolFrame } from '../frame-kind.ts';
import { LineScanner } from '../line-scanner.ts';
import type { Frame, Profile } from '../profile.ts';
import { StringPool } from '../string-pool.ts';
import type { ProfileReader } from './reader.ts';

const SEMICOLON = 0x3b;
const SPACE = 0x20;
/** Characters that `recognizes` gets of a long file. */
const HEAD = 65536;
const HASH = 0x23;

/**
 * Folded stacks, as stackcollapse-*.pl and many tools write them: `outer;inner;innermost 12` in each line. The
 * annotations of stackcollapse-perf.pl (`_[j]`, `_[k]`, `_[i]`, `_[w]`) tell a frame's kind.
 */
export const foldedReader: ProfileReader = {
  format: 'folded stacks',
  recognizes: (_head, text) => {
    const lines = text.split('\n', 21);
    // The last of the lines that are looked at may be cut off.
    const cut = lines.length > 20 || text.length >= HEAD ? lines.pop() : undefined;
    const full = lines.map((line) => line.trimEnd()).filter((line) => line !== '' && !line.startsWith('#'));
    // One stack of ten thousand frames is longer than all that is looked at.
    if (full.length === 0)
      return cut !== undefined && cut.length >= HEAD / 2 && /^[^\s{[<][^\0\t]*;/.test(cut);
    return full.every((line) => /^\S.*\s\d+(\.\d+)?$/.test(line));
  },
  read: readFolded,
};

function readFolded(source: ByteSource): Profile {
  const builder = new ProfileBuilder('folded stacks', [{ name: 'samples', unit: 'samples' }]);
  const lines = new LineScanner(source);
  const stacks = new FoldedStacks(builder);
  let damaged = 0;
  while (lines.next()) {
    const { bytes, start } = lines;
    let end = lines.end;
    while (end > start && bytes[end - 1]! <= SPACE) end--;
    if (end === start || bytes[start] === HASH) continue;
    let space = end - 1;
    while (space > start && bytes[space] !== SPACE) space--;
    const value = decimal(bytes, space + 1, end);
    const stack = space > start && !Number.isNaN(value) ? stacks.stack(bytes, start, space) : -1;
    if (stack >= 0) builder.sample(stack, value);
    else damaged++;
  }
  if (damaged > 0) builder.notes.push(`${damaged} lines hold no stack and number`);
  return builder.done();
}

/** Makes stacks of lines. Lines that stand together share most of their frames: those are not looked at again. */
class FoldedStacks {
  readonly #builder: ProfileBuilder;
  readonly #pool = new StringPool();
  readonly #frameOf = new Int32Column();
  /** The line before, without its value, and where each of its frames ends, with the frame's stack. */
  #previous = new Uint8Array(1024);
  #previousLength = 0;
  readonly #ends: number[] = [];
  readonly #stacks: number[] = [];

  constructor(builder: ProfileBuilder) {
    this.#builder = builder;
  }

  /** The stack of `bytes` from `start` to `end`; -1 if there is no frame. */
  stack(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    this.#keepShared(bytes, start, length);
    let stack = this.#stacks.at(-1) ?? -1;
    let from = this.#ends.length > 0 ? this.#ends.at(-1)! + 1 : 0;
    while (from <= length) {
      let to = from;
      while (to < length && bytes[start + to] !== SEMICOLON) to++;
      if (to > from) stack = this.#builder.stacks.push(stack, this.#frame(bytes, start + from, start + to));
      this.#ends.push(to);
      this.#stacks.push(stack);
      from = to + 1;
    }
    if (length > this.#previous.length) this.#previous = new Uint8Array(length * 2);
    this.#previous.set(bytes.subarray(start, end));
    this.#previousLength = length;
    return stack;
  }

  /** Forgets the frames of the line before that this one does not begin with. */
  #keepShared(bytes: Uint8Array, start: number, length: number): void {
    const limit = Math.min(length, this.#previousLength);
    let same = 0;
    while (same < limit && this.#previous[same] === bytes[start + same]) same++;
    const whole = same === length && same === this.#previousLength;
    let kept = this.#ends.length;
    // A frame is shared if the semicolon behind it is, too.
    while (kept > 0 && this.#ends[kept - 1]! >= same && !(whole && this.#ends[kept - 1] === same)) kept--;
    this.#ends.length = kept;
    this.#stacks.length = kept;
  }

  #frame(bytes: Uint8Array, from: number, to: number): number {
    const name = this.#pool.number(bytes, from, to);
    if (name === this.#frameOf.length)
      this.#frameOf.push(this.#builder.frame(foldedFrame(this.#pool.text(name))));
    return this.#frameOf.get(name);
  }
}

/** A frame's text with what its annotation says. */
export function foldedFrame(text: string): Frame {
  const annotation = /_\[([jkiw])\]$/.exec(text);
  if (!annotation) return symbolFrame(text);
  const frame = symbolFrame(text.slice(0, -4));
  return annotation[1] === 'k' ? { ...frame, kind: 'kernel' } : frame;
}

function decimal(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = bytes[i]! - 0x30;
    if (digit < 0 || digit > 9) return fraction(bytes, from, to);
    value = value * 10 + digit;
  }
  return from < to ? value : Number.NaN;
}

function fraction(bytes: Uint8Array, from: number, to: number): number {
  const text = new TextDecoder().decode(bytes.subarray(from, to));
  return /^\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}
