/** "Record a Dump…": runs a command in a terminal so that its death leaves a dump, and debugs that. */
import { readdir, stat } from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { nodeEnvironment } from './analysis.ts';
import { debugDump } from './debug-dump.ts';

const remembered = 'dayafter.recordedCommand';

/** File systems may round times down to a second. */
const coarseness = 1000;

export async function recordDump(context: vscode.ExtensionContext): Promise<void> {
  const folder = await chooseFolder();
  const command = await vscode.window.showInputBox({
    title: 'Record a Dump',
    prompt: 'A command that crashes or hangs. When it hangs, Ctrl+\\ in its terminal takes the dump.',
    value: context.workspaceState.get(remembered, 'npm start'),
    ignoreFocusOut: true,
  });
  if (command === undefined || command.trim() === '') return;
  await context.workspaceState.update(remembered, command);
  const cwd = folder?.uri.fsPath ?? os.homedir();
  const started = Date.now();
  if ((await run(context.extensionUri.fsPath, command, cwd, folder)) !== 0) return;
  const dump = await newestDump(cwd, started - coarseness);
  if (dump !== undefined) await debugDump(vscode.Uri.file(dump));
}

async function chooseFolder(): Promise<vscode.WorkspaceFolder | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return folders.length > 1 ? vscode.window.showWorkspaceFolderPick() : folders[0];
}

/** Runs the command in a terminal; resolves to the status of `record`: 0 where there is a dump. */
async function run(
  extension: string,
  command: string,
  cwd: string,
  folder: vscode.WorkspaceFolder | undefined,
): Promise<number | undefined> {
  const cli = path.join(extension, 'dist', 'cli.js');
  const execution = new vscode.ProcessExecution(
    process.execPath,
    [cli, 'record', '-o', cwd, '--', ...inShell(command)],
    { cwd, env: { ELECTRON_RUN_AS_NODE: nodeEnvironment.ELECTRON_RUN_AS_NODE! } },
  );
  const task = new vscode.Task(
    { type: 'process' },
    folder ?? vscode.TaskScope.Global,
    command,
    'Day After',
    execution,
  );
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, focus: true, clear: false };
  const running = await vscode.tasks.executeTask(task);
  return new Promise((done) => {
    const listener = vscode.tasks.onDidEndTaskProcess((event) => {
      if (event.execution !== running) return;
      listener.dispose();
      done(event.exitCode);
    });
  });
}

/** The user's own command line, without the variable by which this editor's runtime is a plain Node.js. */
function inShell(command: string): string[] {
  return process.platform === 'win32'
    ? ['cmd.exe', '/d', '/s', '/c', `set "ELECTRON_RUN_AS_NODE=" & ${command}`]
    : ['sh', '-c', `unset ELECTRON_RUN_AS_NODE; ${command}`];
}

async function newestDump(folder: string, since: number): Promise<string | undefined> {
  let newest: { file: string; time: number } | undefined;
  for (const name of await readdir(folder)) {
    if (!/\.(core|dmp)$/.test(name)) continue;
    const file = path.join(folder, name);
    const time = await stat(file).then(
      (found) => Math.max(found.mtimeMs, found.ctimeMs),
      () => 0,
    );
    if (time >= since && time > (newest?.time ?? 0)) newest = { file, time };
  }
  return newest?.file;
}
