import assert from 'node:assert/strict';
import { functionWeights } from '../../src/engine/profile/functions.ts';
import type { Frame, Measure, Profile } from '../../src/engine/profile/profile.ts';
import { stackWeights } from '../../src/engine/profile/weights.ts';
import type { NaiveTable } from './naive.ts';

export const v8Name = (f: Frame) => `${f.name}|${f.source}|${f.line}|${f.column}`;

/** Self and total by a frame's name; frames of one name are added up, so names must tell them apart. */
export function tableOf(profile: Profile, measure: Measure, name: (frame: Frame) => string): NaiveTable {
  const weights = functionWeights(profile, stackWeights(profile, measure));
  const table: NaiveTable = new Map();
  profile.frames.forEach((frame, i) => {
    const key = name(frame);
    const { self, total } = table.get(key) ?? { self: 0, total: 0 };
    table.set(key, { self: self + weights.self[i]!, total: total + weights.total[i]! });
  });
  return table;
}

/** Every function of either side, to the millionth part. */
export function assertSameTable(actual: NaiveTable, expected: NaiveTable): void {
  const near = (a: number, b: number) => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(a), Math.abs(b));
  for (const key of new Set([...actual.keys(), ...expected.keys()])) {
    const a = actual.get(key) ?? { self: 0, total: 0 };
    const b = expected.get(key) ?? { self: 0, total: 0 };
    assert.ok(near(a.self, b.self), `self of ${key}: ${a.self}, expected ${b.self}`);
    assert.ok(near(a.total, b.total), `total of ${key}: ${a.total}, expected ${b.total}`);
  }
}
