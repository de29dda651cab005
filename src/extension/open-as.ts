/** Other ways to look at a file that is no dump. */
import * as vscode from 'vscode';

const hexEditor = { extension: 'ms-vscode.hexeditor', viewType: 'hexEditor.hexedit' };

export async function openAsText(uri: vscode.Uri): Promise<void> {
  await vscode.commands.executeCommand('vscode.openWith', uri, 'default');
}

export async function openAsBinary(uri: vscode.Uri): Promise<void> {
  if (vscode.extensions.getExtension(hexEditor.extension)) {
    await vscode.commands.executeCommand('vscode.openWith', uri, hexEditor.viewType);
    return;
  }
  const find = 'Find Hex Editor';
  const choice = await vscode.window.showInformationMessage(
    'Binary files are shown by the extension Hex Editor, which is not installed.',
    find,
  );
  if (choice === find)
    await vscode.commands.executeCommand('workbench.extensions.search', `@id:${hexEditor.extension}`);
}
