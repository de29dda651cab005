/** The dumps of the workspace. */
import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { looksLikeDumpName } from '../configuration/paths.ts';
import { contentOf } from './dump-content.ts';

export interface FoundDump {
  readonly uri: vscode.Uri;
  /** Path inside the workspace, for people. */
  readonly label: string;
  readonly size: number;
  readonly modified: Date;
}

/** Files with a dump's name that are looked into. */
const maxFiles = 200;

/** The workspace's dumps by name and content, newest first. */
export async function findDumps(token?: vscode.CancellationToken): Promise<FoundDump[]> {
  const files = await vscode.workspace.findFiles(
    '**/{core,core.*,*.{core,dmp,mdmp,heapsnapshot},*.{core,dmp,mdmp,heapsnapshot}.{gz,zst}}',
    '**/node_modules/**',
    maxFiles,
    token,
  );
  const dumps = await Promise.all(files.map(asDump));
  return dumps
    .filter((dump) => dump !== undefined)
    .sort((a, b) => b.modified.getTime() - a.modified.getTime());
}

async function asDump(uri: vscode.Uri): Promise<FoundDump | undefined> {
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  if (uri.scheme !== 'file' || !looksLikeDumpName(name)) return undefined;
  try {
    const content = await contentOf(uri.fsPath);
    if (!['core', 'compressed', 'heapsnapshot'].includes(content)) return undefined;
    const { size, mtime } = await stat(uri.fsPath);
    return { uri, label: vscode.workspace.asRelativePath(uri), size, modified: mtime };
  } catch {
    return undefined;
  }
}

/** Lets the user choose a dump of the workspace, or another file. Undefined if they choose nothing. */
export async function pickDump(): Promise<vscode.Uri | undefined> {
  const browse: vscode.QuickPickItem = { label: 'Browse…', iconPath: new vscode.ThemeIcon('folder-opened') };
  const cancel = new vscode.CancellationTokenSource();
  const items = findDumps(cancel.token).then((dumps) => [
    ...dumps.map((dump) => ({
      label: dump.label,
      description: `${formatSize(dump.size)}, ${dump.modified.toLocaleString()}`,
      uri: dump.uri,
    })),
    browse,
  ]);
  try {
    const choice: (vscode.QuickPickItem & { uri?: vscode.Uri }) | undefined =
      await vscode.window.showQuickPick(items, {
        title: 'Open a dump',
        placeHolder: 'Choose a dump of this workspace, or browse for one',
        matchOnDescription: true,
      });
    if (choice === undefined) return undefined;
    return choice.uri ?? (await browseForDump());
  } finally {
    cancel.cancel();
    cancel.dispose();
  }
}

export async function browseForDump(): Promise<vscode.Uri | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    title: 'Open a dump',
    openLabel: 'Open',
    canSelectMany: false,
  });
  return chosen?.[0];
}

/** Bytes for people: "52.5 MB". */
export function formatSize(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
