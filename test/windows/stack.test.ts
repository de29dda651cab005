import assert from 'node:assert/strict';
import type { CoreSession } from '../../src/engine/session.ts';
import { openDump } from '../../src/engine/session.ts';
import { emulationSuite } from '../engine/emulation-suite.ts';
import type { Recording } from '../oracle/recording.ts';
import { assertLoopVariables, sameAsLive } from '../support/recorded-tiers.ts';
import { recordedReleases, releaseLines } from '../support/releases.ts';
import { recordedExit, recordedLoop, recordedTiers, recordedViolation } from './recordings.ts';

/** Getters of process that Wine lets fail: the debugger shows no values of them. */
const failsInWine =
  /process\.(title|ppid|debugPort): debugger accessor|this\.(title|ppid|debugPort): debugger accessor/;

describe('minidumps of Windows', () => {
  for (const line of releaseLines) {
    describe(`Node ${line}`, () => {
      let session: CoreSession;
      let recording: Recording;

      before(async function () {
        this.timeout(120_000);
        const recorded = await recordedTiers(line);
        ({ recording } = recorded);
        session = await openDump(recorded.dump);
      });
      after(() => session?.close());

      it('tell what they are, and how the process died', () => {
        const { format, process, death, isolates } = session.info();
        assert.equal(format, 'minidump');
        assert.equal(process.arch, 'x64');
        assert.equal(process.nodeVersion, `v${recordedReleases[line]}`);
        assert.equal(process.executable, 'C:\\Program Files\\nodejs\\node.exe');
        assert.deepEqual(process.argv?.[0], 'C:\\Program Files\\nodejs\\node.exe');
        assert.deepEqual(process.argv?.at(-1), 'C:\\app\\tiers.js');
        assert.equal(death.kind, 'uncaught-exception');
        assert.equal(death.signal, 'EXCEPTION_BREAKPOINT');
        assert.match(death.message, /RangeError: order 1: .*interpreted \(C:\\app\\tiers\.js:25:22\)/);
        const { limit, used } = isolates[0]!.heap;
        assert.ok((limit ?? 0) > 4e9 && (used ?? 0) > 3e6, `${used} of ${limit}`);
      });

      const table = 'Windows: stacks and locals against the live debugger';
      sameAsLive(line, table, () => ({ session, recording }), failsInWine);

      it('go on through C++ to the start of each thread', () => {
        const { frames } = session.thread(session.focusThread());
        const names = frames.map((f) => f.functionName ?? '');
        assert.match(names[0]!, /^v8::base::OS::(Abort|DebugBreak)\(\)$/);
        for (const name of ['uv_run', 'node::Start(int, char**)', 'RtlUserThreadStart'])
          assert.ok(names.includes(name), `${name} is not among ${names.join(', ')}`);
        for (const { tid } of session.core.threads) {
          const stack = session.thread(tid);
          assert.ok(stack.complete, `thread ${tid}: ${stack.end}`);
          assert.equal(stack.frames.at(-1)?.functionName, 'RtlUserThreadStart');
        }
      });

      it('have the environment variables of the process', () => {
        const { properties } = session.inspect('process.env', { depth: 1, limit: 100 });
        const names = (properties ?? []).map(({ name }) => name);
        assert.ok(names.includes('PATH') && names.includes('ComSpec'), names.join(', '));
        assert.ok(!names.some((name) => name.startsWith('=')));
      });
    });
  }

  it('have the variables of an optimized loop that was dumped from outside', async function () {
    this.timeout(120_000);
    const session = await openDump(await recordedLoop());
    const tid = session.focusThread();
    assertLoopVariables(session, tid);
    const { kind, signal } = session.info().death;
    session.close();
    assert.deepEqual([kind, signal], ['alive', null]);
  });

  it('tell a full heap, which Node ends by an exit', async function () {
    this.timeout(120_000);
    const session = await openDump(await recordedExit());
    const { death } = session.info();
    const { frames } = session.thread(session.focusThread());
    session.close();
    assert.deepEqual([death.kind, death.signal], ['out-of-memory', null]);
    assert.match(
      death.message,
      /where 8 MiB are allowed\), .*"Reached heap limit"\. The last allocation was for grow \(C:\\app\\die-memory\.js:6:/,
    );
    assert.equal(frames[0]?.functionName, 'RtlExitUserProcess');
  });

  it('tell where native code failed, and which JavaScript called it', async function () {
    this.timeout(120_000);
    const session = await openDump(await recordedViolation());
    const { death } = session.info();
    const { frames } = session.thread(session.focusThread());
    session.close();
    assert.equal(death.kind, 'native-crash');
    assert.equal(death.signal, 'EXCEPTION_ACCESS_VIOLATION');
    assert.equal(death.address, '0x0');
    assert.match(
      death.message,
      /in napi_register_module_v1 \(addon\.node\).*load \(C:\\app\\die-native\.js:4:11\)/,
    );
    assert.deepEqual(frames[0]?.module?.path, 'C:\\app\\addon.node');
  });

  describe('run code of theirs on copies of their memory', () => {
    emulationSuite(
      releaseLines.map((line) => ({
        name: `Node ${line}`,
        open: async () => openDump((await recordedTiers(line)).dump),
      })),
    );
  });
});
