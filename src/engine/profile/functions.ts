import type { Profile } from './profile.ts';
import { type StackWeights, stackChildren } from './weights.ts';

/** Of every frame: `self`, and `total` with recursion counted once. */
export interface FunctionWeights {
  readonly self: Float64Array;
  readonly total: Float64Array;
}

export function functionWeights(profile: Profile, weights: StackWeights): FunctionWeights {
  const { parent, frame } = profile.stacks;
  const self = new Float64Array(profile.frames.length);
  const total = new Float64Array(profile.frames.length);
  for (let stack = 0; stack < frame.length; stack++) self[frame[stack]!]! += weights.self[stack]!;
  const outermost = outermostOccurrences(parent, frame, profile.frames.length);
  for (let stack = 0; stack < frame.length; stack++) {
    if (outermost[stack] === 1) total[frame[stack]!]! += weights.total[stack]!;
  }
  return { self, total };
}

/** 1 for every stack none of whose callers is of the same frame. */
export function outermostOccurrences(parent: Int32Array, frame: Int32Array, frameCount: number): Uint8Array {
  const { first, next, roots } = stackChildren(parent);
  const outermost = new Uint8Array(parent.length);
  const active = new Int32Array(frameCount);
  let stack = roots;
  while (stack >= 0) {
    const own = frame[stack]!;
    if (active[own] === 0) outermost[stack] = 1;
    active[own]!++;
    if (first[stack]! >= 0) {
      stack = first[stack]!;
      continue;
    }
    // Leaves this stack and those that end with it.
    for (;;) {
      active[frame[stack]!]!--;
      if (next[stack]! >= 0) {
        stack = next[stack]!;
        break;
      }
      stack = parent[stack]!;
      if (stack < 0) break;
    }
  }
  return outermost;
}
