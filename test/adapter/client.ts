import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { DebugProtocol } from '@vscode/debugprotocol';

const adapterPath = fileURLToPath(new URL('../../dist/adapter.js', import.meta.url));

/** A response that says no. */
export class RequestFailed extends Error {
  readonly body: DebugProtocol.ErrorResponse['body'];

  constructor(response: DebugProtocol.ErrorResponse) {
    const { error } = response.body;
    super(
      error?.format.replace(/\{(\w+)\}/g, (_, name: string) => error.variables?.[name] ?? '') ??
        response.message,
    );
    this.body = response.body;
  }

  get id(): number | undefined {
    return this.body.error?.id;
  }
}

/** A debug client that talks to the built adapter over its standard input and output, as editors do. */
export class AdapterClient {
  readonly process: ChildProcessWithoutNullStreams;
  readonly events: DebugProtocol.Event[] = [];
  stderr = '';
  #sequence = 0;
  #buffer = Buffer.alloc(0);
  readonly #pending = new Map<number, (response: DebugProtocol.Response) => void>();
  readonly #waiting: { name: string; resolve: (event: DebugProtocol.Event) => void }[] = [];

  static readonly #started = new Set<AdapterClient>();

  /** Ends the adapters that a failed test has left. */
  static endAll(): void {
    for (const client of AdapterClient.#started) client.process.kill('SIGKILL');
  }

  constructor() {
    AdapterClient.#started.add(this);
    this.process = spawn(process.execPath, [adapterPath], { stdio: 'pipe' });
    this.process.stdout.on('data', (data: Buffer) => this.#receive(data));
    this.process.stderr.on('data', (data: Buffer) => {
      this.stderr += data.toString();
    });
    this.process.on('close', () => {
      AdapterClient.#started.delete(this);
      for (const [seq, answer] of this.#pending) {
        const message = `the adapter ended: ${this.stderr}`;
        answer({
          seq: 0,
          type: 'response',
          request_seq: seq,
          success: false,
          command: '',
          message,
          body: {},
        });
      }
      this.#pending.clear();
    });
  }

  /** The number of the request that is sent next. */
  get nextSequence(): number {
    return this.#sequence + 1;
  }

  /** The response's body; rejects with RequestFailed. */
  request<Body>(command: string, args?: unknown): Promise<Body> {
    const seq = ++this.#sequence;
    const text = JSON.stringify({ seq, type: 'request', command, arguments: args });
    this.process.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
    return new Promise((resolve, reject) => {
      this.#pending.set(seq, (response) => {
        if (response.success) resolve(response.body as Body);
        else reject(new RequestFailed(response as DebugProtocol.ErrorResponse));
      });
    });
  }

  /** An event that has come or will come. */
  event<Event extends DebugProtocol.Event>(name: Event['event']): Promise<Event> {
    const known = this.events.find((event) => event.event === name);
    if (known) return Promise.resolve(known as Event);
    return new Promise((resolve) => {
      this.#waiting.push({ name, resolve: resolve as (event: DebugProtocol.Event) => void });
    });
  }

  initialize(): Promise<DebugProtocol.Capabilities> {
    return this.request('initialize', {
      adapterID: 'node-postmortem',
      clientID: 'test',
      pathFormat: 'path',
      linesStartAt1: true,
      columnsStartAt1: true,
      supportsProgressReporting: true,
    });
  }

  /** From the start to the `stopped` event, as an editor goes. */
  async open(configuration: Record<string, unknown>): Promise<DebugProtocol.StoppedEvent['body']> {
    await this.initialize();
    await Promise.all([this.request('attach', configuration), this.event('initialized')]);
    await this.request('configurationDone');
    return (await this.event<DebugProtocol.StoppedEvent>('stopped')).body;
  }

  async evaluate(
    expression: string,
    more: Omit<DebugProtocol.EvaluateArguments, 'expression'> = {},
  ): Promise<DebugProtocol.EvaluateResponse['body']> {
    return this.request('evaluate', { expression, ...more });
  }

  async variables(
    variablesReference: number,
    more: Omit<DebugProtocol.VariablesArguments, 'variablesReference'> = {},
  ): Promise<DebugProtocol.Variable[]> {
    const body = await this.request<DebugProtocol.VariablesResponse['body']>('variables', {
      variablesReference,
      ...more,
    });
    return body.variables;
  }

  async stackTrace(threadId: number): Promise<DebugProtocol.StackFrame[]> {
    const body = await this.request<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId });
    return body.stackFrames;
  }

  /** Asks the adapter to end, and waits until its process has. */
  async close(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.request('disconnect').catch(() => {});
    await ended;
  }

  #receive(data: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, data]);
    for (;;) {
      const head = this.#buffer.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/Content-Length: (\d+)/.exec(this.#buffer.toString('latin1', 0, head))?.[1]);
      const end = head + 4 + length;
      if (this.#buffer.length < end) return;
      const message: DebugProtocol.ProtocolMessage = JSON.parse(this.#buffer.toString('utf8', head + 4, end));
      this.#buffer = this.#buffer.subarray(end);
      this.#dispatch(message);
    }
  }

  #dispatch(message: DebugProtocol.ProtocolMessage): void {
    if (message.type === 'response') {
      const response = message as DebugProtocol.Response;
      const answer = this.#pending.get(response.request_seq);
      this.#pending.delete(response.request_seq);
      answer?.(response);
    } else if (message.type === 'event') {
      const event = message as DebugProtocol.Event;
      this.events.push(event);
      for (const waiting of this.#waiting) if (waiting.name === event.event) waiting.resolve(event);
    }
  }
}
