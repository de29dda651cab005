import { DayAfterError } from '../errors.ts';
import { ProfileBuilder } from './builder.ts';
import type { Frame, Measure, Profile } from './profile.ts';
import { type StackWeights, stackWeights, totals } from './weights.ts';

const NEWER = 'newer ';
const OLDER = 'older ';

/**
 * Two profiles in one: every stack with what it weighed in the newer and in the older one. Frames are the same
 * if name and source are; lines move between versions, so they count for anonymous functions only, and tiers
 * do not count. Throws NOT_APPLICABLE where the units differ.
 */
export function difference(newer: Profile, older: Profile): Profile {
  const pairs = commonMeasures(newer, older);
  const builder = new ProfileBuilder(
    newer.format,
    pairs.flatMap(([after, before]) => [
      { name: NEWER + after.name, unit: after.unit },
      { name: OLDER + before.name, unit: before.unit },
    ]),
  );
  const identity = new Map<string, number>();
  add(newer, 0);
  add(older, 1);
  const merged = builder.done();
  return {
    ...merged,
    format: newer.format === older.format ? newer.format : `${newer.format} and ${older.format}`,
    notes: [...newer.notes, ...older.notes.map((note) => `the older one: ${note}`)],
    type: 'difference',
  };

  function add(profile: Profile, side: 0 | 1): void {
    const frameOf = Int32Array.from(profile.frames, (frame) => numberOf(frame));
    const { parent, frame } = profile.stacks;
    const stackOf = new Int32Array(parent.length);
    for (let stack = 0; stack < parent.length; stack++) {
      const above = parent[stack]!;
      stackOf[stack] = builder.stacks.push(above < 0 ? -1 : stackOf[above]!, frameOf[frame[stack]!]!);
    }
    for (const [i, pair] of pairs.entries()) {
      const { self } = stackWeights(profile, pair[side]);
      for (let stack = 0; stack < self.length; stack++)
        if (self[stack]! !== 0) builder.weigh(stackOf[stack]!, 2 * i + side, self[stack]!);
    }
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

/** Of each name and unit that both have; else the first unit that both have. */
function commonMeasures(newer: Profile, older: Profile): (readonly [Measure, Measure])[] {
  const pairsBy = (isSame: (a: Measure, b: Measure) => boolean) =>
    newer.measures.flatMap((after) => {
      const before = older.measures.find((m) => isSame(after, m));
      return before ? [[after, before] as const] : [];
    });
  const named = pairsBy((a, b) => a.unit === b.unit && a.name === b.name);
  if (named.length > 0) return named;
  const alike = pairsBy((a, b) => a.unit === b.unit);
  if (alike.length > 0) return alike.slice(0, 1);
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

/** What is compared in a difference, by name: its measures come in pairs. */
export function comparedMeasures({ measures }: Profile): string[] {
  return measures.filter((_, i) => i % 2 === 0).map(({ name }) => name.slice(NEWER.length));
}

/** `scale` makes the older one as large as the newer one; `pair` is an index of `comparedMeasures`. */
export function differenceWeights(profile: Profile, scale: boolean, pair = 0): DifferenceWeights {
  const newer = stackWeights(profile, profile.measures[2 * pair]!);
  const plain = stackWeights(profile, profile.measures[2 * pair + 1]!);
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
