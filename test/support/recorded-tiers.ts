import assert from 'node:assert/strict';
import type { CoreSession } from '../../src/engine/session.ts';
import { aspects, compare, scriptFrames } from '../oracle/compare.ts';
import type { Recording } from '../oracle/recording.ts';
import { type FindingTable, finding } from './findings.ts';
import type { ReleaseLine } from './releases.ts';

/** Functions of tiers.js by the tier that they stopped in; Maglev is there from 24 on. */
const tiers: Readonly<Record<string, string>> = {
  inlined: 'turbofan',
  optimized: 'turbofan',
  each: 'interpreted',
  baseline: 'baseline',
  generator: 'interpreted',
  served: 'interpreted',
};

/** A dump of tiers.js, with what the live debugger showed of it. */
export interface OpenedTiers {
  readonly session: CoreSession;
  readonly recording: Recording;
}

/**
 * Tests that a dump shows what the debugger showed, told for a table of docs/support.md. Misses that `excused` matches
 * are not the dump's.
 */
export function sameAsLive(
  line: ReleaseLine,
  table: FindingTable,
  opened: () => OpenedTiers,
  excused = /^$/,
): void {
  it('has frames, variables and values as the live debugger shows them', () => {
    const { session, recording } = opened();
    const { scores, misses } = compare(recording, session);
    for (const aspect of aspects) {
      const { right, all } = scores[aspect];
      if (all === 0) continue;
      const theirs = misses.filter((miss) => miss.startsWith(aspect) && excused.test(miss)).length;
      finding(table, aspect, line, right + theirs, all);
      assert.equal(right + theirs, all, misses.slice(0, 5).join('\n'));
    }
    assert.ok(scores.values.all > 1000);
  });

  it('has frames of every tier', () => {
    const { session } = opened();
    const frames = scriptFrames(session, session.focusThread());
    const tierOf = (name: string) => frames.find(({ frame }) => frame.functionName === name)?.frame.js?.tier;
    assert.deepEqual(Object.fromEntries(Object.keys(tiers).map((name) => [name, tierOf(name)])), tiers);
    assert.equal(tierOf('midway'), line >= 24 ? 'maglev' : 'interpreted');
  });
}

/** The optimized loop of spinning.js has its variables. Returns the index of its frame. */
export function assertLoopVariables(session: CoreSession, tid: number): number {
  const { frames } = session.thread(tid);
  const index = frames.findIndex((f) => f.functionName === 'spin');
  const { scopes } = session.frameInfo(tid, index, frames[index]!, { depth: 0, limit: 10 });
  assert.match(String(frames[index]!.js?.tier), /turbofan|maglev/);
  const variables = new Map(scopes?.[0]?.variables.map((v) => [v.name, v]));
  const i = Number(variables.get('i')?.value ?? Number.NaN);
  assert.ok(Number.isInteger(i) && i >= 0 && i < 1000, `i is ${i}`);
  assert.equal(variables.get('list')?.className, 'Array');
  return index;
}
