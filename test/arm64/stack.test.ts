import assert from 'node:assert/strict';
import type { CoreSession } from '../../src/engine/session.ts';
import { openDump } from '../../src/engine/session.ts';
import { emulationSuite } from '../engine/emulation-suite.ts';
import type { Recording } from '../oracle/recording.ts';
import { assertLoopVariables, sameAsLive } from '../support/recorded-tiers.ts';
import { releaseLines } from '../support/releases.ts';
import { recordedLoop, recordedTiers } from './recordings.ts';

describe('cores of AArch64', () => {
  for (const line of releaseLines) {
    describe(`Node ${line}`, () => {
      let session: CoreSession;
      let recording: Recording;

      before(async function () {
        this.timeout(120_000);
        const recorded = await recordedTiers(line);
        ({ recording } = recorded);
        session = await openDump(recorded.core, { program: recorded.node });
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

      sameAsLive(line, 'AArch64: stacks and locals against the live debugger', () => ({
        session,
        recording,
      }));

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
    const index = assertLoopVariables(session, tid);
    session.close();
    assert.ok(frames.slice(0, index).some((f) => f.functionName === '<signal handler called>'));
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
