import { Float64Column, Int32Column } from '../columns.ts';
import { outermostOccurrences } from './functions.ts';
import type { Profile } from './profile.ts';
import { StackTableBuilder } from './stack-table.ts';
import { type StackWeights, totals } from './weights.ts';

/** Callers of less than this share of the whole end the walk outwards. */
const SMALLEST_SHARE = 1 / 20_000;
const MOST_STACKS = 2_000_000;

/** A tree of frames with weights, as `treeLayout` and the tables take it. */
export interface WeightedTree {
  readonly profile: Profile;
  readonly weights: StackWeights;
  /** True if callers of no weight were left out. */
  readonly cut: boolean;
  /** The same tree under the other weights that were given, as the two sides of a difference. */
  readonly aside: readonly StackWeights[];
}

/** Bottom-up: what ran, and below each function those that called it. */
export function bottomUp(
  profile: Profile,
  weights: StackWeights,
  aside: readonly StackWeights[] = [],
): WeightedTree {
  const starts = new Int32Column();
  for (let stack = 0; stack < weights.self.length; stack++) if (weights.self[stack]! > 0) starts.push(stack);
  const stacks = starts.done();
  const values = [weights, ...aside].map(({ self }) => picked(self, stacks));
  return callersTree(profile, stacks, values, weights.sum);
}

/** Who called a function: its stacks turned around, each with all that ran in it, recursion counted once. */
export function callersOf(
  profile: Profile,
  weights: StackWeights,
  frame: number,
  aside: readonly StackWeights[] = [],
): WeightedTree {
  const outermost = outermostOccurrences(profile.stacks.parent, profile.stacks.frame, profile.frames.length);
  const starts = new Int32Column();
  for (let stack = 0; stack < outermost.length; stack++) {
    if (profile.stacks.frame[stack] === frame && outermost[stack] === 1 && weights.total[stack]! > 0)
      starts.push(stack);
  }
  const stacks = starts.done();
  const values = [weights, ...aside].map(({ total }) => picked(total, stacks));
  return callersTree(profile, stacks, values, weights.sum);
}

/** What a function called: all its outermost occurrences as one tree. */
export function calleesOf(
  profile: Profile,
  weights: StackWeights,
  frame: number,
  aside: readonly StackWeights[] = [],
): WeightedTree {
  const { parent, frame: frameOf } = profile.stacks;
  const builder = new StackTableBuilder();
  const renumbered = new Int32Array(parent.length).fill(-1);
  for (let stack = 0; stack < parent.length; stack++) {
    const above = parent[stack]! < 0 ? -1 : renumbered[parent[stack]!]!;
    if (above >= 0 || frameOf[stack] === frame) renumbered[stack] = builder.push(above, frameOf[stack]!);
  }
  const selves = [weights, ...aside].map(({ self }) => {
    const own = new Float64Array(builder.length);
    for (let stack = 0; stack < parent.length; stack++)
      if (renumbered[stack]! >= 0) own[renumbered[stack]!]! += self[stack]!;
    return own;
  });
  return finished(profile, builder, selves, false);
}

function picked(values: Float64Array, stacks: Int32Array): Float64Array {
  const chosen = new Float64Array(stacks.length);
  for (let i = 0; i < stacks.length; i++) chosen[i] = values[stacks[i]!]!;
  return chosen;
}

/**
 * Walks outwards from many stacks at once, a level at a time, so that equal callers are one and those that
 * weigh nothing are never walked.
 */
function callersTree(
  profile: Profile,
  starts: Int32Array,
  values: readonly Float64Array[],
  whole: number,
): WeightedTree {
  const { parent, frame } = profile.stacks;
  const builder = new StackTableBuilder();
  const selves = values.map(() => new Float64Column());
  let cut = false;
  /** Walks that go on: where each is in the profile, and in the new tree; `start` says whose values it carries. */
  const count = starts.length;
  const at = starts.slice();
  const start = Int32Array.from(starts.keys());
  const under = new Int32Array(count).fill(-1);
  const reached = new Int32Array(count);
  const value = values[0]!;
  let weight = new Float64Array(1024);
  for (let open = count; open > 0; ) {
    const before = builder.length;
    for (let i = 0; i < open; i++) reached[i] = builder.push(under[i]!, frame[at[i]!]!);
    const added = builder.length - before;
    if (added > weight.length) weight = new Float64Array(Math.max(added, weight.length * 2));
    else weight.fill(0, 0, added);
    // A level's stacks are all new ones: those of the level before have other callers.
    for (let i = 0; i < open; i++) weight[reached[i]! - before]! += value[start[i]!]!;
    for (const self of selves) while (self.length < builder.length) self.push(0);
    let still = 0;
    for (let i = 0; i < open; i++) {
      const above = parent[at[i]!]!;
      const stack = reached[i]!;
      if (above >= 0 && weight[stack - before]! >= whole * SMALLEST_SHARE && builder.length < MOST_STACKS) {
        at[still] = above;
        start[still] = start[i]!;
        under[still++] = stack;
        continue;
      }
      if (above >= 0) cut = true;
      selves.forEach((self, side) => {
        self.add(stack, values[side]![start[i]!]!);
      });
    }
    open = still;
  }
  return finished(
    profile,
    builder,
    selves.map((self) => self.done()),
    cut,
  );
}

function finished(
  profile: Profile,
  builder: StackTableBuilder,
  selves: readonly Float64Array[],
  cut: boolean,
): WeightedTree {
  const stacks = builder.done();
  const [weights, ...aside] = selves.map((self): StackWeights => {
    let sum = 0;
    for (const value of self) sum += value;
    return { self, total: totals(stacks.parent, self), sum };
  });
  return { profile: { ...profile, stacks }, weights: weights!, cut, aside };
}
