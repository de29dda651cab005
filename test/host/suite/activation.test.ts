import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('activation', () => {
  it('answers', async () => {
    assert.equal(await vscode.commands.executeCommand('tiny.hi'), 42);
  });
});
