/** The debug adapter runs in the process of its dump, which heap panels of the dump share. */
import * as vscode from 'vscode';
import { dumpOf } from '../configuration/attach.ts';
import { nodeEnvironment } from './analysis.ts';
import type { HeapProcesses, Lease } from './heap/heap-processes.ts';

export class AdapterProcess implements vscode.DebugAdapterDescriptorFactory {
  readonly #adapter: string;
  readonly #processes: HeapProcesses;

  constructor(extension: vscode.Uri, processes: HeapProcesses) {
    this.#adapter = vscode.Uri.joinPath(extension, 'dist', 'adapter.js').fsPath;
    this.#processes = processes;
  }

  createDebugAdapterDescriptor({ configuration }: vscode.DebugSession): vscode.DebugAdapterDescriptor {
    const dump = dumpOf(configuration);
    // Without a dump there is nothing to share: the adapter says what the configuration lacks.
    if (dump === undefined)
      return new vscode.DebugAdapterExecutable(process.execPath, [this.#adapter], {
        env: { ...nodeEnvironment },
      });
    const { program, searchPaths, sysroot } = configuration;
    const lease = this.#processes.debugging(dump, { program, searchPaths, sysroot });
    return new vscode.DebugAdapterInlineImplementation(new SharedAdapter(lease));
  }
}

let sessions = 0;

/** One debug session's end of the channel to the dump's process. */
class SharedAdapter implements vscode.DebugAdapter {
  readonly #lease: Lease;
  readonly #number = ++sessions;
  readonly #end: () => void;
  readonly #sent = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
  readonly onDidSendMessage = this.#sent.event;

  constructor(lease: Lease) {
    this.#lease = lease;
    this.#end = lease.process.debug(this.#number, {
      message: (message) => this.#sent.fire(message as vscode.DebugProtocolMessage),
      ended: (reason) => {
        const event = (name: string, body?: unknown) =>
          this.#sent.fire({ type: 'event', seq: 0, event: name, body } as vscode.DebugProtocolMessage);
        event('output', { category: 'stderr', output: `${reason}\n` });
        event('terminated');
      },
    });
  }

  handleMessage(message: vscode.DebugProtocolMessage): void {
    this.#lease.process.tellDebugger(this.#number, message);
  }

  dispose(): void {
    this.#end();
    this.#lease.release();
    this.#sent.dispose();
  }
}
