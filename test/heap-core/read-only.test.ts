import assert from 'node:assert/strict';
import type { Address } from '../../src/engine/address.ts';
import { readLiveHeap } from '../../src/engine/heap-graph/live-heap.ts';
import { openDump } from '../../src/engine/session.ts';
import { recordCore } from '../support/cores.ts';
import { releaseLines } from '../support/releases.ts';

describe('pages that isolates share', () => {
  for (const line of releaseLines) {
    it(`are read object by object to their end (Node ${line})`, async function () {
      this.timeout(240_000);
      const { core } = await recordCore(line, 'uncaught.js');
      const session = await openDump(core);
      try {
        const { memory, isolates } = session.requireRuntime();
        const { image, kinds } = readLiveHeap(session, isolates[0]!);
        const pages = image.pages.filter(({ space }) => space === 'read_only_space');
        assert.ok(pages.length > 0);
        for (const page of pages) {
          let i = page.first + (page.areaStart - page.start) / 8;
          // V8 14 leaves holes that nobody may touch.
          const isHole = (at: number) => memory.regionAt(image.addressOf(at) as Address)?.flags === 0;
          while (i < page.end && !isHole(i)) {
            const id = kinds.idAt(i);
            assert.ok(id >= 0, `no object is known at ${image.addressOf(i).toString(16)}`);
            i += Math.ceil(kinds.size(i, kinds.of(id), page) / 8);
          }
          assert.ok(i <= page.end);
        }
      } finally {
        session.close();
      }
    });
  }
});
