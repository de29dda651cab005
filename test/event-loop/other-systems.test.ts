import assert from 'node:assert/strict';
import type { EventLoopsInfo } from '../../src/engine/contract.ts';
import { eventLoopsOf } from '../../src/engine/event-loop/event-loops.ts';
import { openDump } from '../../src/engine/session.ts';
import * as arm64 from '../arm64/recordings.ts';
import { type ReleaseLine, releaseLines } from '../support/releases.ts';
import * as windows from '../windows/recordings.ts';

interface Dump {
  readonly core: string;
  readonly node?: string;
}

async function loopsOf({ core, node }: Dump): Promise<EventLoopsInfo> {
  const session = await openDump(core, node === undefined ? {} : { program: node });
  try {
    return eventLoopsOf(session);
  } finally {
    session.close();
  }
}

const systems: Readonly<
  Record<string, { heap(): Promise<Dump>; tiers(line: ReleaseLine): Promise<Dump>; hasDescriptors: boolean }>
> = {
  AArch64: { heap: arm64.recordedHeap, tiers: arm64.recordedTiers, hasDescriptors: true },
  Windows: {
    heap: async () => ({ core: (await windows.recordedHeap()).dump }),
    tiers: async (line) => ({ core: (await windows.recordedTiers(line)).dump }),
    hasDescriptors: false,
  },
};

for (const [name, { heap, tiers, hasDescriptors }] of Object.entries(systems)) {
  describe(`event loops of dumps of ${name}`, function () {
    this.timeout(120_000);

    it('handles of natives.cjs say what it opened', async () => {
      const loops = await loopsOf(await heap());
      const [loop] = loops.loops;
      const own = loops.handles.filter((h) => !h.internal);
      const kept = own.filter((h) => h.active && h.referenced);
      assert.equal(loop!.activeHandles, kept.length);
      assert.equal(loop!.activeRequests, 0);
      assert.deepEqual(loops.requests, []);
      assert.deepEqual(loops.notes, []);
      const texts = kept.map((h) => `${h.type} ${h.owner ?? ''}`.trim());
      const wanted = ['FSEvent FSWatcher', 'StatWatcher', 'TCP Http2Server', 'TCP Server', 'TCP Socket'];
      for (const text of [...wanted, 'TCP TLSSocket'])
        assert.ok(
          texts.some((t) => t.startsWith(text)),
          `${text} in ${texts.join()}`,
        );
      for (const handle of kept.filter((h) => h.type === 'TCP'))
        assert.equal(handle.fd !== null && handle.fd > 2, hasDescriptors);
      const watcher = kept.find((h) => h.type === 'FSEvent')!;
      assert.match(watcher.detail!, /app/);
      const client = kept.find((h) => h.owner === 'TLSSocket')!;
      assert.match(client.detail!, /connected to 127\.0\.0\.1:\d+, reading/);
      // A program that dies in a timer's callback: the clock is read from Node's environment alone.
      const [cache] = loops.timers;
      assert.notEqual(loop!.running.timer, null);
      assert.match(cache!.callback!, /^resetCache node:internal\/http/);
      assert.ok(loop!.now! > 0 && loop!.now! < 60_000);
      assert.ok(cache!.dueIn! > 0 && cache!.dueIn! <= cache!.duration!);
    });

    for (const line of releaseLines) {
      it(`Node ${line} has its own handles`, async () => {
        const loops = await loopsOf(await tiers(line));
        const own = loops.handles.filter((h) => h.internal).map((h) => h.detail ?? '');
        for (const text of ['timers', 'immediates', 'queue of tasks'])
          assert.ok(own.some((detail) => detail.startsWith(`Node’s ${text}`)));
        assert.ok(own.some((detail) => detail.startsWith('libuv’s thread pool')));
        assert.deepEqual(loops.notes, []);
        assert.equal(loops.loops[0]!.activeHandles, 0);
      });
    }
  });
}
