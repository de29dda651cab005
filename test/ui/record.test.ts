import assert from 'node:assert/strict';
import { withEditor } from '../support/editor.ts';
import type { Workbench } from '../support/workbench.ts';

const program = `function fail(order) {
  throw new TypeError('no price for ' + order.id);
}
setTimeout(() => fail({ id: 4711 }), 10);
`;

describe('recording a dump in VS Code', () => {
  let bench: Workbench;

  withEditor(
    'record',
    async (made) => {
      await made.write('shop.js', program);
    },
    (editor) => {
      ({ bench } = editor);
    },
  );

  it('runs a command in a terminal, and debugs the dump that its death leaves', async () => {
    await bench.command('Day After: Record a Dump…');
    await bench.quickInput.waitFor();
    await bench.quickInput.fill('node shop.js');
    await bench.page.keyboard.press('Enter');
    await bench.debugToolbar.waitFor();
    await bench.stackFrames.filter({ hasText: 'fail' }).first().waitFor();
    await bench.status('Ln 2').waitFor();
    await bench.variables.filter({ hasText: /order/ }).first().waitFor();
    await bench.screenshot('record-1-debugging');
    assert.match(await bench.editorText(), /throw new TypeError/);
  });
});
