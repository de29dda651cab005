import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { recordCore } from '../support/cores.ts';
import { withEditor } from '../support/editor.ts';
import type { Workbench } from '../support/workbench.ts';

describe('suspended functions in VS Code', () => {
  let bench: Workbench;
  let program: string;

  withEditor(
    'waiting',
    async (made) => {
      const recording = await recordCore(24, 'waiting.js');
      program = await readFile(recording.program, 'utf8');
      await made.add(recording.core, 'core.4712');
      await made.write('waiting.js', program);
    },
    (editor) => {
      ({ bench } = editor);
    },
  );

  it('have an event loop, which the card shows', async () => {
    const card = await bench.openCustom('core.4712', '#card');
    const text = await card.locator('section', { hasText: 'Event Loop' }).innerText();
    assert.match(text, /main: kept alive by \d handles and 0 requests/);
    assert.match(text, /UDP\s+Socket, fd \d+, udp4, bound/);
    assert.match(text, /timer\s+30 ×\s+in [\d,]+ ms: await in onTimer \S*waiting\.js:20:3/);
    await bench.screenshot('waiting-card');
  });

  it('have native memory, which a text tells of', async () => {
    await bench.choose('core.4712', 'Show Native Memory');
    await bench.page.locator('.view-line', { hasText: 'other anonymous memory' }).first().waitFor();
    assert.match(await bench.editorText(), /malloc:\s[\d,]+\sblocks/);
    await bench.screenshot('waiting-memory');
  });

  it('are a thread of their own, equal ones together, with what they wait for', async () => {
    const card = await bench.openCustom('core.4712', '#card');
    await card.getByRole('button', { name: 'Debug' }).click();
    await bench.debugToolbar.waitFor();
    const thread = bench.threads.filter({ hasText: 'suspended functions' });
    await thread.waitFor();
    await thread.click();
    await bench.page.keyboard.press('ArrowRight');
    await bench.callStack.filter({ hasText: '100 × a call of waiting.get(…).resolve' }).first().waitFor();
    await bench.screenshot('1-suspended');
  });

  it('have their place in the source, and their variables', async () => {
    await bench.stackFrames.filter({ hasText: 'inner' }).first().click();
    const line = program.slice(0, program.indexOf('await onMap(key)')).split('\n').length;
    await bench.status(`Ln ${line}`).waitFor();
    await bench.variables
      .filter({ hasText: /key.*k\d+/ })
      .first()
      .waitFor();
    await bench.screenshot('2-variables');
    await bench.command('Debug Console: Focus on Debug Console View');
    await bench.evaluate('key.length + waiting.size');
    await bench.console
      .filter({ hasText: /^10[56]$/ })
      .first()
      .waitFor();
  });
});
