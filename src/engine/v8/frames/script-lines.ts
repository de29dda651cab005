import { attemptOr } from '../../absence.ts';
import type { Tagged } from '../../address.ts';
import { partitionPoint } from '../../partition-point.ts';
import type { V8Runtime } from '../runtime.ts';
import { arrayLength, field, instanceType, isSmi, smiValue } from './heap-object.ts';
import { readString } from './string-reader.ts';

/** A place in a script, as debuggers count: line and column from 1, offset in characters from 0. */
export interface ScriptPosition {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** Lines of scripts, by the script's own table of line ends or else its source text. */
export class ScriptLines {
  readonly #runtime: V8Runtime;
  /** Offset behind the last character of each line (of its terminator), per script. */
  readonly #ends = new Map<Tagged, Float64Array | undefined>();

  constructor(runtime: V8Runtime) {
    this.#runtime = runtime;
  }

  /** The position of a character of a script; undefined if the script's lines are not known. */
  at(script: Tagged, offset: number): ScriptPosition | undefined {
    const ends = this.#endsOf(script);
    if (!ends || offset < 0) return undefined;
    const before = partitionPoint(ends.length, (n) => ends[n]! < offset);
    const lineStart = before === 0 ? 0 : ends[before - 1]! + 1;
    const { lineOffset, columnOffset } = this.#runtime.layout.code.script;
    const shift = (at: number) =>
      attemptOr(0, () => {
        const word = field(this.#runtime, script, at);
        return isSmi(word) ? smiValue(word) : 0;
      });
    return {
      line: before + 1 + shift(lineOffset),
      column: offset - lineStart + 1 + (before === 0 ? shift(columnOffset) : 0),
      offset,
    };
  }

  #endsOf(script: Tagged): Float64Array | undefined {
    if (!this.#ends.has(script)) {
      this.#ends.set(
        script,
        attemptOr(undefined, () => this.#stored(script) ?? this.#computed(script)),
      );
    }
    return this.#ends.get(script);
  }

  /** Script::line_ends, which V8 fills when it first needs a line: Smis, the offset of each terminator. */
  #stored(script: Tagged): Float64Array | undefined {
    const { layout } = this.#runtime;
    const array = field(this.#runtime, script, layout.code.script.lineEnds);
    if (instanceType(this.#runtime, array) !== layout.types.FIXED_ARRAY) return undefined;
    const length = arrayLength(this.#runtime, array);
    if (length === 0) return undefined;
    const { data } = layout.objects.fixedArray;
    const result = new Float64Array(length);
    for (let i = 0; i < length; i++) {
      const word = field(this.#runtime, array, data + 8 * i);
      if (!isSmi(word)) return undefined;
      result[i] = smiValue(word);
    }
    return result;
  }

  #computed(script: Tagged): Float64Array | undefined {
    const source = readString(
      this.#runtime,
      field(this.#runtime, script, this.#runtime.layout.code.script.source),
    );
    return source === undefined ? undefined : lineEnds(source);
  }
}

/** Offsets of the line terminators of ECMAScript in `source` (the LF of CR LF), and its end. */
export function lineEnds(source: string): Float64Array {
  const ends: number[] = [];
  const terminator = /\r\n|[\n\r\u2028\u2029]/g;
  for (let match = terminator.exec(source); match; match = terminator.exec(source)) {
    ends.push(terminator.lastIndex - 1);
  }
  ends.push(source.length);
  return Float64Array.from(ends);
}
