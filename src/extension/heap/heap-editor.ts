/** The custom editor for heaps: the explorer with its leak report. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { debugType, dumpOf } from '../../configuration/attach.ts';
import { isLocation, type Location } from '../../heap-process/places.ts';
import { pickDump } from '../find-dumps.ts';
import { infoViewType } from '../info-editor.ts';
import { DumpSources } from './dump-source.ts';
import { HeapPanel, type HeapServices } from './heap-panel.ts';
import type { HeapProcesses } from './heap-processes.ts';
import { readLink } from './links.ts';
import { byAge, pickDumps } from './pick-dumps.ts';

export const heapViewType = 'dayafter.heap';
const comparisonViewType = 'dayafter.heapDifference';

/** What menus hand to commands: a file of the explorer, or something of a debug session. */
type Context = vscode.Uri | { readonly sessionId?: string; readonly variable?: { memoryReference?: string } };

/** Registers the editor and its commands. */
export function registerHeap(
  context: vscode.ExtensionContext,
  processes: HeapProcesses,
): vscode.Disposable[] {
  const sources = new DumpSources(processes);
  const services = { extension: context.extensionUri, extensionId: context.extension.id, processes, sources };
  const editor = new HeapEditor(services);
  const open = (file: vscode.Uri, location?: Location) => editor.open(file, location);
  return [
    processes,
    sources.register(),
    vscode.window.registerCustomEditorProvider(heapViewType, editor, {
      supportsMultipleEditorsPerDocument: true,
    }),
    vscode.window.registerWebviewPanelSerializer(comparisonViewType, new Comparisons(services)),
    vscode.window.registerUriHandler({
      handleUri: (uri) => {
        const link = readLink(uri.path, uri.query);
        if (!link) return;
        if (link.older.length > 0) compare(services, vscode.Uri.file(link.dump), link.older, link.location);
        else void open(vscode.Uri.file(link.dump), link.location);
      },
    }),
    vscode.commands.registerCommand('dayafter.openHeap', async (chosen?: Context, place?: unknown) => {
      const file =
        chosen instanceof vscode.Uri ? chosen : (dumpInFront(chosen?.sessionId) ?? (await pickDump()));
      // Menus hand over all chosen files there.
      if (file) await open(file, isLocation(place) ? place : undefined);
    }),
    vscode.commands.registerCommand('dayafter.showInHeap', async (chosen?: Context) => {
      if (!chosen || chosen instanceof vscode.Uri) return;
      const file = dumpInFront(chosen.sessionId);
      const object = chosen.variable?.memoryReference;
      if (file && object) await open(file, { tab: 'object', object });
      else void vscode.window.showInformationMessage('This value is no object of the heap.');
    }),
    vscode.commands.registerCommand(
      'dayafter.compareHeaps',
      async (clicked?: vscode.Uri, chosen?: readonly vscode.Uri[]) => {
        const files = (chosen?.length ?? 0) > 1 ? [...chosen!] : clicked ? [clicked] : [];
        if (files.length === 0) files.push(...(await pickDumps('Newer Dump', undefined, false)));
        if (files.length === 1) files.push(...(await pickDumps('Older Dumps', files[0])));
        if (files.length < 2) return;
        const aged = await byAge(files);
        compare(
          services,
          aged.at(-1)!,
          aged.slice(0, -1).map((uri) => uri.fsPath),
        );
      },
    ),
  ];
}

/** The dump of a debug session, else of the card in front. */
function dumpInFront(sessionId: string | undefined): vscode.Uri | undefined {
  const session = vscode.debug.activeDebugSession;
  const isMeant = session?.type === debugType && (sessionId === undefined || session.id === sessionId);
  const dump = isMeant ? dumpOf(session.configuration) : undefined;
  if (dump !== undefined) return vscode.Uri.file(dump);
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputCustom && input.viewType === infoViewType ? input.uri : undefined;
}

class HeapEditor implements vscode.CustomReadonlyEditorProvider {
  readonly #services: HeapServices;
  /** By URI: the panels that show the dump, the one used last at the end. */
  readonly #panels = new Map<string, { panel: HeapPanel; reveal: () => void }[]>();
  readonly #wanted = new Map<string, Location>();

  constructor(services: HeapServices) {
    this.#services = services;
  }

  /** Opens a dump, or brings it to the front, at a place of it. */
  async open(file: vscode.Uri, location?: Location): Promise<void> {
    const key = file.toString();
    const shown = this.#panels.get(key)?.at(-1);
    if (shown && location) {
      shown.reveal();
      shown.panel.go(location);
      return;
    }
    if (location) this.#wanted.set(key, location);
    await vscode.commands.executeCommand('vscode.openWith', file, heapViewType);
  }

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => {} };
  }

  resolveCustomEditor({ uri }: vscode.CustomDocument, webviewPanel: vscode.WebviewPanel): void {
    const key = uri.toString();
    const panel = new HeapPanel(this.#services, webviewPanel, uri, [], this.#wanted.get(key) ?? null);
    this.#wanted.delete(key);
    const entry = { panel, reveal: () => webviewPanel.reveal() };
    this.#panels.set(key, [...(this.#panels.get(key) ?? []), entry]);
    webviewPanel.onDidDispose(() => {
      const left = this.#panels.get(key)?.filter((other) => other !== entry) ?? [];
      if (left.length > 0) this.#panels.set(key, left);
      else this.#panels.delete(key);
    });
  }
}

/** A comparison has several files, so it is a panel rather than an editor. */
function compare(
  services: HeapServices,
  newer: vscode.Uri,
  older: readonly string[],
  location: Location = { tab: 'compare', object: null },
): void {
  const names = [path.posix.basename(newer.path), ...older.map((file) => path.basename(file))];
  const panel = vscode.window.createWebviewPanel(
    comparisonViewType,
    names.join(' ↔ '),
    vscode.ViewColumn.Active,
  );
  new HeapPanel(services, panel, newer, older, location);
}

/** Brings comparisons back after the window was reloaded. */
class Comparisons implements vscode.WebviewPanelSerializer {
  readonly #services: HeapServices;

  constructor(services: HeapServices) {
    this.#services = services;
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const { file, older } = (state ?? {}) as { file?: unknown; older?: unknown };
    if (typeof file !== 'string' || !Array.isArray(older)) return panel.dispose();
    new HeapPanel(this.#services, panel, vscode.Uri.file(file), older.map(String));
  }
}
