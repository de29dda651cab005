/** The custom editor for dumps: the info card, with "Debug" on it. */
import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { analyse, analyseLoops } from './analysis.ts';
import { debugDump } from './debug-dump.ts';
import { type Content, contentOf } from './dump-content.ts';
import type { Failure, FromCard, ToCard } from './messages.ts';
import { openAsBinary, openAsText } from './open-as.ts';
import { webviewPage } from './webview-page.ts';

export const infoViewType = 'dayafter.info';

export class InfoEditor implements vscode.CustomReadonlyEditorProvider {
  readonly #extension: vscode.Uri;

  constructor(extension: vscode.Uri) {
    this.#extension = extension;
  }

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => {} };
  }

  resolveCustomEditor(document: vscode.CustomDocument, panel: vscode.WebviewPanel): void {
    const card = new Card(document.uri, panel, this.#extension);
    panel.onDidDispose(() => card.dispose());
  }
}

/** One open card. The webview may be rebuilt at any time; what it shows is kept here. */
class Card {
  readonly #uri: vscode.Uri;
  readonly #webview: vscode.Webview;
  readonly #extension: vscode.Uri;
  #work = new AbortController();
  #shown: ToCard;

  constructor(uri: vscode.Uri, panel: vscode.WebviewPanel, extension: vscode.Uri) {
    this.#uri = uri;
    this.#webview = panel.webview;
    this.#extension = extension;
    this.#shown = { type: 'loading', file: this.#file };
    const media = vscode.Uri.joinPath(extension, 'dist', 'webview');
    panel.webview.options = { enableScripts: true, localResourceRoots: [media] };
    panel.webview.onDidReceiveMessage((message: FromCard) => this.#receive(message));
    panel.webview.html = webviewPage(panel.webview, media, {
      name: 'info-card',
      title: 'Dump',
      body: '<main id="card" aria-live="polite" aria-busy="true"><p class="loading">Reading the dump…</p></main>',
    });
    void this.#analyse();
  }

  dispose(): void {
    this.#work.abort();
  }

  get #file(): string {
    return this.#uri.scheme === 'file' ? this.#uri.fsPath : this.#uri.toString();
  }

  #show(message: ToCard): void {
    this.#shown = message;
    void this.#webview.postMessage(message);
  }

  async #receive(message: FromCard): Promise<void> {
    switch (message.type) {
      case 'ready':
        return this.#show(this.#shown);
      case 'again':
        return this.#analyse();
      case 'debug':
        return debugDump(this.#uri);
      case 'heap':
        await vscode.commands.executeCommand('dayafter.openHeap', this.#uri);
        return;
      case 'openAsText':
        return openAsText(this.#uri);
      case 'openAsBinary':
        return openAsBinary(this.#uri);
    }
  }

  async #analyse(): Promise<void> {
    this.#work.abort();
    this.#work = new AbortController();
    const { signal } = this.#work;
    this.#show({ type: 'loading', file: this.#file });
    const result = await this.#result(signal);
    if (signal.aborted) return;
    this.#show(result);
    if (result.type !== 'info' || result.info.isolates.length === 0) return;
    const waited = await analyseLoops(this.#extension.fsPath, this.#uri.fsPath, signal).catch(() => null);
    if (!signal.aborted) this.#show({ ...result, waited });
  }

  async #result(signal: AbortSignal): Promise<ToCard> {
    const file = this.#file;
    const failed = (failure: Failure): ToCard => ({ type: 'failure', file, failure });
    if (this.#uri.scheme !== 'file') {
      return failed({ code: null, message: 'Only dumps on this machine’s disks can be opened.', hint: null });
    }
    try {
      const refusal = refusalOf(await contentOf(this.#uri.fsPath));
      if (refusal) return failed(refusal);
      const { size } = await stat(this.#uri.fsPath);
      const analysis = await analyse(this.#extension.fsPath, this.#uri.fsPath, signal);
      return 'failure' in analysis
        ? failed(analysis.failure)
        : { type: 'info', file, size, info: analysis.info, waited: null };
    } catch (error) {
      return failed(readFailure(error));
    }
  }
}

/** Files that are told apart before anything is read. */
function refusalOf(content: Content): Failure | undefined {
  switch (content) {
    case 'text':
      return { code: 'NOT_A_CORE', message: 'This is a text file, not a dump.', hint: null };
    case 'heapsnapshot':
      return {
        code: 'NOT_A_CORE',
        message: 'This is a heap snapshot: there is no death to tell of.',
        hint: 'Open its heap, or debug it to look at its objects.',
      };
    case 'empty':
      return {
        code: 'EMPTY_FILE',
        message: 'This file is empty.',
        hint: 'A disk quota or a core limit (ulimit -c) may have stopped the kernel from writing the core.',
      };
    default:
      return undefined;
  }
}

function readFailure(error: unknown): Failure {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT')
    return { code: 'FILE_NOT_FOUND', message: 'The file is not there any more.', hint: null };
  if (code === 'EACCES' || code === 'EPERM') {
    return {
      code: 'PERMISSION_DENIED',
      message: 'This file must not be read by you.',
      hint: 'Cores belong to the user of the process that died and can be read by that user alone (mode 0600).',
    };
  }
  return { code: null, message: error instanceof Error ? error.message : String(error), hint: null };
}
