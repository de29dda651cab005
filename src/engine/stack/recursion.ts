import type { StackFrame } from './frame.ts';

/** A run of frames: one after the other, or `period` frames that come again and again. */
export interface StackPart {
  readonly start: number;
  /** Behind the last one. */
  readonly end: number;
  /** Frames of one round; undefined for frames that do not repeat. */
  readonly period: number | undefined;
}

/** Functions that call each other in a circle; longer circles are shown in full. */
const MAX_PERIOD = 24;

/**
 * Splits a stack into parts so that recursion stands out: equal keys are equal places. A run counts as
 * recursion from `rounds` rounds on. Takes time proportional to the length.
 */
export function findRecursion(keys: readonly (string | number)[], rounds: number): StackPart[] {
  const parts: StackPart[] = [];
  let plain = 0;
  for (let i = 0; i < keys.length; ) {
    const period = periodAt(keys, i, rounds);
    if (period === undefined) {
      i++;
      continue;
    }
    let end = i + period;
    while (end < keys.length && keys[end] === keys[end - period]) end++;
    end -= (end - i) % period;
    if (plain < i) parts.push({ start: plain, end: i, period: undefined });
    parts.push({ start: i, end, period });
    i = end;
    plain = end;
  }
  if (plain < keys.length) parts.push({ start: plain, end: keys.length, period: undefined });
  return parts;
}

/** The shortest circle that begins at `start` and goes round often enough. */
function periodAt(keys: readonly (string | number)[], start: number, rounds: number): number | undefined {
  for (let period = 1; period <= MAX_PERIOD; period++) {
    const end = start + period * rounds;
    if (end > keys.length) return undefined;
    let i = start + period;
    while (i < end && keys[i] === keys[i - period]) i++;
    if (i === end) return period;
  }
  return undefined;
}

/** A stack as it is shown: a frame by its index, or how many frames are left out between two of them. */
export type ShownFrame = { readonly index: number } | FoldedFrames;

export interface FoldedFrames {
  readonly from: number;
  /** Inclusive. */
  readonly to: number;
  /** Frames of one round. */
  readonly period: number;
}

/**
 * What to show of a stack: of a recursion that has more than twice `kept` frames only the first and last
 * `kept` ones, in whole rounds, with a gap (inclusive) between.
 */
export function foldRecursion(keys: readonly (string | number)[], kept: number): ShownFrame[] {
  const shown: ShownFrame[] = [];
  const all = (from: number, end: number) => {
    for (let index = from; index < end; index++) shown.push({ index });
  };
  for (const { start, end, period } of findRecursion(keys, 4)) {
    const head = period === undefined ? 0 : Math.ceil(kept / period) * period;
    if (period === undefined || end - start <= 2 * head + period) {
      all(start, end);
      continue;
    }
    all(start, start + head);
    shown.push({ from: start + head, to: end - head - 1, period });
    all(end - head, end);
  }
  return shown;
}

/** Frames of one function at one place are of one recursion, whatever tier they run in. */
export function placeKey({ js, functionName, pc }: StackFrame): string {
  if (js === undefined) return `${functionName} ${pc}`;
  // The same in every tier, and at hand where a position would have to be decoded.
  return `${js.sharedFunctionInfo} ${js.bytecodeOffset ?? js.position?.offset}`;
}

/** Rounds from which on a stack is said to be in a recursion. */
const DEEP = 50;

/** The longest recursion of a stack: how many frames it has, and the functions of one round. */
export function longestRecursion(
  frames: readonly StackFrame[],
): { readonly frames: number; readonly names: readonly string[] } | undefined {
  let longest: StackPart | undefined;
  for (const part of frames.length < DEEP ? [] : findRecursion(frames.map(placeKey), DEEP)) {
    if (part.period !== undefined && part.end - part.start > (longest ? longest.end - longest.start : 0))
      longest = part;
  }
  if (!longest) return undefined;
  const round = frames.slice(longest.start, longest.start + longest.period!);
  const names = new Set(round.map((f) => f.functionName || '(anonymous)'));
  return { frames: longest.end - longest.start, names: [...names] };
}
