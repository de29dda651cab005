import * as path from 'node:path';
import * as vscode from 'vscode';
import type { HeapFailure, Request } from '../../heap-process/protocol.ts';
import { openSource } from '../flame/open-source.ts';
import { heapPage } from './heap-page.ts';
import type { LoadState } from './heap-process.ts';
import type { HeapProcesses, Lease } from './heap-processes.ts';
import type { FromExplorer, ToExplorer } from './messages.ts';

/** One open explorer. The webview may be rebuilt at any time; the heap stays with the process. */
export class HeapPanel {
  readonly #webview: vscode.Webview;
  readonly #processes: HeapProcesses;
  readonly #file: vscode.Uri;
  #older: vscode.Uri | null;
  #lease: Lease | null = null;
  #stopListening: () => void = () => {};
  #asked = new Map<number, AbortController>();

  constructor(
    extension: vscode.Uri,
    panel: vscode.WebviewPanel,
    processes: HeapProcesses,
    file: vscode.Uri,
    older: vscode.Uri | null,
  ) {
    this.#webview = panel.webview;
    this.#processes = processes;
    this.#file = file;
    this.#older = older;
    const media = vscode.Uri.joinPath(extension, 'dist', 'webview');
    panel.webview.options = { enableScripts: true, localResourceRoots: [media] };
    panel.webview.onDidReceiveMessage((message: FromExplorer) => this.#receive(message));
    panel.onDidDispose(() => this.#close());
    panel.webview.html = heapPage(panel.webview, media);
    this.#open();
  }

  #open() {
    this.#close();
    if (this.#file.scheme !== 'file') return;
    this.#lease = this.#processes.lease(this.#file.fsPath);
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
    const file = this.#file.fsPath;
    switch (state.type) {
      case 'loading':
        return this.#post({ type: 'loading', file, done: state.done, total: state.total });
      case 'failure':
        return this.#post({ type: 'failure', file, failure: state.failure });
      case 'opened':
        return this.#post({
          type: 'opened',
          file,
          older: this.#older?.fsPath ?? null,
          isCore: !file.endsWith('.heapsnapshot'),
        });
    }
  }

  #showState() {
    if (this.#lease) return this.#show(this.#lease.process.state);
    this.#show({ type: 'failure', failure: this.#file.scheme === 'file' ? stopped : notLocal });
  }

  async #receive(message: FromExplorer): Promise<void> {
    switch (message.type) {
      case 'ready':
        return this.#showState();
      case 'again':
        return this.#open();
      case 'stop':
        this.#close();
        return this.#showState();
      case 'request':
        return this.#ask(message.request);
      case 'cancel':
        this.#asked.get(message.id)?.abort();
        return;
      case 'showSource':
        return openSource(message.source, message.line, message.column);
      case 'flameGraph':
        await vscode.commands.executeCommand('dayafter.showFlameGraph', this.#file);
        return;
      case 'chooseOlder': {
        const older = await pickDump('Older Dump', this.#file);
        if (!older) return;
        this.#older = older;
        return this.#post({ type: 'older', older: older.fsPath });
      }
      case 'copy':
        return vscode.env.clipboard.writeText(message.text);
      case 'save':
        return this.#save(message.name, message.text);
    }
  }

  async #ask(request: Request): Promise<void> {
    if (!this.#lease) return;
    const asked = new AbortController();
    this.#asked.set(request.id, asked);
    const answer = await this.#lease.process.ask(request, asked.signal);
    this.#asked.delete(request.id);
    if (asked.signal.aborted) return;
    const { id } = request;
    if ('result' in answer) this.#post({ type: 'answer', id, result: answer.result });
    else this.#post({ type: 'refusal', id, failure: answer.failure });
  }

  async #save(name: string, text: string): Promise<void> {
    const target = await vscode.window.showSaveDialog({
      defaultUri: vscode.Uri.joinPath(this.#file, '..', path.posix.basename(name)),
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

export async function pickDump(title: string, near?: vscode.Uri): Promise<vscode.Uri | undefined> {
  const [file] =
    (await vscode.window.showOpenDialog({
      title,
      openLabel: title,
      canSelectMany: false,
      ...(near && { defaultUri: vscode.Uri.joinPath(near, '..') }),
    })) ?? [];
  return file;
}
