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
