import assert from 'node:assert/strict';
import { readFile, stat, utimes } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import type { Frame } from 'playwright-core';
import { hostile, smallSnapshot } from '../heap/small-snapshot.ts';
import { recordSnapshot } from '../heap/snapshots.ts';
import { recordCore } from '../support/cores.ts';
import { withEditor } from '../support/editor.ts';
import type { VscodeServer } from '../support/vscode-server.ts';
import type { Workbench } from '../support/workbench.ts';
import type { Workspace } from '../support/workspace.ts';

const program = resolve(import.meta.dirname, '../heap/leaks/module-map.cjs');
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** A minified bundle of a leak, with an inline source map. */
async function bundled(workspace: Workspace): Promise<string> {
  await workspace.write('src/sessions.ts', sessions);
  const outfile = join(workspace.folder, 'dist/bundle.js');
  await build({
    entryPoints: [join(workspace.folder, 'src/sessions.ts')],
    bundle: true,
    platform: 'node',
    sourcemap: 'inline',
    minify: true,
    outfile,
    tsconfigRaw: {},
  });
  return outfile;
}

const sessions = `interface Session {
  user: string;
  visits: number[];
}

const sessions: Session[] = [];

function remember(user: string): void {
  sessions.push({ user, visits: [1, 2, 3] });
}

for (let n = 0; n < 100_000; n++) remember('user ' + n);
setTimeout(() => {
  throw new Error('full: ' + sessions.length);
}, 1);
`;

