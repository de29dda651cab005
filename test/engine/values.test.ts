import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAbsent } from '../../src/engine/absence.ts';
import { openDump } from '../../src/engine/session.ts';
import type { Property } from '../../src/engine/v8/inspect.ts';
import { V8Inspector } from '../../src/engine/v8/inspector.ts';
import { recordCore } from '../support/cores.ts';
import { finding } from '../support/findings.ts';
import { releaseLines, releases } from '../support/releases.ts';
import { run } from '../support/run.ts';
import { compareValue, type LiveValue, Tally } from './compare-values.ts';
import { kindOf } from './value-kinds.ts';

/** Not UTC, so that a date shown in the wrong zone is seen. */
const env = { TZ: 'Europe/Berlin' };

/**
 * What the live debugger shows by running code of the process, or what the debugger's own presence changes:
 * the environment, RegExp's last match, lazily loaded globals, functions' prototypes that do not exist yet.
 */
const lowest = 98;

describe('values', function () {
  this.timeout(300_000);
  for (const line of releaseLines) {
    it(`of Node ${releases[line]} are those of the live debugger`, async () => {
      const recording = await recordCore(line, 'values.cjs', { env });
      const live = await liveValues(recording.node, recording.program);
      const session = await openDump(recording.core, { program: recording.node });
      try {
        const inspector = new V8Inspector(session.requireRuntime().isolates[0]!);
        const zoo = inspector.own(inspector.global(), 'zoo');
        assert.ok(zoo, 'the global `zoo`');
        const values = new Map<string, Property>(inspector.named(zoo.value).map((p) => [p.name, p]));
        const tally = new Tally();
        const rows = new Map<string, { good: number; all: number }>();
        for (const [name, value] of Object.entries(live)) {
          const { compared, misses } = { compared: tally.compared, misses: tally.misses.length };
          const ours = values.get(name);
          if (ours) compareValue(inspector, name, ours.value, value, tally);
          else tally.check(name, 'missing', 'there');
          const row = rows.get(kindOf(name)) ?? { good: 0, all: 0 };
          row.all += tally.compared - compared;
          row.good += tally.compared - compared - (tally.misses.length - misses);
          rows.set(kindOf(name), row);
        }
        for (const [row, { good, all }] of rows) finding('Kinds of value', row, line, good, all);
        const kinds = new Set(tally.misses.map((m) => m.split(/[ .[]/, 1)[0]));
        console.log(
          `      ${Object.keys(live).length} values, ${tally.percent.toFixed(2)} % of ${tally.compared} facts; ` +
            `misses in ${[...kinds].join(', ')}`,
        );
        if (process.env.MISSES) console.log(tally.misses.join('\n'));
        assert.ok(Object.keys(live).length > 220);
        assert.ok(tally.percent >= lowest, tally.misses.slice(0, 100).join('\n'));
      } finally {
        session.close();
      }
    });
  }

  it('of a million elements are paged', async () => {
    const recording = await recordCore(22, 'million.cjs', { env });
    const session = await openDump(recording.core, { program: recording.node });
    try {
      const inspector = new V8Inspector(session.requireRuntime().isolates[0]!);
      const array = inspector.own(inspector.global(), 'million')!.value;
      assert.equal(inspector.counts(array).indexed, 1_000_000);
      const page = inspector.indexed(array, 999_990, 100);
      assert.deepEqual(
        page.map((p) => p.name),
        Array.from({ length: 10 }, (_, i) => String(999_990 + i)),
      );
      const text = inspector.preview(inspector.own(inspector.global(), 'text')!.value);
      assert.ok(!isAbsent(text));
      assert.equal(text.description, 'x'.repeat(1_200_000));
    } finally {
      session.close();
    }
  });
});

async function liveValues(node: string, program: string): Promise<Record<string, LiveValue>> {
  const folder = await mkdtemp(join(tmpdir(), 'dayafter-values-'));
  try {
    const path = join(folder, 'live.json');
    await run('bash', ['-c', 'ulimit -c 0; exec "$@"', 'bash', node, program], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8', ...env, ORACLE: path },
    });
    return JSON.parse(await readFile(path, 'utf8')) as Record<string, LiveValue>;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
