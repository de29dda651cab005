/** From a frame of a profile to the line of its source, in the workspace or not. */
import { stat } from 'node:fs/promises';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as vscode from 'vscode';

/** Files of one name that are compared. */
const maxCandidates = 50;

/**
 * Shows a script. `source` comes from a profile and is only ever taken for a path: a file of this machine, or
 * else the workspace's file whose path ends most alike. Line and column are 1-based; 0 if unknown.
 */
export async function openSource(source: string, line: number, column: number): Promise<void> {
  const file = await findSource(source);
  if (!file) {
    void vscode.window.showWarningMessage(
      `The source ${source} is neither on this machine nor in the workspace.`,
    );
    return;
  }
  await showSource(file, line, column);
}

/** Line and column as for `openSource`. */
export async function showSource(file: vscode.Uri, line: number, column: number): Promise<void> {
  const position = new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1));
  await vscode.window.showTextDocument(file, {
    selection: new vscode.Range(position, position),
    viewColumn: vscode.ViewColumn.Active,
    preview: true,
  });
}

/** The file of a script: of this machine, or else the workspace's file whose path ends most alike. */
export async function findSource(source: string): Promise<vscode.Uri | undefined> {
  const local = localPath(source);
  if (local !== undefined && mayOpen(vscode.Uri.file(local)) && (await isFile(local)))
    return vscode.Uri.file(local);
  const parts = source.replaceAll('\\', '/').split(/[/?#]/).filter(Boolean);
  const name = parts.at(-1);
  if (!name || /[*{}[\]]/.test(name)) return undefined;
  const found = await vscode.workspace.findFiles(`**/${name}`, undefined, maxCandidates);
  const alike = (uri: vscode.Uri): number => {
    const other = uri.path.split('/');
    let same = 0;
    while (same < parts.length && parts.at(-1 - same) === other.at(-1 - same)) same++;
    return same;
  };
  return found.sort((a, b) => alike(b) - alike(a) || a.path.length - b.path.length)[0];
}

/** A dump may name any file: outside of the workspace only one of a user who trusts what is opened here. */
function mayOpen(file: vscode.Uri): boolean {
  return vscode.workspace.isTrusted || vscode.workspace.getWorkspaceFolder(file) !== undefined;
}

function localPath(source: string): string | undefined {
  let local = source;
  try {
    if (source.startsWith('file:')) local = fileURLToPath(source);
  } catch {
    return undefined;
  }
  // To look at a network share would tell its server who we are.
  return path.isAbsolute(local) && !/^[\\/]{2}/.test(local) ? local : undefined;
}

async function isFile(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
