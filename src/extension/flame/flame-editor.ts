/** The custom editor for profiles: a flame graph. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { webviewPage } from '../webview-page.ts';
import type { FromViewer, ToViewer } from './messages.ts';
import { openSource } from './open-source.ts';
import { readProfile, type WantedProfile, writePage } from './read-profile.ts';

export const flameViewType = 'dayafter.flame';

/** Registers the editor and its commands. */
export function registerFlame(context: vscode.ExtensionContext): vscode.Disposable[] {
  return [
    vscode.window.registerCustomEditorProvider(flameViewType, new FlameEditor(context.extensionUri), {
      supportsMultipleEditorsPerDocument: true,
    }),
    vscode.commands.registerCommand('dayafter.showFlameGraph', async (uri?: vscode.Uri) => {
      const file = uri ?? (await pickFile('Show Flame Graph'));
      if (file) await vscode.commands.executeCommand('vscode.openWith', file, flameViewType);
    }),
    vscode.commands.registerCommand(
      'dayafter.compareProfiles',
      async (newer?: vscode.Uri, chosen?: readonly vscode.Uri[]) => {
        const [first, second] = chosen?.length === 2 ? chosen : [newer];
        const file = first ?? (await pickFile('Newer Profile'));
        const older = second ?? (file && (await pickFile('Older Profile')));
        if (file && older) compare(context.extensionUri, file, older);
      },
    ),
  ];
}

class FlameEditor implements vscode.CustomReadonlyEditorProvider {
  readonly #extension: vscode.Uri;

  constructor(extension: vscode.Uri) {
    this.#extension = extension;
  }

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => {} };
  }

  resolveCustomEditor(document: vscode.CustomDocument, panel: vscode.WebviewPanel): void {
    new FlamePanel(this.#extension, panel, document.uri, undefined);
  }
}

/** A difference has two files, so it is a panel rather than an editor. */
function compare(extension: vscode.Uri, newer: vscode.Uri, older: vscode.Uri): void {
  const name = (uri: vscode.Uri) => path.posix.basename(uri.path);
  const panel = vscode.window.createWebviewPanel(
    'dayafter.flameDifference',
    `${name(newer)} ↔ ${name(older)}`,
    vscode.ViewColumn.Active,
  );
  new FlamePanel(extension, panel, newer, older);
}

/** One open graph. The webview may be rebuilt at any time; what it shows is kept here. */
class FlamePanel {
  readonly #extension: vscode.Uri;
  readonly #webview: vscode.Webview;
  readonly #file: vscode.Uri;
  readonly #older: vscode.Uri | undefined;
  readonly #work = new AbortController();
  /** What of a dump is shown; undefined for its first one. */
  #subject: string | undefined;
  #shown: ToViewer;

  constructor(
    extension: vscode.Uri,
    panel: vscode.WebviewPanel,
    file: vscode.Uri,
    older: vscode.Uri | undefined,
  ) {
    this.#extension = extension;
    this.#webview = panel.webview;
    this.#file = file;
    this.#older = older;
    this.#shown = { type: 'loading', file: file.fsPath };
    const media = vscode.Uri.joinPath(extension, 'dist', 'webview');
    panel.webview.options = { enableScripts: true, localResourceRoots: [media] };
    panel.webview.onDidReceiveMessage((message: FromViewer) => this.#receive(message));
    panel.webview.html = webviewPage(panel.webview, media, {
      name: 'flame',
      title: 'Flame graph',
      body: '<div id="flame"></div>',
    });
    panel.onDidDispose(() => this.#work.abort());
    void this.#read();
  }

  #show(message: ToViewer): void {
    this.#shown = message;
    void this.#webview.postMessage(message);
  }

  async #receive(message: FromViewer): Promise<void> {
    switch (message.type) {
      case 'ready':
        return this.#show(this.#shown);
      case 'openSource':
        return openSource(message.source, message.line, message.column);
      case 'compare': {
        const older = await pickFile('Older Profile', this.#file);
        if (older) compare(this.#extension, this.#file, older);
        return;
      }
      case 'subject':
        return this.#choose(message.subject);
      case 'savePage':
        return this.#savePage(message.name);
      case 'copy':
        return vscode.env.clipboard.writeText(message.text);
      case 'save':
        return this.#save(message.name, message.bytes);
    }
  }

  async #save(name: string, bytes: Uint8Array): Promise<void> {
    const target = await this.#target(name);
    if (target) await vscode.workspace.fs.writeFile(target, new Uint8Array(bytes));
  }

  async #savePage(name: string): Promise<void> {
    const target = await this.#target(name);
    if (!target) return;
    const result = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: `Writing ${name}` },
      () => writePage(this.#wanted, target.fsPath, this.#work.signal),
    );
    if (result) void vscode.window.showErrorMessage(result.message);
  }

  #target(name: string): Thenable<vscode.Uri | undefined> {
    const folder = vscode.Uri.joinPath(this.#file, '..');
    return vscode.window.showSaveDialog({
      defaultUri: vscode.Uri.joinPath(folder, path.posix.basename(name)),
    });
  }

  get #wanted(): WantedProfile {
    return {
      extensionPath: this.#extension.fsPath,
      file: this.#file.fsPath,
      older: this.#older?.fsPath,
      subject: this.#subject,
    };
  }

  /** Shows another subject of the dump; where there is nothing of it the graph stays as it is. */
  async #choose(subject: string): Promise<void> {
    const before = { shown: this.#shown, subject: this.#subject };
    const { signal } = this.#work;
    this.#show({ type: 'loading', file: this.#file.fsPath });
    this.#subject = subject;
    const result = await this.#result(signal);
    if (signal.aborted) return;
    if (result.type === 'failure') {
      this.#subject = before.subject;
      this.#show(before.shown);
      void vscode.window.showWarningMessage(result.message);
    } else this.#show(result);
  }

  async #read(): Promise<void> {
    const { signal } = this.#work;
    const result = await this.#result(signal);
    if (!signal.aborted) this.#show(result);
  }

  async #result(signal: AbortSignal): Promise<ToViewer> {
    const file = this.#file.fsPath;
    const remote = [this.#file, this.#older].find((uri) => uri && uri.scheme !== 'file');
    if (remote)
      return {
        type: 'failure',
        file,
        message: 'Only files on this machine’s disks can be opened.',
        hint: null,
      };
    try {
      const result = await readProfile(this.#wanted, signal);
      if ('packed' in result) return { type: 'profile', file, packed: result.packed };
      const { message, hint } = result.failure;
      return { type: 'failure', file, message, hint };
    } catch (error) {
      return {
        type: 'failure',
        file,
        message: error instanceof Error ? error.message : String(error),
        hint: null,
      };
    }
  }
}

async function pickFile(title: string, near?: vscode.Uri): Promise<vscode.Uri | undefined> {
  const [file] =
    (await vscode.window.showOpenDialog({
      title,
      openLabel: title,
      canSelectMany: false,
      ...(near && { defaultUri: vscode.Uri.joinPath(near, '..') }),
    })) ?? [];
  return file;
}
