import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Frame } from 'playwright-core';
import { recordProfiles } from '../profile/recordings.ts';
import { withEditor } from '../support/editor.ts';
import type { Workbench } from '../support/workbench.ts';

const program = resolve(import.meta.dirname, '../programs/profile-load.js');

describe('flame graphs in VS Code', () => {
  let bench: Workbench;

  withEditor(
    'flame',
    async (made) => {
      const [newer, older] = [await recordProfiles(24), await recordProfiles(20)];
      await made.write('profile-load.js', await readFile(program, 'utf8'));
      // The sources that the profiles name are the workspace's own.
      const moved = async (folder: string, name: string) => {
        const text = await readFile(join(folder, 'load.cpuprofile'), 'utf8');
        await made.write(name, text.replaceAll(program, made.path('profile-load.js')));
      };
      await moved(newer, 'newer.cpuprofile');
      await moved(older, 'older.cpuprofile');
      const snapshot = await readFile(join(newer, 'allocations.heapsnapshot'), 'utf8');
      await made.write('live.heapsnapshot', snapshot);
      await made.write('broken.folded', 'no stacks here\n');
    },
    (editor) => {
      ({ bench } = editor);
    },
  );

  const press = (view: Frame, label: string) =>
    view.getByRole('button', { name: label, exact: true }).click();

  /** Waits until the graph's pixels have more different colours than that. */
  async function drawn(view: Frame, colors: number): Promise<void> {
    await view.waitForFunction(`(() => {
      const canvas = document.querySelector('canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width || 1, canvas.height || 1);
      return new Set(new Uint32Array(data.buffer)).size > ${colors};
    })()`);
  }

  it('opens a CPU profile from the explorer', async () => {
    await bench.choose('newer.cpuprofile', 'Show Flame Graph');
    const view = await bench.webview('.viewer canvas');
    await view.getByText('V8 CPU profile').waitFor();
    await drawn(view, 20);
    await bench.screenshot('flame-1-open');
  });

  it('zooms into a box that is clicked, and back', async () => {
    const view = await bench.webview('.viewer canvas');
    await press(view, 'Left heavy');
    const canvas = view.locator('canvas').first();
    const box = (await canvas.boundingBox())!;
    await canvas.click({ position: { x: box.width * 0.1, y: 19 * 6.5 } });
    await view.locator('.details strong').waitFor();
    await bench.screenshot('flame-2-zoom');
    await canvas.press('Escape');
    await canvas.press('ArrowDown');
    assert.ok(((await view.locator('.details strong').textContent()) ?? '').length > 0);
  });

  it('finds functions by a regular expression, with the share that they take', async () => {
    const view = await bench.webview('.viewer canvas');
    await view.locator('input[type=search]').fill('^spin|^allocate');
    await view.getByText(/\d% matched/).waitFor();
    const share = Number.parseFloat((await view.locator('.matched').textContent())!);
    assert.ok(share > 5 && share < 100, `${share}%`);
    await bench.screenshot('flame-3-search');
    await view.locator('input[type=search]').fill('');
    await view.getByText(/\d% matched/).waitFor({ state: 'detached' });
  });

  it('shows the table, and from it the callers and callees of a function', async () => {
    const view = await bench.webview('.viewer canvas');
    await press(view, 'Table');
    const row = view.locator('tbody tr', { hasText: 'profile-load.js:5' }).first();
    await row.waitFor();
    await bench.screenshot('flame-4-table');
    await row.getByRole('button', { name: 'spin', exact: true }).click();
    await view.getByText('Callees').waitFor();
    assert.equal(await view.locator('.focal').textContent(), 'spin');
    assert.equal(await view.locator('canvas').count(), 2);
    await bench.screenshot('flame-5-sandwich');
  });

  it('focuses on a function and takes that back', async () => {
    const view = await bench.webview('.viewer canvas');
    await press(view, 'Focus');
    await press(view, 'Icicle');
    await view.locator('.chip', { hasText: 'focus function: spin' }).waitFor();
    await view.locator('.chip').click();
    await view.locator('.chip').waitFor({ state: 'detached' });
  });

  it('goes to the source line of a function', async () => {
    const view = await bench.webview('.viewer canvas');
    await press(view, 'Table');
    await view
      .getByRole('button', { name: /profile-load\.js:11$/ })
      .first()
      .click();
    await bench.status(/Ln 11\b/).waitFor();
    assert.match(await bench.editorText(), /function descend\(depth\)/);
    await bench.screenshot('flame-6-source');
    await bench.command('View: Close All Editors');
  });

  it('compares two profiles, with what vanished', async () => {
    await bench.choose(['newer.cpuprofile', 'older.cpuprofile'], 'Compare Two Profiles');
    const view = await bench.webview('.viewer canvas');
    await view.getByText('vanished').waitFor();
    await drawn(view, 5);
    await bench.screenshot('flame-7-difference');
    await press(view, 'Table');
    await view.getByRole('button', { name: 'Change' }).waitFor();
    await bench.command('View: Close All Editors');
  });

  it('shows what else a dump has to show', async () => {
    await bench.choose('live.heapsnapshot', 'Show Flame Graph');
    const view = await bench.webview('.viewer canvas');
    await view.getByText(/^retained bytes · /).waitFor();
    await drawn(view, 10);
    await bench.screenshot('flame-8-retained');
    await view.getByLabel('Show').selectOption('allocations');
    await view.getByText(/^allocation traces of a heap snapshot · /).waitFor();
    await drawn(view, 5);
    await press(view, 'Table');
    await view.getByRole('button', { name: 'makeThing', exact: true }).waitFor();
    await bench.screenshot('flame-9-allocations');
    await bench.command('View: Close All Editors');
  });

  it('says why a file cannot be shown', async () => {
    await bench.choose('broken.folded', 'Show Flame Graph');
    const view = await bench.webview('.message');
    await view.getByText('no profile of a known format').waitFor();
  });
});
