import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeEverything, extension, file } from './workspace.ts';

describe('activation', () => {
  after(closeEverything);

  it('does not happen before there is a dump, not even for core.js and core.css', async () => {
    for (const name of ['core.js', 'core.css', 'uncaught.js']) {
      await vscode.window.showTextDocument(file(name));
    }
    assert.equal(extension().isActive, false);
  });

  it('is asked for by commands, the editor and the debug type only', () => {
    const { activationEvents = [] } = extension().packageJSON as { activationEvents?: string[] };
    for (const event of activationEvents) {
      assert.match(
        event,
        /^on(DebugDynamicConfigurations|DebugResolve|Debug|Command|CustomEditor|WebviewPanel|Uri)\b/,
      );
    }
  });

  it('happens with a command', async () => {
    await vscode.commands.executeCommand('dayafter.showInfo', file('core.4711'));
    assert.equal(extension().isActive, true);
  });

  it('registers every command that package.json names', async () => {
    const known = new Set(await vscode.commands.getCommands(true));
    const { contributes } = extension().packageJSON as { contributes: { commands: { command: string }[] } };
    assert.ok(contributes.commands.length > 0);
    for (const { command } of contributes.commands) assert.ok(known.has(command), command);
  });
});
