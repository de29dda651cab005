/** The extension's entry: registers what package.json contributes. Nothing is read until a dump is opened. */
import * as vscode from 'vscode';
import { debugType } from '../configuration/attach.ts';
import { AdapterProcess } from './adapter-process.ts';
import { copyStackAsMarkdown, copyValueAsExpression } from './clipboard.ts';
import { ConfigurationProvider, dynamicConfigurations } from './configuration-provider.ts';
import { debugDump, showCallStack } from './debug-dump.ts';
import { browseForDump, pickDump } from './find-dumps.ts';
import { registerFlame } from './flame/flame-editor.ts';
import { registerHeap } from './heap/heap-editor.ts';
import { HeapProcesses } from './heap/heap-processes.ts';
import { InfoEditor, infoViewType } from './info-editor.ts';
import { MemoryTexts, memoryScheme, showMemory } from './memory-text.ts';
import { recordDump } from './record.ts';
import { Sessions } from './sessions.ts';

export function activate(context: vscode.ExtensionContext): void {
  const { Dynamic } = vscode.DebugConfigurationProviderTriggerKind;
  const sessions = new Sessions();
  const processes = new HeapProcesses(context.extensionUri.fsPath, () =>
    (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath),
  );
  context.subscriptions.push(
    ...registerFlame(context),
    ...registerHeap(context, processes),
    sessions,
    vscode.window.registerCustomEditorProvider(infoViewType, new InfoEditor(context.extensionUri), {
      supportsMultipleEditorsPerDocument: true,
    }),
    vscode.debug.registerDebugConfigurationProvider(debugType, new ConfigurationProvider()),
    vscode.debug.registerDebugConfigurationProvider(debugType, dynamicConfigurations, Dynamic),
    vscode.debug.onDidStartDebugSession(showCallStack),
    vscode.debug.registerDebugAdapterDescriptorFactory(
      debugType,
      new AdapterProcess(context.extensionUri, processes),
    ),
    vscode.commands.registerCommand('dayafter.openDump', () => openDump()),
    vscode.commands.registerCommand('dayafter.showInfo', withDump(openCard)),
    vscode.commands.registerCommand('dayafter.debugDump', withDump(debugDump)),
    vscode.commands.registerCommand('dayafter.showMemory', withDump(showMemory)),
    vscode.workspace.registerTextDocumentContentProvider(memoryScheme, new MemoryTexts(context.extensionUri)),
    vscode.commands.registerCommand('dayafter.recordDump', () => recordDump(context)),
    vscode.commands.registerCommand('dayafter.pickDump', async () => (await pickDump())?.fsPath),
    vscode.commands.registerCommand('dayafter.copyStackAsMarkdown', (item) =>
      copyStackAsMarkdown(sessions, item),
    ),
    vscode.commands.registerCommand('dayafter.copyValueAsExpression', (item) =>
      copyValueAsExpression(sessions, item),
    ),
  );
}

async function openDump(): Promise<void> {
  const dump = await browseForDump();
  if (dump) await openCard(dump);
}

/** A command on a dump: from the explorer with a file, from the palette without. */
function withDump(use: (dump: vscode.Uri) => Promise<void>): (uri?: vscode.Uri) => Promise<void> {
  return async (uri) => {
    const dump = uri ?? (await pickDump());
    if (dump) await use(dump);
  };
}

async function openCard(dump: vscode.Uri): Promise<void> {
  await vscode.commands.executeCommand('vscode.openWith', dump, infoViewType);
}
