import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { Frame } from 'playwright-core';
import { recordSnapshot } from '../heap/snapshots.ts';
import { packageExtension } from '../support/package.ts';
import { VscodeServer } from '../support/vscode-server.ts';
import { Workbench } from '../support/workbench.ts';
import { Workspace } from '../support/workspace.ts';

const probe = resolve(import.meta.dirname, '../support/ready-probe');
const program = resolve(import.meta.dirname, '../heap/leaks/module-map.cjs');
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

describe('the heap explorer in VS Code', () => {
  let workspace: Workspace;
  let server: VscodeServer;
  let bench: Workbench;

  before(async function () {
    this.timeout(600_000);
    workspace = await Workspace.create();
    await workspace.add(await recordSnapshot(20, program, ['20000']), 'older.heapsnapshot');
    await workspace.add(await recordSnapshot(20, program, ['100000']), 'leak.heapsnapshot');
    await workspace.write('hostile.heapsnapshot', '{"snapshot": <img src=x onerror=alert(1)>');
    server = await VscodeServer.start({ vsix: [await packageExtension()], extensions: [probe] });
    bench = await Workbench.open(server, workspace.folder);
  });

  after(async () => {
    await bench?.close();
    await server?.stop();
    await workspace?.remove();
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed')
      await bench.screenshot(`failed-heap-${this.currentTest.title.replace(/\W+/g, '-')}`);
  });

  const explorer = () => bench.webview('[role=tablist]');
  const tab = (view: Frame, name: string) => view.getByRole('tab', { name, exact: true }).click();
  const rows = (view: Frame) => view.locator('.grid .row');

  async function choose(file: string, entry: string): Promise<void> {
    await bench.file(file).click({ button: 'right' });
    await bench.page.locator('.monaco-menu .action-item', { hasText: entry }).first().click();
  }

  async function theme(name: string): Promise<void> {
    await bench.page.keyboard.press('F1');
    await bench.quickInput.waitFor();
    await bench.quickInput.fill('>Preferences: Color Theme');
    await bench.quickPick('Color Theme').click();
    await bench.page.waitForTimeout(500);
    await bench.quickInput.fill(name);
    await bench.quickPick(name).click();
    await bench.page.waitForTimeout(500);
  }

  /** Serious findings of axe-core about what the view shows, each with its first element. */
  async function findings(view: Frame): Promise<string[]> {
    await view.evaluate(await readFile(axe, 'utf8'));
    return view.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
      violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => id + ': ' + nodes[0].html + ' ' + nodes[0].failureSummary))`);
  }

  it('opens a snapshot from the explorer and shows what the memory holds', async () => {
    await choose('leak.heapsnapshot', 'Open the Heap of This Dump');
    const view = await explorer();
    await view.getByText('in all').waitFor();
    const bar = view.locator('.parts .part');
    assert.ok((await bar.count()) > 3);
    await view.getByText('all of the heap').waitFor();
    await bench.screenshot('heap-1-overview');
    assert.deepEqual(await findings(view), []);
  });

  it('says first what leaks, and its path leads to the object', async () => {
    const view = await explorer();
    await tab(view, 'Suspects');
    const first = view.locator('.suspect').first();
    await first.waitFor();
    const title = (await first.locator('h2').textContent()) ?? '';
    assert.match(title, /^1\. sessions \(.*module-map\.cjs:\d+/);
    await bench.screenshot('heap-2-suspects');
    assert.deepEqual(await findings(view), []);
    await first.locator('.path .link').last().click();
    await view.getByRole('treegrid', { name: 'Fields' }).waitFor();
    await rows(view).nth(2).waitFor();
    await view.getByLabel('Show of the object').selectOption('retainers');
    await view.getByRole('treegrid', { name: 'Retainers' }).waitFor();
    await rows(view).first().waitFor();
    await bench.screenshot('heap-3-object');
    assert.deepEqual(await findings(view), []);
    await view.getByLabel('Show of the object').selectOption('paths');
    await view.locator('.path').first().waitFor();
    await view.getByRole('button', { name: 'Back' }).click();
    await view.locator('.suspect').first().waitFor();
  });

  it('opens the line of the source', async () => {
    const view = await explorer();
    const first = view.locator('.suspect').first();
    const line = /module-map\.cjs:(\d+)/.exec((await first.locator('h2').textContent())!)![1];
    await first.getByRole('button', { name: /^Show module-map/ }).click();
    await bench.status(new RegExp(`Ln ${line}\\b`)).waitFor();
    assert.match(await bench.editorText(), /\/\/ leak/);
    await bench.screenshot('heap-4-source');
    await bench.command('View: Close Editor');
  });

  it('copies a suspect as Markdown', async () => {
    const view = await explorer();
    await view.locator('.suspect').first().getByRole('button', { name: 'Copy as Markdown' }).click();
    await bench.page.waitForTimeout(500);
    const text = await bench.page.evaluate<string>('navigator.clipboard.readText()');
    assert.match(text, /^### sessions/);
  });

  it('filters classes and opens one, with the keyboard alone', async () => {
    const view = await explorer();
    await tab(view, 'Classes');
    const field = view.getByLabel('Filter classes');
    await field.fill('product');
    const row = rows(view).filter({ hasText: 'Product' }).first();
    await row.waitFor();
    await view.waitForFunction(`document.querySelectorAll('.grid .row').length === 1`);
    assert.match((await row.textContent())!, /12,500/);
    const grid = view.getByRole('treegrid', { name: 'Classes' });
    await grid.focus();
    await bench.page.keyboard.press('ArrowRight');
    await view.locator('.row[aria-level="2"]').first().waitFor();
    await bench.screenshot('heap-5-classes');
    assert.deepEqual(await findings(view), []);
    await bench.page.keyboard.press('End');
    await view.locator('.row[data-at="12500"] .name').waitFor();
    await bench.page.keyboard.press('Enter');
    await view.locator('.object-title').waitFor();
    assert.equal(await view.locator('.object-title').textContent(), 'Product');
    await bench.page.keyboard.press('Alt+ArrowLeft');
    await view.getByRole('treegrid', { name: 'Classes' }).waitFor();
    assert.equal(await view.getByLabel('Filter classes').inputValue(), 'product');
    await view.getByLabel('Filter classes').fill('');
  });

  it('shows dominators, strings and closures', async () => {
    const view = await explorer();
    await tab(view, 'Dominators');
    await rows(view).nth(3).waitFor();
    await bench.screenshot('heap-6-dominators');
    await tab(view, 'Strings');
    await rows(view).nth(3).waitFor();
    await tab(view, 'Closures');
    await rows(view).nth(3).waitFor();
    assert.deepEqual(await findings(view), []);
    await bench.screenshot('heap-7-closures');
  });

  for (const name of ['Light Modern', 'Dark High Contrast', 'Dark Modern'])
    it(`can be read in ${name}`, async () => {
      await theme(name);
      const view = await explorer();
      const slug = name.toLowerCase().replaceAll(' ', '-');
      await tab(view, 'Suspects');
      await view.locator('.suspect').first().waitFor();
      await bench.screenshot(`heap-8-suspects-${slug}`);
      assert.deepEqual(await findings(view), []);
      await tab(view, 'Classes');
      await rows(view).nth(3).waitFor();
      await bench.screenshot(`heap-8-classes-${slug}`);
      assert.deepEqual(await findings(view), []);
    });

  it('compares two dumps that are chosen in the explorer, the growing path first', async () => {
    await bench.file('leak.heapsnapshot').click();
    await bench.file('older.heapsnapshot').click({ modifiers: ['ControlOrMeta'] });
    await bench.file('leak.heapsnapshot').click({ button: 'right' });
    await bench.page.locator('.monaco-menu .action-item', { hasText: 'Compare Heaps' }).first().click();
    const view = await bench.webview('[aria-label="Growing paths"]');
    await rows(view).first().waitFor();
    await rows(view).filter({ hasText: 'sessions' }).first().waitFor();
    await bench.screenshot('heap-9-compare');
    await view.getByLabel('What changed').selectOption('classes');
    await rows(view).filter({ hasText: 'Product' }).first().waitFor();
    assert.deepEqual(await findings(view), []);
    await bench.command('View: Close All Editors');
  });

  it('says why a file is no heap', async () => {
    await choose('hostile.heapsnapshot', 'Open the Heap of This Dump');
    const view = await bench.webview('main.failure');
    await view.getByRole('button', { name: 'Try Again' }).waitFor();
    await bench.screenshot('heap-10-failure');
  });
});
