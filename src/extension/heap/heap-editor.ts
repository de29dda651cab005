/** The custom editor for heaps: the explorer with its leak report. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { HeapPanel, pickDump } from './heap-panel.ts';
import { HeapProcesses } from './heap-processes.ts';

export const heapViewType = 'dayafter.heap';

/** Registers the editor and its commands. */
export function registerHeap(context: vscode.ExtensionContext): vscode.Disposable[] {
  const extension = context.extensionUri;
  const processes = new HeapProcesses(extension.fsPath);
  return [
    processes,
    vscode.window.registerCustomEditorProvider(heapViewType, new HeapEditor(extension, processes), {
      supportsMultipleEditorsPerDocument: true,
    }),
    vscode.commands.registerCommand('dayafter.openHeap', async (uri?: vscode.Uri) => {
      const file = uri ?? (await pickDump('Open Heap'));
      if (file) await vscode.commands.executeCommand('vscode.openWith', file, heapViewType);
    }),
    vscode.commands.registerCommand(
      'dayafter.compareHeaps',
      async (newer?: vscode.Uri, chosen?: readonly vscode.Uri[]) => {
        const [first, second] = chosen?.length === 2 ? chosen : [newer];
        const file = first ?? (await pickDump('Newer Dump'));
        const older = second ?? (file && (await pickDump('Older Dump', file)));
        if (file && older) compare(extension, processes, ...(await byAge(file, older)));
      },
    ),
  ];
}

class HeapEditor implements vscode.CustomReadonlyEditorProvider {
  readonly #extension: vscode.Uri;
  readonly #processes: HeapProcesses;

  constructor(extension: vscode.Uri, processes: HeapProcesses) {
    this.#extension = extension;
    this.#processes = processes;
  }

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => {} };
  }

  resolveCustomEditor(document: vscode.CustomDocument, panel: vscode.WebviewPanel): void {
    new HeapPanel(this.#extension, panel, this.#processes, document.uri, null);
  }
}

/** A comparison has two files, so it is a panel rather than an editor. */
function compare(
  extension: vscode.Uri,
  processes: HeapProcesses,
  newer: vscode.Uri,
  older: vscode.Uri,
): void {
  const name = (uri: vscode.Uri) => path.posix.basename(uri.path);
  const panel = vscode.window.createWebviewPanel(
    'dayafter.heapDifference',
    `${name(newer)} ↔ ${name(older)}`,
    vscode.ViewColumn.Active,
  );
  new HeapPanel(extension, panel, processes, newer, older);
}

/** The dump that was written last first, whatever was chosen first. */
async function byAge(a: vscode.Uri, b: vscode.Uri): Promise<[vscode.Uri, vscode.Uri]> {
  const [first, second] = await Promise.all([a, b].map((uri) => vscode.workspace.fs.stat(uri)));
  return second!.mtime > first!.mtime ? [b, a] : [a, b];
}
