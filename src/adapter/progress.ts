/** One piece of long work that the client shows, and that its user can cancel. */
import { ProgressEndEvent, ProgressStartEvent, ProgressUpdateEvent } from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';

export class Progress {
  readonly id: string;
  readonly requestId: number;
  readonly #send: (event: DebugProtocol.Event) => void;
  readonly #abort = new AbortController();

  /** `requestId` lets a `cancel` of the request itself reach the work, too. */
  constructor(send: (event: DebugProtocol.Event) => void, id: string, title: string, requestId: number) {
    this.#send = send;
    this.id = id;
    this.requestId = requestId;
    const start: DebugProtocol.ProgressStartEvent = new ProgressStartEvent(id, title);
    start.body.requestId = requestId;
    start.body.cancellable = true;
    send(start);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  cancel(): void {
    this.#abort.abort();
  }

  /** `fraction` from 0 to 1 where it is known. */
  update(message: string, fraction?: number): void {
    const update: DebugProtocol.ProgressUpdateEvent = new ProgressUpdateEvent(this.id, message);
    if (fraction !== undefined) update.body.percentage = Math.round(fraction * 100);
    this.#send(update);
  }

  end(): void {
    this.#send(new ProgressEndEvent(this.id));
  }
}
