/** Work that may take long: the client shows it, and its user can cancel it. */
import { ProgressEndEvent, ProgressStartEvent, ProgressUpdateEvent } from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';

/** Milliseconds after which an evaluation shows that it is at work. */
export const patience = 500;

/** One piece of work. Nothing is shown of work that ends within `delay` milliseconds. */
export class Progress {
  readonly id: string;
  readonly #send: (event: DebugProtocol.Event) => void;
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;
  #shown = false;

  constructor(send: (event: DebugProtocol.Event) => void, title: string, requestId: number, delay: number) {
    this.#send = send;
    this.id = `request-${requestId}`;
    const show = (): void => {
      this.#shown = true;
      const start: DebugProtocol.ProgressStartEvent = new ProgressStartEvent(this.id, title);
      start.body.requestId = requestId;
      start.body.cancellable = true;
      send(start);
    };
    if (delay === 0) show();
    else this.#timer = setTimeout(show, delay);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  cancel(): void {
    this.#abort.abort();
  }

  /** `percentage` from 0 to 100, where it is known. */
  update(message: string, percentage?: number): void {
    if (!this.#shown) return;
    const event: DebugProtocol.ProgressUpdateEvent = new ProgressUpdateEvent(this.id, message);
    if (percentage !== undefined) event.body.percentage = percentage;
    this.#send(event);
  }

  end(): void {
    clearTimeout(this.#timer);
    if (this.#shown) this.#send(new ProgressEndEvent(this.id));
  }
}

/** The work that is going on, by the request that asked for it. */
export class Works {
  readonly #running = new Map<number, Progress>();
  readonly #send: (event: DebugProtocol.Event) => void;

  constructor(send: (event: DebugProtocol.Event) => void) {
    this.#send = send;
  }

  /** Runs `work`, which must heed the signal of its progress. */
  async run<T>(
    requestId: number,
    title: string,
    delay: number,
    work: (progress: Progress) => Promise<T>,
  ): Promise<T> {
    const progress = new Progress(this.#send, title, requestId, delay);
    this.#running.set(requestId, progress);
    try {
      return await work(progress);
    } finally {
      this.#running.delete(requestId);
      progress.end();
    }
  }

  cancel(args: DebugProtocol.CancelArguments | undefined): void {
    for (const [requestId, progress] of this.#running) {
      if (args?.requestId === requestId || args?.progressId === progress.id) progress.cancel();
    }
  }
}
