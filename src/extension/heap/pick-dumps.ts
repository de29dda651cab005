import * as vscode from 'vscode';

export async function pickDumps(title: string, near?: vscode.Uri, many = true): Promise<vscode.Uri[]> {
  return (
    (await vscode.window.showOpenDialog({
      title,
      openLabel: title,
      canSelectMany: many,
      ...(near && { defaultUri: vscode.Uri.joinPath(near, '..') }),
    })) ?? []
  );
}

/** The dump that was written first first. */
export async function byAge(files: readonly vscode.Uri[]): Promise<vscode.Uri[]> {
  const dated = await Promise.all(
    files.map(async (uri) => ({ uri, time: (await vscode.workspace.fs.stat(uri)).mtime })),
  );
  return dated.sort((a, b) => a.time - b.time).map(({ uri }) => uri);
}
