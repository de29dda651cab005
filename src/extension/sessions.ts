/** The debug sessions of our type that are running: several dumps may be open at once. */
import * as vscode from 'vscode';
import { debugType } from '../configuration/attach.ts';

export class Sessions {
  readonly #running = new Map<string, vscode.DebugSession>();
  readonly #subscriptions: vscode.Disposable[];

  constructor() {
    this.#subscriptions = [
      vscode.debug.onDidStartDebugSession((session) => {
        if (session.type === debugType) this.#running.set(session.id, session);
      }),
      vscode.debug.onDidTerminateDebugSession((session) => {
        this.#running.delete(session.id);
      }),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** The session of that id, else the active one; says so where there is none. */
  find(id: string | undefined): vscode.DebugSession | undefined {
    const chosen = id === undefined ? undefined : this.#running.get(id);
    const active = vscode.debug.activeDebugSession;
    const session = chosen ?? (active?.type === debugType ? active : undefined);
    if (!session) void vscode.window.showInformationMessage('No dump is being debugged.');
    return session;
  }
}
