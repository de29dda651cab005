import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { recordCore } from '../support/cores.ts';
import { withEditor } from '../support/editor.ts';
import { releases } from '../support/releases.ts';
import type { Workbench } from '../support/workbench.ts';

describe('the packaged extension in VS Code', () => {
  let bench: Workbench;
  let program: string;

  withEditor(
    'editor',
    async (made) => {
      const recording = await recordCore(22, 'uncaught.js');
      program = await readFile(recording.program, 'utf8');
      await made.add(recording.core, 'core.4711');
      await made.write('core.js', 'module.exports = 1;\n');
      await made.write('core.text.core', 'only text\n');
      await made.write('uncaught.js', program);
    },
    (editor) => {
      ({ bench } = editor);
    },
  );

  /** The 1-based line of the program with this text. */
  function lineOf(text: string): number {
    return program.slice(0, program.indexOf(text)).split('\n').length;
  }

  it('shows the info card for a core that is double-clicked', async () => {
    const card = await bench.openCustom('core.4711', '#card');
    await card.getByText('boom arg-string').first().waitFor();
    assert.ok((await card.locator('#card').innerText()).includes(`Node.js ${releases[22]},`));
    await bench.screenshot('1-info-card');
  });

  it('debugs it from the card: threads, frames, the source of the topmost frame of the program', async () => {
    const card = await bench.webview('#card');
    await card.getByRole('button', { name: 'Debug' }).click();
    await bench.debugToolbar.waitFor();
    await bench.stackFrames.filter({ hasText: 'inner' }).first().waitFor();
    assert.ok((await bench.threads.count()) > 0);
    for (const name of ['middle', 'callback', 'timerCallback']) {
      await bench.stackFrames.filter({ hasText: name }).first().waitFor();
    }
    await bench.status(`Ln ${lineOf('throw new TypeError')}`).waitFor();
    assert.match(await bench.editorText(), /throw new TypeError/);
    await bench.screenshot('2-debugging');
  });

  it('goes to the line of a frame that is clicked', async () => {
    await bench.stackFrames.filter({ hasText: 'timerCallback' }).first().click();
    await bench.status(`Ln ${lineOf('arrow({ n: 5 })')}`).waitFor();
    await bench.screenshot('3-frame-clicked');
  });

  it("shows node's own source from the dump", async () => {
    // Node's own frames and native ones are folded away.
    await bench.callStack
      .filter({ hasText: /Show \d+ More/ })
      .last()
      .click();
    await bench.stackFrames.filter({ hasText: 'listOnTimeout' }).first().click();
    await bench.page.locator('.editor-group-container.active .tab.active', { hasText: 'timers' }).waitFor();
    await bench.page.locator('.view-line', { hasText: 'timer._onTimeout' }).first().waitFor();
    await bench.screenshot('4-source-from-dump');
  });

  it('expands a variable', async () => {
    await bench.stackFrames.filter({ hasText: 'inner' }).first().click();
    await bench.variable('local').click();
    await bench.variable('deep').waitFor();
    await bench.variables.filter({ hasText: 'arg-string' }).first().waitFor();
    await bench.screenshot('5-variables');
  });

  it('evaluates in the debug console, and refuses calls', async () => {
    await bench.command('Debug Console: Focus on Debug Console View');
    await bench.evaluate('local.deep.er[2] + b');
    await bench.console.filter({ hasText: /^15$/ }).first().waitFor();
    await bench.evaluate('process.exit(1)');
    await bench.console
      .filter({ hasText: /dead|read-only|call/i })
      .first()
      .waitFor();
    await bench.screenshot('6-console');
  });

  it('answers a step with one clear word, and nothing moves', async () => {
    const before = await bench.stackFrames.allTextContents();
    await bench.page.keyboard.press('F10');
    await bench.page
      .getByText(/process is dead/i)
      .first()
      .waitFor();
    await bench.screenshot('7-step-refused');
    assert.deepEqual(await bench.stackFrames.allTextContents(), before);
  });

  it('closes', async () => {
    await bench.stopDebugging();
    assert.equal(await bench.stackFrames.count(), 0);
  });

  it('opens core.js as text', async () => {
    await bench.command('View: Show Explorer');
    await bench.file('core.js').dblclick();
    await bench.page.locator('.view-line', { hasText: 'module.exports' }).first().waitFor();
  });

  it('says that a text file with the name of a core is none', async () => {
    const card = await bench.openCustom('core.text.core', 'h1:has-text("cannot be opened")');
    assert.match(await card.locator('#card').innerText(), /text file/);
    await bench.screenshot('8-text-file');
  });
});
