import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { openDump } from '../../src/engine/session.ts';
import { recordCore } from '../support/cores.ts';
import { AdapterClient } from './client.ts';

describe('the call stack', function () {
  this.timeout(120_000);

  async function opened(
    core: string,
    use: (frames: DebugProtocol.StackFrame[], client: AdapterClient) => Promise<void> | void,
  ): Promise<void> {
    const client = new AdapterClient();
    try {
      const stopped = await client.open({ dump: core });
      await use(await client.stackTrace(stopped.threadId!), client);
    } finally {
      await client.close();
    }
  }

  it('begins with the stack of an error that was thrown in a worker', async () => {
    const { core, program } = await recordCore(22, 'die-worker.js');
    await opened(core, async (frames, client) => {
      assert.equal(frames[0]!.presentationHint, 'label');
      assert.match(frames[0]!.name, /error was made, in a worker/);
      const [, inner] = frames;
      assert.equal(inner!.name, 'inner');
      assert.equal(inner!.source?.path, program);
      assert.deepEqual([inner!.line, inner!.column], [8, 11]);
      const { scopes } = await client.request<DebugProtocol.ScopesResponse['body']>('scopes', {
        frameId: inner!.id,
      });
      assert.deepEqual(scopes, []);
      const { result } = await client.request<DebugProtocol.EvaluateResponse['body']>('evaluate', {
        expression: '1 + 1',
        frameId: inner!.id,
      });
      assert.equal(result, '2');
      const labels = frames.filter((f) => f.presentationHint === 'label').map((f) => f.name);
      assert.equal(labels[1], 'where it ended the process');
    });
  });

  it('folds a recursion, and has its first and last calls', async () => {
    const { core } = await recordCore(22, 'die-stack.js', {
      nodeFlags: ['--abort-on-uncaught-exception', '--stack-size=200'],
    });
    const session = await openDump(core);
    const { frames: all } = session.thread(session.focusThread());
    session.close();
    const depth = all.filter((f) => f.functionName === 'recurse').length;
    await opened(core, (frames) => {
      const folded = frames.filter((f) => /more frames of this recursion/.test(f.name));
      const count = Number(/^[\d,]+/.exec(folded[0]!.name)![0].replace(',', ''));
      assert.equal(folded.length, 1);
      assert.equal(frames.filter((f) => f.name === 'recurse').length + count, depth);
      assert.ok(frames.length < 200, `${frames.length} rows`);
      assert.equal(frames[frames.findLastIndex((f) => f.name === 'recurse') + 1]?.name, 'later');
    });
  });
});
