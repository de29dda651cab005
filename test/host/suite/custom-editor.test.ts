import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activeCustomEditor, closeEverything, eventually, file, infoEditor } from './workspace.ts';

describe('the custom editor', () => {
  afterEach(closeEverything);

  it('is what a core opens in', async () => {
    await vscode.commands.executeCommand('vscode.open', file('core.4711'));
    assert.equal(await eventually('the card', activeCustomEditor), infoEditor);
  });

  for (const name of ['core.js', 'core.css']) {
    it(`leaves ${name} to the text editor`, async () => {
      await vscode.commands.executeCommand('vscode.open', file(name));
      await eventually(name, () => vscode.window.activeTextEditor);
      assert.equal(activeCustomEditor(), undefined);
      assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, file(name).fsPath);
    });
  }
});
