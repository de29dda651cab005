import type { ByteSource } from '../../dump/byte-source.ts';
import { ProfileBuilder } from '../builder.ts';
import { Int32Column } from '../columns.ts';
import { symbolFrame } from '../frame-kind.ts';
import { LineScanner } from '../line-scanner.ts';
import type { Frame, Profile } from '../profile.ts';
import { StringPool } from '../string-pool.ts';
import type { ProfileReader } from './reader.ts';

const SEMICOLON = 0x3b;
const SPACE = 0x20;

/**
 * Folded stacks, as stackcollapse-*.pl and many tools write them: `outer;inner;innermost 12` in each line. The
 * annotations of stackcollapse-perf.pl (`_[j]`, `_[k]`, `_[i]`, `_[w]`) tell a frame's kind.
 */
export const foldedReader: ProfileReader = {
  format: 'folded stacks',
  recognizes: (_head, text) => {
    const lines = text.split('\n', 20).slice(0, text.length < 65536 ? 20 : 19);
    const full = lines.map((line) => line.trimEnd()).filter((line) => line !== '' && !line.startsWith('#'));
    if (text.length >= 65536 && full.length > 1 && lines.length < 20) full.pop();
    return full.length > 0 && full.every((line) => /^\S.*\s\d+(\.\d+)?$/.test(line));
  },
  read: readFolded,
};

function readFolded(source: ByteSource): Profile {
  const builder = new ProfileBuilder('folded stacks', [{ name: 'samples', unit: 'samples' }]);
  const lines = new LineScanner(source);
  const pool = new StringPool();
  const frameOf = new Int32Column();
  // The line before: its bytes up to the value, and where each frame ends with its stack. Lines that stand
  // together share most of their frames.
  let previous = new Uint8Array(1024);
  let previousLength = 0;
  const ends: number[] = [];
  const stacks: number[] = [];
  let damaged = 0;

  while (lines.next()) {
    const { bytes, start } = lines;
    let end = lines.end;
    while (end > start && bytes[end - 1]! <= SPACE) end--;
    if (end === start || bytes[start] === 0x23) continue;
    let space = end - 1;
    while (space > start && bytes[space] !== SPACE) space--;
    const value = decimal(bytes, space + 1, end);
    if (space <= start || Number.isNaN(value)) {
      damaged++;
      continue;
    }
    const length = space - start;
    let same = 0;
    const limit = Math.min(length, previousLength);
    while (same < limit && previous[same] === bytes[start + same]) same++;
    let kept = ends.length;
    // A frame is shared where its end and what follows are.
    while (
      kept > 0 &&
      !(ends[kept - 1]! < same || (ends[kept - 1] === same && same === length && same === previousLength))
    )
      kept--;
    ends.length = kept;
    stacks.length = kept;
    let stack = kept > 0 ? stacks[kept - 1]! : -1;
    let from = kept > 0 ? ends[kept - 1]! + 1 : 0;
    while (from <= length) {
      let to = from;
      while (to < length && bytes[start + to] !== SEMICOLON) to++;
      if (to > from) {
        const name = pool.number(bytes, start + from, start + to);
        if (name === frameOf.length) frameOf.push(builder.frame(foldedFrame(pool.text(name))));
        stack = builder.stacks.push(stack, frameOf.get(name));
      }
      ends.push(to);
      stacks.push(stack);
      from = to + 1;
    }
    if (stack >= 0) builder.sample(stack, value);
    if (length > previous.length) previous = new Uint8Array(length * 2);
    previous.set(bytes.subarray(start, start + length));
    previousLength = length;
  }
  if (damaged > 0) builder.notes.push(`${damaged} lines hold no stack and number`);
  return builder.done();
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
