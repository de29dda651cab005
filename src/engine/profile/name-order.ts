import type { Frame, Profile } from './profile.ts';

/** Place of every frame in the alphabet. */
export function nameRanks(frames: readonly Frame[]): Int32Array {
  const ranks = Int32Array.from(frames.keys());
  if (inOrder(frames)) return ranks;
  frameOrder(frames).forEach((frame, rank) => {
    ranks[frame] = rank;
  });
  return ranks;
}

/** The same profile with its frames in the alphabet's order, so that nothing sorts them again. */
export function inNameOrder(profile: Profile): Profile {
  if (inOrder(profile.frames)) return profile;
  const order = frameOrder(profile.frames);
  const ranks = nameRanks(profile.frames);
  const { parent, frame } = profile.stacks;
  return {
    ...profile,
    frames: order.map((number) => profile.frames[number]!),
    stacks: { parent, frame: frame.map((number) => ranks[number]!) },
  };
}

function frameOrder(frames: readonly Frame[]): number[] {
  return [...frames.keys()].sort((a, b) => compareFrames(frames[a]!, frames[b]!) || a - b);
}

function inOrder(frames: readonly Frame[]): boolean {
  for (let i = 1; i < frames.length; i++) if (compareFrames(frames[i - 1]!, frames[i]!) > 0) return false;
  return true;
}

function compareFrames(a: Frame, b: Frame): number {
  return compare(a.name, b.name) || compare(a.source, b.source) || a.line - b.line;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
