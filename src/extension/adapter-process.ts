/** The debug adapter runs in a process of its own, on the editor's own runtime. */
import * as vscode from 'vscode';
import { nodeEnvironment } from './analysis.ts';

export class AdapterProcess implements vscode.DebugAdapterDescriptorFactory {
  readonly #adapter: string;

  constructor(extension: vscode.Uri) {
    this.#adapter = vscode.Uri.joinPath(extension, 'dist', 'adapter.js').fsPath;
  }

  createDebugAdapterDescriptor(): vscode.DebugAdapterDescriptor {
    return new vscode.DebugAdapterExecutable(process.execPath, [this.#adapter], {
      env: { ...nodeEnvironment },
    });
  }
}
