import assert from 'node:assert/strict';
import { fuzz } from './fuzz.ts';
import type { SubjectName } from './subjects.ts';

/** Cases for each: the first is the one whose values are compared closely. */
const cases: Readonly<Record<SubjectName, number>> = {
  plain: 105,
  tiers: 42,
  waiting: 14,
  arm64: 28,
  windows: 30,
};
/**
 * Of 15 cores with such damage, how many may mislead: raw data that happened to look like a pointer may have been hit;
 * of 4 to 32 lost pages one may hold what only V8's own tables lead to.
 */
const bounds: Readonly<Record<string, number>> = { wild: 3, lost: 6 };

describe('a damaged dump', () => {
  for (const [subject, count] of Object.entries(cases) as [SubjectName, number][]) {
    it(`never crashes or hangs the reader (${subject}), and changes no value without a note`, async function () {
      this.timeout(600_000);
      const report = await fuzz({ subject, line: 22, cases: count, seed: 1 });
      assert.deepEqual(report.failures, []);
      for (const [kind, { read, refused, silent }] of Object.entries(report.kinds)) {
        const all = count / Object.keys(report.kinds).length;
        assert.equal(read + refused, all, kind);
        assert.ok(kind === 'cut' || read > 0, `no dump with damaged ${kind} could be read`);
        const bound = bounds[kind];
        assert.ok(
          subject !== 'plain' || bound === undefined || silent <= bound,
          `${silent} of ${all} dumps with damage of the kind "${kind}" misled`,
        );
      }
    });
  }
});
