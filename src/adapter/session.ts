/**
 * The debug adapter's session: takes requests from the client, finds who answers them, and turns what they
 * throw into error responses. Each request's work is in the file of its concept.
 */
import { DebugSession, Event, InitializedEvent, Response } from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { HostPaths } from '../configuration/paths.ts';
import { attach } from './attach.ts';
import { capabilities } from './capabilities.ts';
import { completions } from './completions.ts';
import { AdapterError, errorMessage } from './errors.ts';
import { evaluate } from './evaluate.ts';
import { deathText, exceptionInfo, stoppedBody } from './exception.ts';
import { stackTrace, threads } from './frames.ts';
import { evaluateInHeap, heapHandlers, heapStopped, heapText } from './heap/heap-requests.ts';
import { HeapTarget } from './heap/heap-target.ts';
import { location } from './locations.ts';
import { stackMarkdown } from './markdown.ts';
import { readMemory } from './memory.ts';
import { modules } from './modules.ts';
import { printable } from './printable.ts';
import { patience, Works } from './progress.ts';
import { Refusals, refusedBreakpoints } from './refusals.ts';
import { scopes } from './scopes.ts';
import { suspendedThread } from './suspended.ts';
import type { Target } from './target.ts';
import { variables } from './variables.ts';

type Handler = (args: never, request: DebugProtocol.Request) => unknown;

