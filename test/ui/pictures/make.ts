/**
 * `npm run docs:pictures`: the pictures of README, of the packaged extension in VS Code at work on a core of
 * server.cjs beside this file. They are made anew by hand, where what they show has changed.
 */
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { record } from '../../support/cores.ts';
import { packageExtension } from '../../support/package.ts';
import { releaseNode } from '../../support/releases.ts';
import { VscodeServer } from '../../support/vscode-server.ts';
import { Workbench } from '../../support/workbench.ts';

const here = import.meta.dirname;
const pictures = resolve(here, '../../../docs/pictures');
/** Its path is seen in the pictures. */
const shop = join(tmpdir(), 'shop');

await mkdir(pictures, { recursive: true });
await fillShop();
const server = await VscodeServer.start({
  vsix: [await packageExtension()],
  extensions: [resolve(here, '../../support/ready-probe')],
});
let open: Workbench | undefined;
try {
  const bench = await Workbench.open(server, shop);
  open = bench;
  await bench.page.setDefaultTimeout(20_000);
  await bench.page.setViewportSize({ width: 1280, height: 760 });
  const picture = (name: string) => bench.page.screenshot({ path: join(pictures, `${name}.png`) });

  const card = await bench.openCustom('core.4711', '#card');
  await card.getByRole('button', { name: 'Debug' }).click();
  await bench.stackFrames.filter({ hasText: 'nightlyReport' }).first().waitFor();
  for (const name of ['Watch', 'Loaded Scripts', 'Breakpoints']) await collapse(bench, name);
  await bench.command('Debug Console: Focus on Debug Console View');
  await bench.evaluate('order.lines.find(l => !catalogue.has(l.sku)).sku');
  await bench.stackFrames.filter({ hasText: 'total' }).first().click();
  await bench.variables.filter({ hasText: 'Local: total' }).click();
  await bench.variable('order').click();
  await bench.variable('lines').click();
  await bench.page.waitForTimeout(1500);
  await picture('debugging');

  await bench.page.locator('.exception-widget .action-label').last().click();
  const suspended = bench.threads.filter({ hasText: 'suspended functions' });
  await suspended.click();
  await bench.page.keyboard.press('ArrowRight');
  await bench.callStack.filter({ hasText: /40 ×/ }).first().waitFor();
  await bench.threads.filter({ hasText: 'main' }).first().click();
  await bench.page.keyboard.press('ArrowLeft');
  // The editor scrolls to a line that is not in sight.
  for (const name of ['checkout', 'connection', 'store'])
    await bench.stackFrames.filter({ hasText: name }).first().click();
  await bench.variable('order').click();
  await bench.page.waitForTimeout(1500);
  await picture('waiting');
  await bench.stopDebugging();

  await bench.command('View: Close All Editors');
  await bench.command('View: Toggle Panel Visibility');
  await bench.command('View: Show Explorer');
  await bench.choose('core.4711', 'Open the Heap of This Dump');
  const heap = await bench.webview('#heap [role=tablist]');
  await heap.getByRole('tab', { name: 'Suspects', exact: true }).click();
  await heap.locator('.suspect').first().waitFor();
  await bench.page.waitForTimeout(500);
  await picture('leaks');
  await bench.close();
} catch (error) {
  await open?.screenshot('failed-pictures');
  throw error;
} finally {
  await server.stop();
  await rm(shop, { recursive: true, force: true });
}

/** Takes the room of a view of the sidebar. */
async function collapse({ page }: Workbench, view: string): Promise<void> {
  const header = page.locator('.pane-header.expanded', { hasText: view });
  if ((await header.count()) > 0) await header.first().click();
}

async function fillShop(): Promise<void> {
  await rm(shop, { recursive: true, force: true });
  await mkdir(shop, { recursive: true });
  const program = join(shop, 'server.js');
  await copyFile(join(here, 'server.cjs'), program);
  const aside = join(shop, '.recorded');
  await mkdir(aside);
  await record(await releaseNode(24), program, {}, aside);
  await copyFile(join(aside, 'core'), join(shop, 'core.4711'));
  await rm(aside, { recursive: true });
}
