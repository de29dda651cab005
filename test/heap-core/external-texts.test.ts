import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { leakSuspects } from '../../src/engine/analyses/leaks/suspects.ts';
import { openGraph } from '../../src/engine/analyses/open-graph.ts';
import { recordCore } from '../support/cores.ts';
import { releaseLines } from '../support/releases.ts';

const program = resolve(import.meta.dirname, '../programs/external-texts.js');

describe('texts outside of the heap', () => {
  for (const line of releaseLines) {
    it(`are counted to who holds them (Node ${line})`, async function () {
      this.timeout(120_000);
      const heap = await openGraph((await recordCore(line, program)).core);
      try {
        const [first] = leakSuspects(heap);
        assert.equal(first?.variable, 'pages');
        assert.ok(first.retainedSize > 40e6 && first.retainedSize < 41e6, first.title);
      } finally {
        heap.close();
      }
    });
  }
});
