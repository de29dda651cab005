import assert from 'node:assert/strict';
import type { CoreSession } from '../../src/engine/session.ts';
import { openDump } from '../../src/engine/session.ts';
import { emulationSuite } from '../engine/emulation-suite.ts';
import { aspects, type Comparison, compare, scriptFrames } from '../oracle/compare.ts';
import { percent } from '../oracle/tally.ts';
import { finding } from '../support/findings.ts';
import { releaseLines } from '../support/releases.ts';
import { recordedLoop, recordedTiers } from './recordings.ts';

/** Functions of tiers.js by the tier that they stopped in; Maglev is there from 24 on. */
const tiers: Readonly<Record<string, string>> = {
  inlined: 'turbofan',
  optimized: 'turbofan',
  each: 'interpreted',
  baseline: 'baseline',
  generator: 'interpreted',
  served: 'interpreted',
};

describe('cores of AArch64', () => {
  for (const line of releaseLines) {
    describe(`Node ${line}`, () => {
      let session: CoreSession;
      let comparison: Comparison;

      before(async function () {
        this.timeout(120_000);
        const { core, node, recording } = await recordedTiers(line);
        session = await openDump(core, { program: node });
        comparison = compare(recording, session);
      });
      after(() => session?.close());

      it('tell what they are, and how the process died', () => {
        const { process, death } = session.info();
        assert.equal(process.arch, 'arm64');
        assert.deepEqual(process.argv?.slice(-1), ['/app/programs/tiers.js']);
        assert.equal(death.kind, 'uncaught-exception');
        assert.match(
          death.message,
          /RangeError: order 1: .*interpreted \(\/app\/programs\/tiers\.js:25:22\)/,
        );
      });

      it('have frames, variables and values as the live debugger shows them', () => {
        for (const aspect of aspects) {
          const { right, all } = comparison.scores[aspect];
          if (all === 0) continue;
          finding('AArch64: stacks and locals against the live debugger', aspect, line, right, all);
          assert.equal(percent(comparison.scores[aspect]), 100, comparison.misses.slice(0, 5).join('\n'));
        }
        assert.ok(comparison.scores.values.all > 1000);
      });

      it('have frames of every tier', () => {
        const frames = scriptFrames(session, session.focusThread());
        const found = Object.keys(tiers).map((name) => [
          name,
          frames.find(({ frame }) => frame.functionName === name)?.frame.js?.tier,
        ]);
        assert.deepEqual(Object.fromEntries(found), tiers);
        const midway = frames.find(({ frame }) => frame.functionName === 'midway')?.frame.js?.tier;
        assert.equal(midway, line >= 24 ? 'maglev' : 'interpreted');
      });

      it('go on through C++ to the start of the thread', () => {
        const { frames } = session.thread(session.focusThread());
        const names = frames.map((f) => f.functionName ?? '');
        assert.equal(names[0], 'v8::base::OS::Abort()');
        for (const name of [
          'node::Environment::RunTimers(uv_timer_s*)',
          'uv_run',
          'node::Start(int, char**)',
        ])
          assert.ok(names.includes(name), `${name} is not among ${names.join(', ')}`);
        assert.ok(!names.some((name) => /^\$[xd]/.test(name)));
        assert.ok(session.thread(session.focusThread()).complete);
      });
    });
  }

  it('have the variables of an optimized loop that a signal handler interrupted', async function () {
    this.timeout(120_000);
    const { core, node } = await recordedLoop();
    const session = await openDump(core, { program: node });
    const tid = session.core.pid!;
    const { frames } = session.thread(tid);
    const index = frames.findIndex((f) => f.functionName === 'spin');
    const { scopes } = session.frameInfo(tid, index, frames[index]!, { depth: 0, limit: 10 });
    session.close();
    assert.ok(frames.slice(0, index).some((f) => f.functionName === '<signal handler called>'));
    assert.match(String(frames[index]!.js?.tier), /turbofan|maglev/);
    const variables = new Map(scopes?.[0]?.variables.map((v) => [v.name, v]));
    const i = Number(variables.get('i')?.value ?? Number.NaN);
    assert.ok(Number.isInteger(i) && i >= 0 && i < 1000, `i is ${i}`);
    assert.equal(variables.get('list')?.className, 'Array');
  });

  it('have stacks of all threads to their starts, without any library of the system', async function () {
    this.timeout(120_000);
    const { core, node } = await recordedLoop();
    const session = await openDump(core, { program: node });
    const threads = session.core.threads.map(({ tid }) => session.thread(tid));
    const missing = session
      .info()
      .modules.filter((m) => m.status !== 'matched')
      .map((m) => m.path);
    session.close();
    assert.ok(missing.some((path) => /libc\.so/.test(path)));
    assert.deepEqual(
      threads.map(({ complete }) => complete),
      threads.map(() => true),
    );
    const names = threads.map(({ frames }) => frames.map((f) => f.functionName));
    assert.ok(names.filter((stack) => stack.includes('uv_cond_wait')).length >= 4);
  });

  describe('run code of theirs on copies of their memory', () => {
    emulationSuite(
      releaseLines.map((line) => ({
        name: `Node ${line}`,
        async open() {
          const { core, node } = await recordedTiers(line);
          return openDump(core, { program: node });
        },
      })),
    );
  });
});
