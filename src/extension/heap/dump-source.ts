/** Scripts as a dump has them: read-only documents, where the workspace does not hold the same text. */
import * as vscode from 'vscode';
import type { HeapProcesses } from './heap-processes.ts';

const scheme = 'dayafter-source';
const maxKept = 32;

export class DumpSources implements vscode.TextDocumentContentProvider {
  readonly #processes: HeapProcesses;
  readonly #texts = new Map<string, string>();

  constructor(processes: HeapProcesses) {
    this.#processes = processes;
  }

  register(): vscode.Disposable {
    return vscode.workspace.registerTextDocumentContentProvider(scheme, this);
  }

  /** The document of a script whose text is known. */
  document(dump: string, url: string, text: string): vscode.Uri {
    const path = `/${url
      .replace(/^file:\/+/, '')
      .replace(/^[\\/]+/, '')
      .replaceAll('\\', '/')}`;
    const uri = vscode.Uri.from({ scheme, path, query: JSON.stringify({ dump, url }) });
    this.#texts.delete(uri.toString());
    this.#texts.set(uri.toString(), text);
    if (this.#texts.size > maxKept) this.#texts.delete(this.#texts.keys().next().value!);
    return uri;
  }

  /** After a reload of the window, the dump is asked again. */
  async provideTextDocumentContent(uri: vscode.Uri): Promise<string | undefined> {
    const known = this.#texts.get(uri.toString());
    if (known !== undefined) return known;
    const { dump, url } = JSON.parse(uri.query) as { dump?: unknown; url?: unknown };
    if (typeof dump !== 'string' || typeof url !== 'string') return undefined;
    const lease = this.#processes.heap(dump);
    try {
      return (await lease.process.ask('source', { url }))?.text ?? undefined;
    } finally {
      lease.release();
    }
  }
}
