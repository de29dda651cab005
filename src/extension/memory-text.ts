/** "Show Native Memory": what `dayafter memory` says of a core, as a text that can be searched and kept. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { runCommandLine } from './analysis.ts';

export const memoryScheme = 'dayafter-memory';

/** Rows of each list. */
const rows = 100;

export class MemoryTexts implements vscode.TextDocumentContentProvider {
  readonly #extension: string;

  constructor(extension: vscode.Uri) {
    this.#extension = extension.fsPath;
  }

  provideTextDocumentContent(uri: vscode.Uri, token: vscode.CancellationToken): Thenable<string> {
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: 'Reading the memory of the process…',
    };
    return vscode.window.withProgress({ ...options, cancellable: true }, async (_, cancelled) => {
      const abort = new AbortController();
      for (const one of [token, cancelled]) one.onCancellationRequested(() => abort.abort());
      const args = ['memory', '--limit', String(rows), '--', uri.query];
      const { stdout, stderr } = await runCommandLine(this.#extension, args, abort.signal);
      return stdout || stderr || 'The analysis ended without an answer.\n';
    });
  }
}

export async function showMemory(dump: vscode.Uri): Promise<void> {
  if (dump.scheme !== 'file') {
    void vscode.window.showErrorMessage('Only dumps on this machine’s disks can be read.');
    return;
  }
  const name = `${path.basename(dump.fsPath)} memory.txt`;
  const uri = vscode.Uri.from({ scheme: memoryScheme, path: `/${name}`, query: dump.fsPath });
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, { preview: false });
}