export class PostmortemSession extends DebugSession {
  readonly #host: HostPaths;
  readonly #refusals = new Refusals();
  readonly #handlers: Readonly<Record<string, Handler>>;
  #client: DebugProtocol.InitializeRequestArguments | undefined;
  #target: Target | undefined;
  #heap: HeapTarget | undefined;
  #heapHandlers: ReturnType<typeof heapHandlers> | undefined;
  #opening = false;
  readonly #works = new Works((event) => {
    if (this.#client?.supportsProgressReporting) this.sendEvent(event);
  });

  constructor(host: HostPaths) {
    super();
    this.#host = host;
    this.#handlers = this.#table();
  }

  #table(): Record<string, Handler> {
    const on = <A>(handle: (target: Target, args: A) => unknown) => {
      return (args: A) => handle(this.#opened(), args);
    };
    const breakpoints = (args: { breakpoints?: unknown[]; lines?: unknown[] } | undefined) =>
      refusedBreakpoints(args?.breakpoints ?? args?.lines);
    return {
      initialize: (args: DebugProtocol.InitializeRequestArguments) => this.#initialize(args),
      attach: (args: Record<string, unknown>, request) => this.#attach(args, request),
      launch: (args: Record<string, unknown>, request) => this.#attach(args, request),
      configurationDone: () => {},
      cancel: (args: DebugProtocol.CancelArguments | undefined) => this.#works.cancel(args),
      disconnect: () => {},
      terminate: () => {},
      threads: on((target) => threads(target)),
      stackTrace: (args: DebugProtocol.StackTraceArguments, request) => {
        const target = this.#opened();
        if (args.threadId !== suspendedThread) return stackTrace(target, args);
        return this.#works.run(request.seq, 'Finding suspended functions', patience, (progress) =>
          stackTrace(target, args, (done, total) => progress.update('', (100 * done) / total)),
        );
      },
      scopes: on(scopes),
      variables: on(variables),
      evaluate: (args: DebugProtocol.EvaluateArguments, request) =>
        this.#works.run(request.seq, `Evaluating ${args.expression}`, patience, ({ signal }) =>
          this.#heap ? evaluateInHeap(this.#heap, args, signal) : evaluate(this.#opened(), args, signal),
        ),
      completions: on(completions),
      exceptionInfo: on((target) => exceptionInfo(target)),
      source: on((target, args: DebugProtocol.SourceArguments) => ({
        content: target.sources.text(args.source?.sourceReference ?? args.sourceReference, args.source?.path),
        mimeType: 'text/javascript',
      })),
      loadedSources: on(async (target) => ({ sources: await target.sources.loaded() })),
      locations: on(location),
      modules: on(modules),
      readMemory: on(readMemory),
      setBreakpoints: breakpoints,
      setFunctionBreakpoints: breakpoints,
      setDataBreakpoints: breakpoints,
      setInstructionBreakpoints: breakpoints,
      setExceptionBreakpoints: (args: DebugProtocol.SetExceptionBreakpointsArguments) =>
        refusedBreakpoints(args?.filters),
      'dayafter/stackMarkdown': on(async (target, args: { threadId?: number } | undefined) => ({
        text: await stackMarkdown(target, args?.threadId),
      })),
    };
  }

  /** Answers in the order in which work ends; what does not wait for anything is answered at once. */
  protected override dispatchRequest(request: DebugProtocol.Request): void {
    void this.#answer(request);
  }

  async #answer(request: DebugProtocol.Request): Promise<void> {
    const response: DebugProtocol.Response = new Response(request);
    try {
      const body = await this.#handle(request);
      if (body !== undefined) response.body = body;
    } catch (error) {
      // A failed attach is shown by every client; other failures stand where they were asked for.
      this.sendErrorResponse(response, errorMessage(error, isOpening(request.command)));
      return;
    }
    this.sendResponse(response);
    this.#afterwards(request.command);
  }

  #handle(request: DebugProtocol.Request): unknown {
    const handler = this.#handlerOf(request.command);
    if (handler) return handler(request.arguments as never, request);
    throw (
      this.#refusals.refusal(request.command) ??
      new AdapterError('UNKNOWN_REQUEST', `The request '${request.command}' is not known.`)
    );
  }

  #handlerOf(command: string): Handler | undefined {
    const ofHeap = this.#heapHandlers;
    if (ofHeap && Object.hasOwn(ofHeap, command)) return ofHeap[command];
    return Object.hasOwn(this.#handlers, command) ? this.#handlers[command] : undefined;
  }

  #afterwards(command: string): void {
    if (command === 'configurationDone' && this.#target) this.#stop(this.#target);
    if (command === 'configurationDone' && this.#heap) this.#stopHeap(this.#heap);
    if (command === 'disconnect' || command === 'terminate') this.shutdown();
  }

  /** Tells the death in the console, what is missing with it, and stops where it happened. */
  #stop(target: Target): void {
    const { notes } = target.core.info();
    this.#send('output', { category: 'stderr', output: `${printable(deathText(target))}\n` });
    for (const note of notes)
      this.#send('output', { category: 'console', output: `Note: ${printable(note)}\n` });
    this.#send('stopped', stoppedBody(target));
  }

  #stopHeap(heap: HeapTarget): void {
    this.#send('output', { category: 'console', output: `${heapText(heap)}\n` });
    this.#send('stopped', heapStopped(heap));
  }

  #send(event: string, body: unknown): void {
    this.sendEvent(new Event(event, body));
  }

  #opened(): Target {
    if (this.#target) return this.#target;
    throw new AdapterError('NOT_ATTACHED', 'No dump is open.');
  }

  #initialize(args: DebugProtocol.InitializeRequestArguments): DebugProtocol.Capabilities {
    if (args.pathFormat !== undefined && args.pathFormat !== 'path') {
      throw new AdapterError('BAD_ARGUMENTS', 'Only paths in the format of this machine are understood.');
    }
    this.#client = args;
    return capabilities;
  }

  async #attach(args: Record<string, unknown>, request: DebugProtocol.Request): Promise<void> {
    if (this.#target || this.#heap || this.#opening)
      throw new AdapterError('ALREADY_ATTACHED', 'This session has its dump already.');
    this.#opening = true;
    try {
      const target = await this.#works.run(request.seq, 'Opening the dump', 0, (progress) =>
        attach(args ?? {}, this.#host, progress),
      );
      if (target instanceof HeapTarget) {
        this.#heap = target;
        this.#heapHandlers = heapHandlers(target);
      } else this.#target = target;
    } finally {
      this.#opening = false;
    }
    this.sendEvent(new InitializedEvent());
  }

  override shutdown(): void {
    this.#target?.close();
    this.#heap?.close();
    this.#heap = undefined;
    this.#heapHandlers = undefined;
    super.shutdown();
  }
}

function isOpening(command: string): boolean {
  return command === 'attach' || command === 'launch';
}
