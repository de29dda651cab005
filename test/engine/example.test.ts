import assert from 'node:assert/strict';
import { openDump } from '../../src/engine/session.ts';
import { unpackExample } from '../support/example.ts';
import { Workspace } from '../support/workspace.ts';

describe('the example that the project ships', () => {
  let workspace: Workspace;

  before(async () => {
    workspace = await Workspace.create();
  });

  after(() => workspace.remove());

  it('opens with nothing but what is shipped', async () => {
    const { path } = await unpackExample(workspace.folder);
    const session = await openDump(path, { search: [workspace.folder] });
    const info = session.info();
    assert.equal(info.process.nodeVersion, 'v22.23.3');
    assert.equal(info.death.exception?.message, "Cannot read properties of undefined (reading 'price')");
    assert.equal(info.modules.find((m) => m.path.endsWith('/node'))?.status, 'matched');
    const { frames } = session.stack(session.core.threads[0]!.tid);
    const js = frames.filter((f) => f.kind === 'js').map((f) => f.function);
    assert.deepEqual(js.slice(0, 3), ['priceOf', 'total', 'processNext']);
    assert.equal(frames.at(-1)?.function, '_start');
    session.close();
  });
});
