import { homedir } from 'node:os';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { PostmortemSession } from '../adapter/session.ts';

/** The debug sessions of a dump: messages of the debug adapter protocol, by number of session. */
export class DebugSessions {
  readonly #send: (session: number, message: unknown) => void;
  readonly #running = new Map<number, PostmortemSession>();

  constructor(send: (session: number, message: unknown) => void) {
    this.#send = send;
  }

  receive(number: number, message: unknown): void {
    let session = this.#running.get(number);
    if (!session) {
      session = new PostmortemSession({ path, home: homedir() });
      session.setRunAsServer(true);
      session.onDidSendMessage((sent: unknown) => this.#send(number, sent));
      this.#running.set(number, session);
    }
    session.handleMessage(message as DebugProtocol.ProtocolMessage);
  }

  end(number: number): void {
    this.#running.get(number)?.shutdown();
    this.#running.delete(number);
  }
}
