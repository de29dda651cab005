import assert from 'node:assert/strict';
import { isAbsent } from '../../src/engine/absence.ts';
import { type CoreSession, openDump } from '../../src/engine/session.ts';
import { core, muslFolder, muslNode } from './recordings.ts';

const EXECUTABLE = '/srv/shop/node';
const PLACE = '/srv/shop/checkout.cjs';

describe('a core of Node on musl, in an executable with an application inside', () => {
  let session: CoreSession;
  /** The same without the C library. */
  let bare: CoreSession;

  before(async function () {
    this.timeout(240_000);
    const program = await muslNode();
    session = await openDump(core, { program, search: [await muslFolder()] });
    bare = await openDump(core, { program });
  });

  after(() => {
    session.close();
    bare.close();
  });

  const names = (tid: number) => session.thread(tid).frames.map((f) => f.functionName?.replace(/\(.*/s, ''));

  it('is read with an executable whose build-id the core does not hold', () => {
    for (const { process, death, modules } of [session.info(), bare.info()]) {
      assert.equal(process.nodeVersion, 'v26.0.0');
      assert.equal(modules.find((m) => m.path === EXECUTABLE)?.status, 'unverified');
      assert.equal(death.kind, 'abort');
      assert.equal(
        death.message,
        `process.abort() ended the process. It was called in withTax (${PLACE}:9:29).`,
      );
    }
  });

  it('has whole stacks, by the instructions of a C library without call frame information', () => {
    assert.deepEqual(names(session.focusThread()).slice(0, 10), [
      undefined,
      'raise',
      'abort',
      'node::Abort',
      'CallApiCallbackGeneric',
      'withTax',
      'Array.map',
      'total',
      'checkout',
      'listOnTimeout',
    ]);
    const waits = new Set<string | undefined>();
    for (const { tid } of session.core.threads) {
      const { complete, end, frames } = session.thread(tid);
      assert.ok(complete, `${tid}: ${end}`);
      assert.ok(!frames.some((f) => f.guessed), String(tid));
      waits.add(names(tid).find((name) => name !== undefined));
    }
    assert.deepEqual([...waits].sort(), [
      'epoll_pwait',
      'pthread_cond_timedwait',
      'raise',
      'sem_timedwait',
      'syscall',
    ]);
  });

  it('has the frames of Node and of scripts where the C library is not at hand', () => {
    const known = (from: CoreSession, tid: number) =>
      from
        .thread(tid)
        .frames.filter((f) => !f.module || f.module.path === EXECUTABLE)
        .map((f) => `${f.functionName} ${f.pc.toString(16)}`);
    for (const { tid } of session.core.threads) assert.deepEqual(known(bare, tid), known(session, tid));
  });

  it('names threads, and has the variables of a worker', () => {
    const worker = session.info().threads.find((t) => t.name === 'worker 1')!;
    const frame = session.thread(worker.id).frames.findIndex((f) => f.functionName === 'waitForOrders');
    const [local] = session.scopes(worker.id, frame);
    const { value, inspector } = session.evaluate('flags.join()', { thread: worker.id, frame });
    const told = inspector.preview(value);
    assert.deepEqual(
      local!.variables.map((v) => v.name),
      ['flags'],
    );
    assert.ok(!isAbsent(told));
    assert.equal(told.primitive, '1,0');
  });
});
