import assert from 'node:assert/strict';
import { run as runCli } from '../../src/cli/run.ts';
import type { EventLoopsInfo } from '../../src/engine/contract.ts';
import { check, handlesShape } from '../cli/shapes.ts';
import { type Recording, recordCore } from '../support/cores.ts';

async function dayafter(...argv: string[]): Promise<{ status: number; out: string }> {
  const out: string[] = [];
  const write = (text: string) => void out.push(text);
  const status = await runCli(argv, { stdout: { write }, stderr: { write }, env: {} });
  return { status, out: out.join('') };
}

describe('dayafter handles', function () {
  this.timeout(120_000);
  let recording: Recording;
  before(async () => {
    recording = await recordCore(24, 'event-loop.cjs', { nodeFlags: [] });
  });

  it('prints JSON of its shape, the same twice', async () => {
    const { status, out } = await dayafter('handles', recording.core, '--json');
    assert.equal(status, 0, out);
    const loops = JSON.parse(out) as EventLoopsInfo;
    check(loops, handlesShape);
    assert.ok(loops.handles.length > 20 && loops.requests.length > 5 && loops.timers.length > 10);
    assert.equal((await dayafter('handles', recording.core, '--json')).out, out);
  });

  it('shows people first what keeps the process alive', async () => {
    const { status, out } = await dayafter('handles', recording.core);
    assert.equal(status, 0);
    const [main, worker] = out.split('\nisolate 1 ');
    assert.match(
      main!,
      /^isolate 0 \(main, thread \d+\): kept alive by 18 handles and 15 requests\n {2}handles\n/,
    );
    const [alive, rest] = main!.split('keeping nothing alive');
    assert.match(alive!, / {4}TCP +fd \d+ +Server +listening on 127\.0\.0\.1/);
    assert.match(alive!, /GetAddrInfoReqWrap +example\.invalid, IPv4 → onLookup .*event-loop\.cjs:\d+:\d+\n/);
    assert.match(alive!, / in 49,9\d\d ms +every 50,000 ms +namedTick .*event-loop\.cjs:\d+:\d+\n/);
    assert.match(alive!, / await in awaitsPromised /);
    assert.match(alive!, /immediates\n {4}firstImmediate /);
    assert.match(rest!, /Signal +SIGUSR2, unref’d\n/);
    assert.match(rest!, /not shown \(--all\)/);
    assert.match(worker!, /^\(worker 1, thread \d+\): kept alive by 3 handles and 0 requests\n/);
    assert.match(alive!, /PBKDF2Job +job of the thread pool → onKey /);
  });

  it('--all adds those of Node and libuv, --isolate and --thread choose', async () => {
    const all = await dayafter('handles', recording.core, '--all');
    assert.match(all.out, /libuv’s thread pool/);
    assert.doesNotMatch(all.out, /not shown/);
    const one = await dayafter('handles', recording.core, '--isolate', '1', '--json');
    const loops = JSON.parse(one.out) as EventLoopsInfo;
    assert.deepEqual(new Set(loops.handles.map((h) => h.isolate)), new Set([1]));
    const { thread } = loops.loops[0]!;
    const same = await dayafter('handles', recording.core, '--thread', String(thread), '--json');
    assert.deepEqual(JSON.parse(same.out), loops);
    const none = await dayafter('handles', recording.core, '--isolate', '7', '--json');
    assert.equal(none.status, 1);
    assert.equal(JSON.parse(none.out).error.code, 'NO_SUCH_ISOLATE');
  });
});
