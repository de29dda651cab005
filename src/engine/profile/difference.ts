import { DayAfterError } from '../errors.ts';
import { ProfileBuilder } from './builder.ts';
import type { Frame, Measure, Profile } from './profile.ts';
import { type StackWeights, stackWeights, totals } from './weights.ts';

/**
 * Two profiles in one: every stack with what it weighed in the newer and in the older one. Frames are the same
 * if name and source are; lines move between versions, so they count for anonymous functions only, and tiers
 * do not count. Throws NOT_APPLICABLE where the units differ.
 */
export function difference(newer: Profile, older: Profile): Profile {
  const [after, before] = commonMeasures(newer, older);
  const builder = new ProfileBuilder(newer.format, [
    { name: 'newer', unit: after.unit },
    { name: 'older', unit: before.unit },
  ]);
  const identity = new Map<string, number>();
  add(newer, after, (stack, value) => builder.sample(stack, value, 0));
  add(older, before, (stack, value) => builder.sample(stack, 0, value));
  const merged = builder.done();
  return {
    ...merged,
    format: newer.format === older.format ? newer.format : `${newer.format} and ${older.format}`,
    notes: [...newer.notes, ...older.notes.map((note) => `the older one: ${note}`)],
    type: 'difference',
  };

  function add(profile: Profile, measure: Measure, sample: (stack: number, value: number) => void): void {
    const frameOf = Int32Array.from(profile.frames, (frame) => numberOf(frame));
    const { parent, frame } = profile.stacks;
    const stackOf = new Int32Array(parent.length);
    for (let stack = 0; stack < parent.length; stack++) {
      const above = parent[stack]!;
      stackOf[stack] = builder.stacks.push(above < 0 ? -1 : stackOf[above]!, frameOf[frame[stack]!]!);
    }
    const { self } = stackWeights(profile, measure);
    for (let stack = 0; stack < self.length; stack++)
      if (self[stack]! !== 0) sample(stackOf[stack]!, self[stack]!);
  }

  function numberOf(frame: Frame): number {
    const line = frame.name === '' ? `${frame.line}:${frame.column}` : '';
    const key = `${frame.name}\0${frame.source}\0${line}`;
    let number = identity.get(key);
    if (number === undefined) {
      number = builder.frame({ ...frame, tier: '' });
      identity.set(key, number);
    }
    return number;
  }
}

/** The first unit that both have. */
function commonMeasures(newer: Profile, older: Profile): [Measure, Measure] {
  for (const after of newer.measures) {
    const before = older.measures.find((m) => m.unit === after.unit && m.name === after.name);
    if (before) return [after, before];
  }
  for (const after of newer.measures) {
    const before = older.measures.find((m) => m.unit === after.unit);
    if (before) return [after, before];
  }
  throw new DayAfterError(
    'NOT_APPLICABLE',
    `the profiles count different things: ${newer.measures[0]!.unit} and ${older.measures[0]!.unit}`,
  );
}

/** Weights that give room to both sides, so that what vanished and what is new are both seen. */
export interface DifferenceWeights {
  readonly union: StackWeights;
  readonly newer: StackWeights;
  readonly older: StackWeights;
}

/** `scale` makes the older one as large as the newer one. */
export function differenceWeights(profile: Profile, scale: boolean): DifferenceWeights {
  const newer = stackWeights(profile, profile.measures[0]!);
  const plain = stackWeights(profile, profile.measures[1]!);
  const factor = scale && plain.sum > 0 ? newer.sum / plain.sum : 1;
  const older: StackWeights =
    factor === 1
      ? plain
      : {
          self: plain.self.map((v) => v * factor),
          total: plain.total.map((v) => v * factor),
          sum: plain.sum * factor,
        };
  const self = newer.self.map((value, stack) => Math.max(value, older.self[stack]!));
  let sum = 0;
  for (const value of self) sum += value;
  return { union: { self, total: totals(profile.stacks.parent, self), sum }, newer, older };
}
