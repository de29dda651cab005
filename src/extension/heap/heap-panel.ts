import * as path from 'node:path';
import * as vscode from 'vscode';
import { isTextOfScript, maxFileSize } from '../../configuration/script-text.ts';
import type { Location } from '../../heap-process/places.ts';
import type { HeapFailure, Request } from '../../heap-process/protocol.ts';
import { findSource, showSource } from '../flame/open-source.ts';
import { webviewPage } from '../webview-page.ts';
import type { DumpSources } from './dump-source.ts';
import type { LoadState } from './heap-process.ts';
import type { HeapProcesses, Lease } from './heap-processes.ts';
import { linkText } from './links.ts';
import type { FromExplorer, ToExplorer } from './messages.ts';
import { byAge, pickDumps } from './pick-dumps.ts';

/** What panels need of the extension. */
export interface HeapServices {
  readonly extension: vscode.Uri;
  readonly extensionId: string;
  readonly processes: HeapProcesses;
  readonly sources: DumpSources;
}

/** One open explorer. The webview may be rebuilt at any time; the heap stays with the process. */
export class HeapPanel {
  readonly #services: HeapServices;
  readonly #webview: vscode.Webview;
  readonly #file: vscode.Uri;
  #older: readonly string[];
  #lease: Lease | null = null;
  #failure: HeapFailure | null = null;
  #stopListening: () => void = () => {};
  #asked = new Map<number, AbortController>();
  /** Where to go once the page is there. */
  #wanted: Location | null = null;