describe('the heap explorer in VS Code', () => {
  let workspace: Workspace;
  let server: VscodeServer;
  let bench: Workbench;

  withEditor(
    'heap',
    async (made) => {
      await made.add(await recordSnapshot(20, program, ['20000']), 'older.heapsnapshot');
      // The time of a file tells which dump is the older; another test may have recorded this one later.
      await utimes(join(made.folder, 'older.heapsnapshot'), 1, 1);
      await made.add(await recordSnapshot(20, program, ['60000']), 'middle.heapsnapshot');
      await utimes(join(made.folder, 'middle.heapsnapshot'), 2, 2);
      await made.add(await recordSnapshot(20, program, ['100000']), 'leak.heapsnapshot');
      await made.add((await recordCore(22, 'uncaught.js')).core, 'core.4711');
      await made.add((await recordCore(22, await bundled(made))).core, 'bundle.core');
      await made.write('notes.txt', 'Look at the sessions.\n');
      await made.write('hostile.heapsnapshot', smallSnapshot(hostile));
      await made.write('broken.heapsnapshot', '{"snapshot": <img src=x onerror=alert(1)>');
    },
    (editor) => {
      ({ workspace, server, bench } = editor);
    },
  );

  const openEntry = 'Open the Heap of This Dump';
  const explorer = () => bench.webview('#heap [role=tablist]');
  const tab = (view: Frame, name: string) => view.getByRole('tab', { name, exact: true }).click();
  const rows = (view: Frame) => view.locator('.grid .row');

  async function theme(name: string): Promise<void> {
    await bench.command('Preferences: Color Theme');
    await bench.page.getByPlaceholder(/Color Theme/).waitFor();
    await bench.quickInput.fill(name);
    await bench.quickPick(name).click();
    await bench.quickInput.waitFor({ state: 'hidden' });
  }

  /** Serious findings of axe-core about what the view shows, each with its first element. */
  async function findings(view: Frame): Promise<string[]> {
    await view.evaluate(await readFile(axe, 'utf8'));
    return view.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
      violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => id + ': ' + nodes[0].html + ' ' + nodes[0].failureSummary))`);
  }

  /** Waits until so many processes hold dumps. */
  async function processes(count: number): Promise<void> {
    let found: number[] = [];
    for (let waited = 0; waited < 30_000; waited += 200) {
      found = await server.processesOf('heap-process.js');
      if (found.length === count) return;
      await sleep(200);
    }
    assert.equal(found.length, count, 'processes that hold dumps');
  }

  it('opens a snapshot from the explorer and shows what the memory holds', async () => {
    await bench.choose('leak.heapsnapshot', openEntry);
    const view = await explorer();
    await view.getByRole('heading', { name: /MB in all$/ }).waitFor();
    await view.getByText('all of the heap').waitFor();
    assert.ok((await view.locator('.parts .part').count()) > 3);
    await bench.screenshot('heap-1-overview');
    assert.deepEqual(await findings(view), []);
  });

  it('says first what leaks, and its path leads to the object', async () => {
    const view = await explorer();
    await tab(view, 'Suspects');
    const first = view.locator('.suspect').first();
    await first.waitFor();
    assert.match((await first.locator('h2').textContent())!, /^1\. sessions \(.*module-map\.cjs:\d+/);
    await bench.screenshot('heap-2-suspects');
    assert.deepEqual(await findings(view), []);
    await first.locator('.path .link').last().click();
    await view.getByRole('treegrid', { name: 'Fields' }).waitFor();
    await rows(view).nth(2).waitFor();
    await bench.screenshot('heap-3-object');
    await view.getByLabel('Show of the object').selectOption('retainers');
    await view.getByRole('treegrid', { name: 'Retainers' }).waitFor();
    await rows(view).first().waitFor();
    assert.deepEqual(await findings(view), []);
    await view.getByLabel('Show of the object').selectOption('paths');
    await view.locator('.path').first().waitFor();
    await view.getByLabel('Show of the object').selectOption('dominators');
    await view.getByRole('list', { name: 'Dominators, nearest first' }).waitFor();
    await view.getByLabel('Show of the object').selectOption('fields');
    await view.getByRole('button', { name: 'Back' }).click();
    await view.locator('.suspect').first().waitFor();
  });

  it('opens the line of the source, and is as it was after that', async () => {
    const view = await explorer();
    const first = view.locator('.suspect').first();
    const line = /module-map\.cjs:(\d+)/.exec((await first.locator('h2').textContent())!)![1];
    await first.getByRole('button', { name: /^Show module-map/ }).click();
    await bench.status(new RegExp(`Ln ${line}\\b`)).waitFor();
    assert.match(await bench.editorText(), /\/\/ leak/);
    await bench.screenshot('heap-4-source');
    await bench.command('View: Close Editor');
    const again = await bench.webview('#heap .suspect');
    assert.equal(await again.getByRole('tab', { selected: true }).textContent(), 'Suspects');
  });

  it('copies a suspect as Markdown, and saves the report as one HTML file', async () => {
    const view = await explorer();
    await view.locator('.suspect').first().getByRole('button', { name: 'Copy as Markdown' }).click();
    await bench.status('Copied as Markdown').waitFor();
    assert.match(await bench.page.evaluate<string>('navigator.clipboard.readText()'), /^### sessions/);
    await view.getByRole('button', { name: 'Save as HTML' }).click();
    const report = workspace.path('leak.heapsnapshot.leaks.html');
    // The dialog has read the folder when it proposes the name.
    for (
      let waited = 0;
      !(await bench.quickInput.inputValue()).endsWith(report) && waited < 30_000;
      waited += 100
    )
      await sleep(100);
    await bench.page.keyboard.press('Enter');
    let text = '';
    for (let waited = 0; text === '' && waited < 30_000; waited += 100) {
      if (await stat(report).catch(() => false)) text = await readFile(report, 'utf8');
      await sleep(100);
    }
    assert.match(text, /<h2>1\. sessions/);
    assert.doesNotMatch(text, /<script|src=|href=/);
  });

  it('copies a link to a place', async () => {
    const view = await explorer();
    await view.getByRole('button', { name: 'Copy Link' }).click();
    await bench.status('Link copied').waitFor();
    const link = await bench.page.evaluate<string>('navigator.clipboard.readText()');
    assert.match(link, /\/\/dayafter\.dayafter\/heap\?dump=.*leak\.heapsnapshot&view=suspects$/);
  });

  it('filters classes and opens one, with the keyboard alone', async () => {
    const view = await explorer();
    const press = (key: string) => bench.page.keyboard.press(key);
    await view.getByRole('tab', { selected: true }).focus();
    await press('ArrowRight');
    await view.getByRole('treegrid', { name: 'Classes' }).waitFor();
    await view.getByRole('tab', { name: 'Classes', selected: true }).focus();
    // To the link's button, then the filter's field.
    await press('Tab');
    await press('Tab');
    await bench.page.keyboard.type('product');
    await rows(view)
      .filter({ hasText: /Product.*12,500/ })
      .first()
      .waitFor();
    await rows(view).nth(1).waitFor({ state: 'detached' });
    await press('Tab');
    await press('Tab');
    // The header's buttons lie between the choice and the rows.
    await view.getByRole('treegrid', { name: 'Classes' }).focus();
    const inner = view.locator('.row[aria-level="2"]').first();
    // The answer to the last letters may come after the key: then the rows are new, and closed.
    for (let round = 0; round < 20 && !(await inner.isVisible()); round++) {
      await press('ArrowRight');
      await inner.waitFor({ timeout: 2000 }).catch(() => undefined);
    }
    assert.ok(await inner.isVisible());
    await bench.screenshot('heap-5-classes');
    assert.deepEqual(await findings(view), []);
    await press('End');
    await view.locator('.row[data-at="12500"] .name').waitFor();
    await press('Enter');
    await view.locator('.object-title').waitFor();
    assert.equal(await view.locator('.object-title').textContent(), 'Product');
    await press('Alt+ArrowLeft');
    await view.getByRole('treegrid', { name: 'Classes' }).waitFor();
    assert.equal(await view.getByLabel('Filter classes').inputValue(), 'product');
    await view.getByLabel('Filter classes').fill('');
    await view.getByLabel('Group by').selectOption('module');
    await rows(view).filter({ hasText: 'module-map.cjs' }).first().waitFor();
    await view.getByLabel('Group by').selectOption('constructor');
  });

  it('shows dominators as a tree and as a picture, strings and closures', async () => {
    const view = await explorer();
    await tab(view, 'Dominators');
    await rows(view).nth(1).waitFor();
    await bench.screenshot('heap-6-dominators');
    await view.getByLabel('Show dominators').selectOption('icicle');
    const picture = view.locator('.icicle');
    await picture.waitFor();
    await picture.focus();
    await bench.page.keyboard.press('ArrowDown');
    await view.locator('.details', { hasText: 'global' }).waitFor();
    await bench.screenshot('heap-6-icicle');
    assert.deepEqual(await findings(view), []);
    await bench.page.keyboard.press('Enter');
    await view.locator('.object-title', { hasText: 'global' }).waitFor();
    await tab(view, 'Strings');
    await rows(view).nth(3).waitFor();
    await tab(view, 'Closures');
    await rows(view).nth(3).waitFor();
    assert.deepEqual(await findings(view), []);
    await bench.screenshot('heap-7-closures');
  });

  it('keeps its place while another editor hides it', async () => {
    const view = await explorer();
    await tab(view, 'Classes');
    await rows(view).nth(3).waitFor();
    await rows(view).nth(1).click();
    await bench.page.keyboard.press('PageDown');
    await bench.page.keyboard.press('ArrowDown');
    // Rows follow a key with the next frame.
    await view.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    const text = (await view.locator('.grid .row.active .cell').first().textContent())!;
    await bench.file('notes.txt').dblclick();
    await bench.page.locator('.view-line', { hasText: 'Look at the sessions' }).first().waitFor();
    await bench.command('View: Close Editor');
    const again = await bench.webview('#heap .grid .row.active');
    await again.locator('.grid .row.active', { hasText: text }).waitFor();
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
      await tab(view, 'Dominators');
      await view.locator('.icicle').waitFor();
      await bench.screenshot(`heap-8-icicle-${slug}`);
      assert.deepEqual(await findings(view), []);
    });

  it('compares two dumps that are chosen in the explorer, the growing path first', async () => {
    await bench.choose(['leak.heapsnapshot', 'older.heapsnapshot'], 'Compare Heaps');
    const view = await bench.webview('[aria-label="Growing paths"]');
    await rows(view).filter({ hasText: 'sessions' }).first().waitFor();
    await bench.screenshot('heap-9-compare');
    await view.getByLabel('What changed').selectOption('classes');
    await rows(view).filter({ hasText: 'Product' }).first().waitFor();
    assert.deepEqual(await findings(view), []);
    await processes(1);
    await bench.command('View: Close All Editors');
    await processes(0);
  });

  it('compares three dumps, and shows the comparison again in a window that was loaded anew', async function () {
    this.timeout(300_000);
    const dumps = ['leak.heapsnapshot', 'older.heapsnapshot', 'middle.heapsnapshot'];
    const compared = async (patience?: number) => {
      const view = await bench.webview('[aria-label="Growing paths"]', patience);
      await rows(view).filter({ hasText: 'sessions' }).first().waitFor();
      return view.getByText('since older.heapsnapshot, middle.heapsnapshot').waitFor();
    };
    for (let attempt = 1; ; attempt++) {
      await bench.choose(dumps, 'Compare Heaps');
      await compared();
      // The window keeps its state every few seconds, when it has nothing else to do.
      await sleep(6000 * attempt);
      await bench.reload();
      try {
        await compared(20_000);
        break;
      } catch (error) {
        if (attempt === 3) throw error;
      }
    }
    await bench.screenshot('heap-9-compare-three');
    await bench.command('View: Close All Editors');
    await processes(0);
  });

  it('shows markup, scripts and addresses of a heap as text', async () => {
    await bench.command('View: Close All Editors');
    await bench.choose('hostile.heapsnapshot', openEntry);
    const view = await explorer();
    await tab(view, 'Classes');
    // Classes of elements are known without their attributes.
    await rows(view).filter({ hasText: '<img>' }).first().waitFor();
    await tab(view, 'Object');
    const field = view.getByLabel('Object id');
    await field.fill('@3');
    await field.press('Enter');
    await rows(view).filter({ hasText: '<script>' }).first().waitFor();
    assert.equal(await view.locator('.object-title').textContent(), hostile[0]);
    await bench.screenshot('heap-10-hostile');
    assert.equal(await view.locator('#heap :is(img, script, svg)').count(), 0);
    assert.equal(await view.evaluate('window.hit'), undefined);
    await tab(view, 'Suspects');
    await view.locator('.suspect, p').first().waitFor();
    await bench.command('View: Close All Editors');
  });

  it('opens the heap of a core from its card, with values and the dump’s own sources', async () => {
    await bench.command('View: Close All Editors');
    const card = await bench.openCustom('core.4711', '#card');
    await card.getByRole('button', { name: 'Open Heap' }).click();
    const view = await explorer();
    await view.getByText('The process at its end').waitFor();
    await view.getByRole('table', { name: 'Spaces of isolate 0' }).waitFor();
    await bench.screenshot('heap-11-core');
    assert.deepEqual(await findings(view), []);
    await tab(view, 'Classes');
    await view.getByLabel('Filter classes').fill('session');
    const session = rows(view).filter({ hasText: /^.Session/ });
    await session.first().waitFor();
    await session.first().click();
    await bench.page.keyboard.press('ArrowRight');
    await view.locator('.row[aria-level="2"]').first().dblclick();
    await view.getByLabel('Show of the object').selectOption('value');
    await rows(view)
      .filter({ hasText: 'big' })
      .filter({ hasText: '123456789012345678901234567890n' })
      .waitFor();
    await bench.screenshot('heap-12-value');
    await view.getByLabel('Show of the object').selectOption('fields');
    await tab(view, 'Closures');
    await view.getByLabel('Filter functions').fill('listOnTimeout');
    await view
      .getByRole('button', { name: /node:internal\/timers/ })
      .first()
      .click();
    await bench.page.locator('.view-line', { hasText: 'listOnTimeout' }).first().waitFor();
    await bench.command('View: Close Editor');
  });

  it('shares one process with the debugger of the same core', async () => {
    const [before] = await server.processesOf('heap-process.js');
    assert.ok(before);
    await bench.choose('core.4711', 'Debug Dump');
    await bench.debugToolbar.waitFor();
    await bench.stackFrames.filter({ hasText: 'inner' }).first().waitFor();
    await bench.status(/Ln 17\b/).waitFor();
    assert.deepEqual(await server.processesOf('heap-process.js'), [before]);
    await bench.command('View: Close All Editors');
    await bench.stackFrames.filter({ hasText: 'timerCallback' }).first().click();
    await bench.status(/Ln \d+/).waitFor();
    await bench.debugToolbar.getByRole('button', { name: openEntry }).click();
    const view = await explorer();
    await view.getByText('The process at its end').waitFor();
    assert.deepEqual(await server.processesOf('heap-process.js'), [before]);
    await bench.stopDebugging();
    await processes(1);
    await tab(view, 'Suspects');
    await view.locator('.suspect').first().waitFor();
    await bench.command('View: Close All Editors');
    await processes(0);
  });

  it('says why a file is no heap', async () => {
    await bench.command('View: Show Explorer');
    await bench.choose('broken.heapsnapshot', openEntry);
    const view = await bench.webview('main.failure');
    await view.getByRole('button', { name: 'Try Again' }).waitFor();
    await bench.screenshot('heap-13-failure');
    await processes(0);
  });

  it('leads to the sources that a bundle was made from', async () => {
    await bench.command('View: Close All Editors');
    await bench.choose('bundle.core', openEntry);
    const view = await explorer();
    await tab(view, 'Suspects');
    const show = view.getByRole('button', { name: /^Show sessions\.ts:\d+ in Editor$/ }).first();
    await show.waitFor();
    await bench.screenshot('heap-14-bundle');
    await show.click();
    await bench.page.locator('.view-line', { hasText: 'sessions.push' }).first().waitFor();
    await bench.page.locator('.tabs-container .tab', { hasText: 'sessions.ts' }).first().waitFor();
    await bench.command('View: Close Editor');
    const again = await explorer();
    await tab(again, 'Closures');
    await again.getByLabel('Filter functions').fill('sessions.ts');
    await again
      .getByRole('button', { name: /sessions\.ts:13$/ })
      .first()
      .waitFor();
  });
});
