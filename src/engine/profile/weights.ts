import type { Measure, Profile } from './profile.ts';

/** Of every stack: what was counted in it alone, and in it and all that it called. */
export interface StackWeights {
  readonly self: Float64Array;
  readonly total: Float64Array;
  /** Of the whole profile. */
  readonly sum: number;
}

export function stackWeights(profile: Profile, measure: Measure, thread = -1): StackWeights {
  const { parent } = profile.stacks;
  const { stack, thread: threadOf } = profile.samples;
  const self = new Float64Array(parent.length);
  let sum = 0;
  for (let i = 0; i < stack.length; i++) {
    if (thread >= 0 && threadOf[i] !== thread) continue;
    self[stack[i]!]! += measure.values[i]!;
    sum += measure.values[i]!;
  }
  return { self, total: totals(parent, self), sum };
}

/** Adds up from the innermost stacks outwards; parents have smaller numbers. */
export function totals(parent: Int32Array, self: Float64Array): Float64Array {
  const total = self.slice();
  for (let stack = parent.length - 1; stack >= 0; stack--) {
    const above = parent[stack]!;
    if (above >= 0) total[above]! += total[stack]!;
  }
  return total;
}

/** Children of every stack as linked lists, in the order of their numbers; `roots` is a list, too. */
export interface StackChildren {
  readonly first: Int32Array;
  readonly next: Int32Array;
  readonly roots: number;
}

export function stackChildren(parent: Int32Array): StackChildren {
  const first = new Int32Array(parent.length).fill(-1);
  const next = new Int32Array(parent.length).fill(-1);
  let roots = -1;
  for (let stack = parent.length - 1; stack >= 0; stack--) {
    const above = parent[stack]!;
    if (above < 0) {
      next[stack] = roots;
      roots = stack;
    } else {
      next[stack] = first[above]!;
      first[above] = stack;
    }
  }
  return { first, next, roots };
}
