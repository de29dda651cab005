/**
 * `npm run bench:panel`: how soon the heap explorer answers keystrokes and scrolls while another, large
 * snapshot loads beside it, in the real workbench. An answer is the frame that shows all rows that were asked
 * for. `--megabytes <n>` sets the large file's size (1000 without it).
 */
import { mkdirSync, renameSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type { Frame } from 'playwright-core';
import { programs, recordSnapshot } from '../test/heap/snapshots.ts';
import { cacheFolder } from '../test/support/cache.ts';
import { packageExtension } from '../test/support/package.ts';
import { VscodeServer } from '../test/support/vscode-server.ts';
import { Workbench } from '../test/support/workbench.ts';
import { Workspace } from '../test/support/workspace.ts';
import { multiplySnapshot } from './multiply-snapshot.ts';

const probe = path.resolve(import.meta.dirname, '../test/support/ready-probe');
const openEntry = 'Open the Heap of This Dump';
/** Milliseconds that an answer may take. */
const soon = 100;

const option = process.argv.indexOf('--megabytes');
const megabytes = option < 0 ? 1000 : Number(process.argv[option + 1]);

async function measure(bench: Workbench, size: number): Promise<void> {
  await bench.choose('small.heapsnapshot', openEntry);
  const view = await bench.webview('#heap [role=tablist]');
  await view.getByRole('tab', { name: 'Classes' }).click();
  await view.locator('.grid .row').nth(20).waitFor();
  await view.evaluate(observer);
  for (let i = 0; i < 3; i++) await round(view);
  report('with nothing else to do', await settled(view));
  // The large one opens in the group that is made now.
  await bench.command('View: Split Editor Right');
  await bench.webview('#heap [role=tablist]');
  await bench.choose('large.heapsnapshot', openEntry);
  const loading = await bench.webview('main.loading');
  const started = performance.now();
  const isLoading = () =>
    loading
      .locator('main.loading')
      .isVisible()
      .catch(() => false);
  let rounds = 0;
  while (await isLoading()) {
    rounds++;
    await round(view);
  }
  const seconds = (performance.now() - started) / 1000;
  const answers = await settled(view);
  console.log(
    `${availableParallelism()} processors; ${(size / 1e6).toFixed(0)} MB loaded in ${seconds.toFixed(1)} s beside ${rounds} rounds of input`,
  );
  report('while it loads', answers);
}

/** Scrolls, moves and types as a quick person would. */
async function round(view: Frame): Promise<void> {
  const page = view.page();
  const grid = view.locator('.grid');
  await grid.hover();
  for (let i = 0; i < 5; i++) {
    await page.mouse.wheel(0, i < 4 ? 300 : -1200);
    await page.waitForTimeout(40);
  }
  await grid.focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'PageDown', 'End', 'Home', 'ArrowDown']) {
    await page.keyboard.press(key);
    await page.waitForTimeout(40);
  }
  await view.getByLabel('Filter classes').focus();
  const text = 'string';
  for (const key of [...text, ...Array.from(text, () => 'Backspace')]) {
    await page.keyboard.press(key);
    await page.waitForTimeout(60);
  }
}

interface Answer {
  readonly kind: string;
  readonly milliseconds: number;
}

function report(when: string, all: readonly Answer[]): void {
  console.log(`\n${when}`);
  for (const kind of ['wheel', 'keydown', 'input', 'all']) {
    const answers = kind === 'all' ? all : all.filter((one) => one.kind === kind);
    const times = answers.map((one) => one.milliseconds).sort((a, b) => a - b);
    const share = times.filter((time) => time <= soon).length / Math.max(1, times.length);
    const at = (part: number) => times[Math.min(times.length - 1, Math.floor(part * times.length))] ?? 0;
    console.log(
      `  ${kind.padEnd(8)} ${String(times.length).padStart(4)} answered, ${(100 * share).toFixed(1)} % within ${soon} ms; median ${at(0.5).toFixed(0)} ms, 95 % ${at(0.95).toFixed(0)} ms`,
    );
  }
}

/** What was measured, once the last answers are there. */
async function settled(view: Frame): Promise<Answer[]> {
  for (let i = 0; i < 300 && (await view.evaluate('window.waiting')) !== 0; i++)
    await view.page().waitForTimeout(100);
  return view.evaluate('window.answers.splice(0)');
}

/**
 * Runs in the webview: from each event's time stamp to the frame in which every row in sight has its text; for
 * typed text, of rows that were read after it.
 */
const observer = `(() => {
  window.answers = [];
  window.waiting = 0;
  let typed = Number(document.querySelector('.grid').dataset.revision ?? 0);
  const watch = (kind, event, wanted) => {
    window.waiting++;
    const look = () => requestAnimationFrame(() => {
      const grid = document.querySelector('.grid');
      const isRead = grid && (wanted > 0
        ? Number(grid.dataset.revision ?? 0) >= wanted
        : grid.getAttribute('aria-busy') === 'false');
      const isThere = isRead &&
        ![...grid.querySelectorAll('.row > .cell.quiet')].some((cell) => cell.textContent === '…');
      if (!isThere && performance.now() - event.timeStamp < 10000) return look();
      // After the frame's work, as it is painted.
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        window.answers.push({ kind, milliseconds: performance.now() - event.timeStamp });
        window.waiting--;
      };
      channel.port2.postMessage(null);
    });
    look();
  };
  addEventListener('wheel', (event) => watch('wheel', event, 0), true);
  addEventListener('keydown', (event) => {
    if (event.target.tagName !== 'INPUT') watch('keydown', event, 0);
  }, true);
  addEventListener('input', (event) => watch('input', event, ++typed), true);
})()`;

async function large(): Promise<string> {
  const big = await recordSnapshot(
    20,
    path.join(programs, 'service.cjs'),
    ['250000'],
    ['--max-old-space-size=8000'],
  );
  const times = Math.max(1, Math.round(megabytes / (statSync(big).size / 1e6)));
  if (times === 1) return big;
  const folder = path.join(cacheFolder, 'bench-heap');
  mkdirSync(folder, { recursive: true });
  // As bench:heap names them.
  const file = path.join(folder, `250000x${times}.heapsnapshot`);
  if (!statSync(file, { throwIfNoEntry: false })) {
    await multiplySnapshot(big, times, `${file}.new`);
    renameSync(`${file}.new`, file);
  }
  return file;
}

const workspace = await Workspace.create();
const real = await recordSnapshot(20, path.join(programs, 'service.cjs'), ['40000']);
await workspace.add(real, 'small.heapsnapshot');
const { size } = statSync(await workspace.add(await large(), 'large.heapsnapshot'));
const server = await VscodeServer.start({ vsix: [await packageExtension()], extensions: [probe] });
let bench: Workbench | undefined;
try {
  bench = await Workbench.open(server, workspace.folder);
  await measure(bench, size);
} finally {
  await bench?.close();
  await server.stop();
  await workspace.remove();
}
