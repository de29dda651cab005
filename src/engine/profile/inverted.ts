import { outermostOccurrences } from './functions.ts';
import type { Frame, Profile } from './profile.ts';
import { StackTableBuilder } from './stack-table.ts';
import type { StackWeights } from './weights.ts';

/** Callers of less than this share of the whole end the walk outwards. */
const SMALLEST_SHARE = 1 / 20_000;
const MOST_STACKS = 2_000_000;

/** A tree of frames with weights, as `treeLayout` and the tables take it. */
export interface WeightedTree {
  readonly profile: Profile;
  readonly weights: StackWeights;
  /** True if callers of no weight were left out. */
  readonly cut: boolean;
}

/** Bottom-up: what ran, and below each function those that called it. */
export function bottomUp(profile: Profile, weights: StackWeights): WeightedTree {
  const stacks: number[] = [];
  const values: number[] = [];
  for (let stack = 0; stack < weights.self.length; stack++) {
    if (weights.self[stack]! <= 0) continue;
    stacks.push(stack);
    values.push(weights.self[stack]!);
  }
  return callersTree(profile, stacks, values, weights.sum);
}

/** Who called a function: its stacks turned around, each with all that ran in it, recursion counted once. */
export function callersOf(profile: Profile, weights: StackWeights, frame: number): WeightedTree {
  const outermost = outermostOccurrences(profile.stacks.parent, profile.stacks.frame, profile.frames.length);
  const stacks: number[] = [];
  const values: number[] = [];
  for (let stack = 0; stack < outermost.length; stack++) {
    if (profile.stacks.frame[stack] !== frame || outermost[stack] === 0 || weights.total[stack]! <= 0)
      continue;
    stacks.push(stack);
    values.push(weights.total[stack]!);
  }
  return callersTree(profile, stacks, values, weights.sum);
}

/** What a function called: all its outermost occurrences as one tree. */
export function calleesOf(profile: Profile, weights: StackWeights, frame: number): WeightedTree {
  const { parent, frame: frameOf } = profile.stacks;
  const builder = new StackTableBuilder();
  const renumbered = new Int32Array(parent.length).fill(-1);
  for (let stack = 0; stack < parent.length; stack++) {
    const above = parent[stack]! < 0 ? -1 : renumbered[parent[stack]!]!;
    if (above >= 0 || frameOf[stack] === frame) renumbered[stack] = builder.push(above, frameOf[stack]!);
  }
  const self = new Float64Array(builder.length);
  let sum = 0;
  for (let stack = 0; stack < parent.length; stack++) {
    if (renumbered[stack]! < 0) continue;
    self[renumbered[stack]!]! += weights.self[stack]!;
    sum += weights.self[stack]!;
  }
  return finished(profile, builder, self, sum, false);
}

/**
 * Walks outwards from many stacks at once, a level at a time, so that equal callers are one and those that
 * weigh nothing are never walked.
 */
function callersTree(
  profile: Profile,
  starts: readonly number[],
  values: readonly number[],
  whole: number,
): WeightedTree {
  const { parent, frame } = profile.stacks;
  const builder = new StackTableBuilder();
  const self: number[] = [];
  let sum = 0;
  let cut = false;
  /** Of each start: where its walk is in the profile, and in the new tree. */
  let at = Int32Array.from(starts);
  let value = Float64Array.from(values);
  let under = new Int32Array(at.length).fill(-1);
  while (at.length > 0) {
    const weight = new Float64Array(Math.max(builder.length + at.length, 1));
    const reached = new Int32Array(at.length);
    for (let i = 0; i < at.length; i++) {
      reached[i] = builder.push(under[i]!, frame[at[i]!]!);
      weight[reached[i]!]! += value[i]!;
    }
    const nextAt: number[] = [];
    const nextValue: number[] = [];
    const nextUnder: number[] = [];
    for (let i = 0; i < at.length; i++) {
      const above = parent[at[i]!]!;
      const goesOn =
        above >= 0 && weight[reached[i]!]! >= whole * SMALLEST_SHARE && builder.length < MOST_STACKS;
      if (goesOn) {
        nextAt.push(above);
        nextValue.push(value[i]!);
        nextUnder.push(reached[i]!);
        continue;
      }
      if (above >= 0) cut = true;
      self[reached[i]!] = (self[reached[i]!] ?? 0) + value[i]!;
      sum += value[i]!;
    }
    at = Int32Array.from(nextAt);
    value = Float64Array.from(nextValue);
    under = Int32Array.from(nextUnder);
  }
  const own = new Float64Array(builder.length);
  for (let stack = 0; stack < own.length; stack++) own[stack] = self[stack] ?? 0;
  return finished(profile, builder, own, sum, cut);
}

function finished(
  profile: Profile,
  builder: StackTableBuilder,
  self: Float64Array,
  sum: number,
  cut: boolean,
): WeightedTree {
  const stacks = builder.done();
  const total = self.slice();
  for (let stack = total.length - 1; stack >= 0; stack--) {
    const above = stacks.parent[stack]!;
    if (above >= 0) total[above]! += total[stack]!;
  }
  const frames: readonly Frame[] = profile.frames;
  return { profile: { ...profile, frames, stacks }, weights: { self, total, sum }, cut };
}
