import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { recordedTiers } from '../arm64/recordings.ts';
import { packageExtension } from '../support/package.ts';
import { VscodeServer } from '../support/vscode-server.ts';
import { Workbench } from '../support/workbench.ts';
import { Workspace } from '../support/workspace.ts';

const probe = resolve(import.meta.dirname, '../support/ready-probe');

describe('a core of AArch64 in VS Code on another processor', () => {
  let workspace: Workspace;
  let server: VscodeServer;
  let bench: Workbench;

  before(async function () {
    this.timeout(600_000);
    const { core, node } = await recordedTiers(22);
    workspace = await Workspace.create();
    await workspace.add(core, 'graviton.core.zst');
    await workspace.add(node, 'node');
    server = await VscodeServer.start({ vsix: [await packageExtension()], extensions: [probe] });
    bench = await Workbench.open(server, workspace.folder);
  });

  after(async () => {
    await bench?.close();
    await server?.stop();
    await workspace?.remove();
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') {
      await bench.screenshot(`failed-${this.currentTest.title.replace(/\W+/g, '-')}`);
    }
  });

  it('tells its story', async () => {
    const card = await bench.openCustom('graviton.core.zst', '#card');
    await card.getByText('RangeError: order 1').first().waitFor();
    assert.match(await card.locator('#card').innerText(), /^tiers\.js.*Node\.js v?22\.23\.3.*arm64/s);
    await bench.screenshot('arm64-1-card');
  });

  it('is debugged with frames of every tier, its source out of the dump, and variables', async () => {
    const card = await bench.webview('#card');
    await card.getByRole('button', { name: 'Debug' }).click();
    await bench.debugToolbar.waitFor();
    for (const name of ['interpreted', 'inlined', 'optimized', 'baseline'])
      await bench.stackFrames.filter({ hasText: name }).first().waitFor();
    assert.match(await bench.editorText(), /throw new RangeError/);
    await bench.stackFrames.filter({ hasText: 'optimized' }).first().click();
    await bench.page.getByText('Local: optimized').first().waitFor();
    await bench.screenshot('arm64-2-debugging');
  });
});
