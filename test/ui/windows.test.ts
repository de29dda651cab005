import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { packageExtension } from '../support/package.ts';
import { VscodeServer } from '../support/vscode-server.ts';
import { Workbench } from '../support/workbench.ts';
import { Workspace } from '../support/workspace.ts';
import { recordedTiers } from '../windows/recordings.ts';

const probe = resolve(import.meta.dirname, '../support/ready-probe');

describe('a minidump of Windows in VS Code on another system', () => {
  let workspace: Workspace;
  let server: VscodeServer;
  let bench: Workbench;

  before(async function () {
    this.timeout(600_000);
    const { dump } = await recordedTiers(24);
    workspace = await Workspace.create();
    await workspace.add(dump, 'node.exe_240117.dmp');
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
    const card = await bench.openCustom('node.exe_240117.dmp', '#card');
    await card.getByText('RangeError: order 1').first().waitFor();
    assert.match(
      await card.locator('#card').innerText(),
      /^tiers\.js.*EXCEPTION_BREAKPOINT.*Node\.js v?24\./s,
    );
    await bench.screenshot('windows-1-card');
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
    await bench.screenshot('windows-2-debugging');
  });
});
