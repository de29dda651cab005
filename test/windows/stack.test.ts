import assert from 'node:assert/strict';
import type { CoreSession } from '../../src/engine/session.ts';
import { openDump } from '../../src/engine/session.ts';
import { aspects, type Comparison, compare, scriptFrames } from '../oracle/compare.ts';
import { finding } from '../support/findings.ts';
import { releaseLines, releases } from '../support/releases.ts';
import { recordedExit, recordedLoop, recordedTiers, recordedViolation } from './recordings.ts';

/** Functions of tiers.js by the tier that they stopped in; Maglev is there from 24 on. */
const tiers: Readonly<Record<string, string>> = {
  inlined: 'turbofan',
  optimized: 'turbofan',
  each: 'interpreted',
  baseline: 'baseline',
  generator: 'interpreted',
  served: 'interpreted',
};

/** Getters of process that Wine lets fail: the debugger shows no values of them. */
const failsInWine =
  /process\.(title|ppid|debugPort): debugger accessor|this\.(title|ppid|debugPort): debugger accessor/;

describe('minidumps of Windows', () => {
  for (const line of releaseLines) {
    describe(`Node ${line}`, () => {
      let session: CoreSession;
      let comparison: Comparison;

      before(async function () {
        this.timeout(120_000);
        const { dump, recording } = await recordedTiers(line);
        session = await openDump(dump);
        comparison = compare(recording, session);
      });
      after(() => session?.close());

      it('tell what they are, and how the process died', () => {
        const { format, process, death, isolates } = session.info();
        assert.equal(format, 'minidump');
        assert.equal(process.arch, 'x64');
        assert.equal(process.nodeVersion, `v${releases[line]}`);
        assert.equal(process.executable, 'C:\\Program Files\\nodejs\\node.exe');
        assert.deepEqual(process.argv?.[0], 'C:\\Program Files\\nodejs\\node.exe');
        assert.deepEqual(process.argv?.at(-1), 'C:\\app\\tiers.js');
        assert.equal(death.kind, 'uncaught-exception');
        assert.equal(death.signal, 'EXCEPTION_BREAKPOINT');
        assert.match(death.message, /RangeError: order 1: .*interpreted \(C:\\app\\tiers\.js:25:22\)/);
        const { limit, used } = isolates[0]!.heap;
        assert.ok((limit ?? 0) > 4e9 && (used ?? 0) > 3e6, `${used} of ${limit}`);
      });

      it('have frames, variables and values as the live debugger shows them', () => {
        for (const aspect of aspects) {
          const { right, all } = comparison.scores[aspect];
          if (all === 0) continue;
          const misses = comparison.misses.filter((m) => m.startsWith(aspect));
          const excused = misses.filter((m) => failsInWine.test(m)).length;
          finding('Windows: stacks and locals against the live debugger', aspect, line, right + excused, all);
          assert.equal(right + excused, all, comparison.misses.slice(0, 5).join('\n'));
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
    const { frames } = session.thread(tid);
    const index = frames.findIndex((f) => f.functionName === 'spin');
    const { scopes } = session.frameInfo(tid, index, frames[index]!, { depth: 0, limit: 10 });
    const { kind, signal } = session.info().death;
    session.close();
    assert.deepEqual([kind, signal], ['alive', null]);
    assert.match(String(frames[index]!.js?.tier), /turbofan|maglev/);
    const variables = new Map(scopes?.[0]?.variables.map((v) => [v.name, v]));
    const i = Number(variables.get('i')?.value ?? Number.NaN);
    assert.ok(Number.isInteger(i) && i >= 0 && i < 1000, `i is ${i}`);
    assert.equal(variables.get('list')?.className, 'Array');
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
});
