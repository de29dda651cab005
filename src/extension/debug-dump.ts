/** Starts debugging a dump, with no launch.json. */
import * as vscode from 'vscode';
import { debugType } from '../configuration/attach.ts';
import { baseName } from '../configuration/paths.ts';

export function configurationFor(dump: vscode.Uri): vscode.DebugConfiguration {
  return {
    type: debugType,
    request: 'attach',
    name: `Post-mortem: ${baseName(dump.path)}`,
    dump: dump.fsPath,
  };
}

export async function debugDump(dump: vscode.Uri): Promise<void> {
  if (dump.scheme !== 'file') {
    void vscode.window.showErrorMessage('Only dumps on this machine’s disks can be debugged.');
    return;
  }
  await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(dump), configurationFor(dump));
}

/** VS Code shows the call stack by itself only when a breakpoint was hit. */
export async function showCallStack(session: vscode.DebugSession): Promise<void> {
  if (session.type !== debugType) return;
  const wish = vscode.workspace.getConfiguration('debug').get('openDebug');
  if (wish !== 'neverOpen') await vscode.commands.executeCommand('workbench.view.debug');
}
