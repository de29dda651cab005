import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { attemptOr, isAbsent } from '../../src/engine/absence.ts';
import { openDump } from '../../src/engine/session.ts';
import { heapInfo } from '../../src/engine/v8/heap-info.ts';
import { walkHeap } from '../../src/engine/v8/heap-walk.ts';
import { V8Inspector } from '../../src/engine/v8/inspector.ts';
import { scanForIsolates } from '../../src/engine/v8/isolate-search.ts';
import { constructorName } from '../../src/engine/v8/objects/constructor-name.ts';
import { scriptsOf } from '../../src/engine/v8/scripts.ts';
import { recordCore } from '../support/cores.ts';
import { releaseLines, releases } from '../support/releases.ts';

interface Statistics {
  heap: { heap_size_limit: number };
  spaces: { space_name: string; space_size: number; space_used_size: number }[];
}

const MEBIBYTE = 2 ** 20;

describe('V8 inside of a core', function () {
  this.timeout(120_000);
  const all = releaseLines.flatMap((line) => [
    { line, title: `of Node ${releases[line]}: isolates, scripts, heap`, flags: [] },
    // The counters of pages are old as long as nothing swept them.
    {
      line,
      title: `of Node ${releases[line]} that has not swept its pages yet`,
      flags: ['--no-concurrent-sweeping'],
    },
  ]);
  for (const { line, title, flags } of all) {
    it(title, async () => {
      const recording = await recordCore(line, 'heap-statistics.cjs', {
        nodeFlags: ['--expose-gc', '--max-old-space-size=777', ...flags],
      });
      const told = JSON.parse(recording.stdout) as { main: Statistics; worker: Statistics };
      const session = await openDump(recording.core, { program: recording.node });
      try {
        const runtime = session.requireRuntime();
        assert.equal(runtime.nodeVersion, releases[line]);
        assert.equal(runtime.builtins.named('ArrayPrototypePush')?.name, 'ArrayPrototypePush');
        const { isolates } = runtime;
        assert.equal(isolates.length, 2);
        assert.equal(isolates[0]!.thread, recording.pid);
        assert.notEqual(isolates[1]!.thread, undefined);
        const scanned = scanForIsolates(runtime);
        for (const isolate of isolates) assert.ok(scanned.includes(isolate.address));

        const source = await readFile(recording.program, 'utf8');
        for (const [i, isolate] of isolates.entries()) {
          const script = scriptsOf(isolate).find((s) => s.url === recording.program);
          assert.equal(script?.source, source);
          const offset = source.indexOf('Atomics.wait');
          const before = source.slice(0, offset).split('\n');
          assert.deepEqual(script.position(offset), {
            line: before.length,
            column: before.at(-1)!.length + 1,
            offset,
          });
          const info = heapInfo(isolate);
          const own = i === 0 ? told.main : told.worker;
          assert.equal(info.limit, own.heap.heap_size_limit);
          for (const space of own.spaces) {
            const ours = info.spaces.find((s) => s.name === space.space_name);
            if (space.space_size === 0) continue;
            assert.ok(ours, space.space_name);
            // What telling it took came after, and with it the area of a page in which code is being made.
            const tellsUsed = Math.abs(ours.used! - space.space_used_size) < MEBIBYTE / 4;
            assert.ok(tellsUsed, `${space.space_name}: ${ours.used} for ${space.space_used_size}`);
            assert.ok(Math.abs(ours.committed! - space.space_size) <= MEBIBYTE, space.space_name);
          }
          const inspector = new V8Inspector(isolate);
          const sessions = inspector.preview(inspector.own(inspector.global(), 'sessions')!.value);
          assert.ok(!isAbsent(sessions));
          assert.equal(sessions.description, 'Array(1000)');
          let count = 0;
          const { view } = inspector;
          const report = walkHeap(view, (word, map) => {
            if (map.type !== view.layout.types.JS_OBJECT || map.isPrototypeMap) return;
            // What is dead on a page that is not swept may have no map any more.
            if (attemptOr('', () => constructorName(view, word)) === 'Session') count++;
          });
          assert.equal(count, 1000);
          assert.ok(report.skipped < 0.1 * report.bytes, `${report.skipped} bytes skipped`);
        }
      } finally {
        session.close();
      }
    });
  }
});