  constructor(
    services: HeapServices,
    panel: vscode.WebviewPanel,
    file: vscode.Uri,
    older: readonly string[] = [],
    wanted: Location | null = null,
  ) {
    this.#services = services;
    this.#webview = panel.webview;
    this.#file = file;
    this.#older = older;
    this.#wanted = wanted;
    const media = vscode.Uri.joinPath(services.extension, 'dist', 'webview');
    panel.webview.options = { enableScripts: true, localResourceRoots: [media] };
    panel.webview.onDidReceiveMessage((message: FromExplorer) => this.#receive(message));
    panel.onDidDispose(() => this.#close());
    panel.webview.html = webviewPage(panel.webview, media, {
      name: 'heap',
      title: 'Heap',
      body: '<div id="heap"></div>',
    });
    this.#open();
  }

  /** Shows a place of this heap, at once or as soon as the heap is there. */
  go(location: Location): void {
    this.#wanted = location;
    this.#showState();
  }

  #open() {
    this.#close();
    this.#failure = this.#file.scheme === 'file' ? null : notLocal;
    if (this.#failure) return this.#showState();
    this.#lease = this.#services.processes.heap(this.#file.fsPath);
    this.#stopListening = this.#lease.process.onState((state) => this.#show(state));
    this.#show(this.#lease.process.state);
  }

  #close(): void {
    this.#stopListening();
    for (const asked of this.#asked.values()) asked.abort();
    this.#asked.clear();
    this.#lease?.release();
    this.#lease = null;
  }

  #post(message: ToExplorer): void {
    void this.#webview.postMessage(message);
  }

  #show(state: LoadState) {
    const file = this.#file.scheme === 'file' ? this.#file.fsPath : this.#file.toString();
    switch (state.type) {
      case 'closed':
        return;
      case 'loading':
        return this.#post({ type: 'loading', file, done: state.done, total: state.total });
      case 'failure':
        // A process that has nothing to show is not kept.
        this.#failure = state.failure;
        this.#close();
        return this.#post({ type: 'failure', file, failure: state.failure });
      case 'opened': {
        const isCore = !/\.heapsnapshot(\.gz|\.zst)?$/.test(file);
        this.#post({ type: 'opened', file, older: this.#older, isCore });
        if (this.#wanted) this.#post({ type: 'go', location: this.#wanted });
        return;
      }
    }
  }

  #showState() {
    if (this.#lease) return this.#show(this.#lease.process.state);
    if (this.#failure) this.#show({ type: 'failure', failure: this.#failure });
  }

  async #receive(message: FromExplorer): Promise<void> {
    switch (message.type) {
      case 'ready':
        if (this.#older.length === 0) this.#older = message.older;
        return this.#showState();
      case 'again':
        return this.#open();
      case 'stop':
        this.#close();
        this.#failure = stopped;
        return this.#showState();
      case 'request':
        return this.#ask(message.request);
      case 'cancel':
        this.#asked.get(message.id)?.abort();
        return;
      case 'showSource':
        return this.#showPlace(message);
      case 'flameGraph':
        await vscode.commands.executeCommand('dayafter.showFlameGraph', this.#file);
        return;
      case 'chooseOlder': {
        const chosen = await pickDumps('Older Dumps', this.#file);
        if (chosen.length === 0) return;
        this.#older = (await byAge(chosen)).map((uri) => uri.fsPath);
        return this.#post({ type: 'older', older: this.#older });
      }
      case 'copyLink': {
        // The place that was linked to is where the page is by now.
        const { location } = message;
        const link = linkText({ dump: this.#file.fsPath, older: this.#older, location });
        return this.#copy(`${vscode.env.uriScheme}://${this.#services.extensionId}${link}`, 'Link copied');
      }
      case 'copy':
        return this.#copy(message.text, 'Copied as Markdown');
      case 'save':
        return this.#save(message.name, message.text);
    }
  }

  async #copy(text: string, done: string): Promise<void> {
    await vscode.env.clipboard.writeText(text);
    vscode.window.setStatusBarMessage(done, 3000);
  }

  async #ask(request: Request): Promise<void> {
    this.#wanted = null;
    // A whole source is for the editor, and too long for a message.
    if (!this.#lease || request.method === 'source') return;
    const asked = new AbortController();
    this.#asked.set(request.id, asked);
    const answer = await this.#lease.process.request(request, asked.signal);
    this.#asked.delete(request.id);
    if (asked.signal.aborted) return;
    const { id } = request;
    if ('result' in answer) this.#post({ type: 'answer', id, result: answer.result });
    else this.#post({ type: 'refusal', id, failure: answer.failure });
  }

  async #showPlace({
    source,
    line,
    column,
    original,
  }: Extract<FromExplorer, { type: 'showSource' }>): Promise<void> {
    if (original && (await this.#showSource(original.source, original.line, original.column))) return;
    if (await this.#showSource(source, line, column)) return;
    void vscode.window.showWarningMessage(
      `The source ${source} is neither on this machine nor in the workspace, and heap snapshots hold no sources.`,
    );
  }

  /** The workspace's file, unless the dump has another text for it: then the dump's own. False if there is neither. */
  async #showSource(source: string, line: number, column: number): Promise<boolean> {
    const text = (await this.#lease?.process.ask('source', { url: source }))?.text ?? null;
    const file = await findSource(source);
    if (file && (text === null || (await hasText(file, text)))) await showSource(file, line, column);
    else if (text === null) return false;
    else await showSource(this.#services.sources.document(this.#file.fsPath, source, text), line, column);
    return true;
  }

  async #save(name: string, text: string): Promise<void> {
    const target = await vscode.window.showSaveDialog({
      defaultUri: vscode.Uri.joinPath(this.#file, '..', path.posix.basename(name)),
      filters: { HTML: ['html'] },
    });
    if (target) await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
  }
}

const stopped: HeapFailure = { code: 'CANCELLED', message: 'Reading the heap was stopped.', hint: null };
const notLocal: HeapFailure = {
  code: null,
  message: 'Only dumps on this machine’s disks can be opened.',
  hint: null,
};

async function hasText(file: vscode.Uri, text: string): Promise<boolean> {
  try {
    const { size } = await vscode.workspace.fs.stat(file);
    if (size > maxFileSize(text)) return false;
    return isTextOfScript(new TextDecoder().decode(await vscode.workspace.fs.readFile(file)), text);
  } catch {
    return false;
  }
}
