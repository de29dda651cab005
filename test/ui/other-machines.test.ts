import assert from 'node:assert/strict';
import { recordedTiers as recordedOnArm64 } from '../arm64/recordings.ts';
import { withEditor } from '../support/editor.ts';
import type { Workbench } from '../support/workbench.ts';
import type { Workspace } from '../support/workspace.ts';
import { recordedTiers as recordedOnWindows } from '../windows/recordings.ts';

const machines = [
  {
    name: 'arm64',
    what: 'a core of AArch64',
    file: 'graviton.core.zst',
    async fill(workspace: Workspace) {
      const { core, node } = await recordedOnArm64(22);
      await workspace.add(core, 'graviton.core.zst');
      await workspace.add(node, 'node');
    },
    card: /^tiers\.js.*Node\.js v?22\.23\.3.*arm64/s,
  },
  {
    name: 'windows',
    what: 'a minidump of Windows',
    file: 'node.exe_240117.dmp',
    async fill(workspace: Workspace) {
      await workspace.add((await recordedOnWindows(24)).dump, 'node.exe_240117.dmp');
    },
    card: /^tiers\.js.*EXCEPTION_BREAKPOINT.*Node\.js v?24\..*raised the exception/s,
  },
] as const;

for (const { name, what, file, fill, card: expected } of machines) {
  describe(`${what} in VS Code on another machine`, () => {
    let bench: Workbench;

    withEditor(name, fill, (editor) => {
      ({ bench } = editor);
    });

    it('tells its story', async () => {
      const card = await bench.openCustom(file, '#card');
      await card.getByText('RangeError: order 1').first().waitFor();
      assert.match(await card.locator('#card').innerText(), expected);
      await bench.screenshot(`${name}-1-card`);
    });

    it('is debugged with frames of every tier, its source out of the dump, and variables', async () => {
      const card = await bench.webview('#card');
      await card.getByRole('button', { name: 'Debug' }).click();
      await bench.debugToolbar.waitFor();
      for (const tier of ['interpreted', 'inlined', 'optimized', 'baseline'])
        await bench.stackFrames.filter({ hasText: tier }).first().waitFor();
      assert.match(await bench.editorText(), /throw new RangeError/);
      await bench.stackFrames.filter({ hasText: 'optimized' }).first().click();
      await bench.page.getByText('Local: optimized').first().waitFor();
      await bench.screenshot(`${name}-2-debugging`);
    });
  });
}
