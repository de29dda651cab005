import { dirname } from 'node:path';
import { type Absence, attemptOr } from './absence.ts';
import type { Tagged } from './address.ts';
import type {
  DumpInfo,
  FrameInfo,
  OriginalPlace,
  ScopeInfo,
  StackInfo,
  ThreadInfo,
  VariableInfo,
} from './contract.ts';
import type { CoreDump } from './dump/core-dump.ts';
import { type OpenedDump, openSource } from './dump/detect.ts';
import { openCoreDump } from './dump/open-core.ts';
import { DayAfterError } from './errors.ts';
import type { Environment } from './evaluate/environment.ts';
import { evaluate } from './evaluate/evaluate.ts';
import { MadeInspector } from './evaluate/made-inspector.ts';
import { type LoadedModules, loadModules } from './modules/load.ts';
import type { LocateOptions } from './modules/locate.ts';
import { ModuleMap } from './modules/module-map.ts';
import { type CapturedFrame, capturedFrames } from './process/captured-frames.ts';
import type { ThrownValue } from './process/death.ts';
import { type Thrown, thrownValue } from './process/thrown-value.ts';
import { capturedFrameInfo, frameInfo, suspendedFrameInfo } from './report/frame.ts';
import { describeThrown } from './report/thrown.ts';
import { propertyVariable, type VariableOptions, variable } from './report/variable.ts';
import { deathOf } from './session/death.ts';
import { environmentAt } from './session/environment.ts';
import { infoOf } from './session/info.ts';
import { notesOf } from './session/notes.ts';
import { shownScopes } from './session/shown-scopes.ts';
import { threadHints } from './session/thread-hints.ts';
import type { SourceRoot } from './source-maps/map-files.ts';
import { SourceMaps } from './source-maps/source-maps.ts';
import type { StackFrame, ThreadStack } from './stack/frame.ts';
import { MixedStacks } from './stack/mixed-stack.ts';
import { threadNames } from './stack/thread-names.ts';
import { AwaitChain, type AwaitHop } from './v8/async/await-chain.ts';
import type { JsFrame } from './v8/frames/js-frame.ts';
import { debugName } from './v8/frames/shared-function-info.ts';
import type { Inspector, Value } from './v8/inspect.ts';
import { V8Inspector } from './v8/inspector.ts';
import type { Isolate } from './v8/isolate.ts';
import { functionStart } from './v8/objects/functions.ts';
import { V8Runtime } from './v8/runtime.ts';
import { type FrameScope, frameScopes } from './v8/scopes/frame-scopes.ts';
import { type Script, scriptsOf, unreadableScripts } from './v8/scripts.ts';

export interface OpenOptions extends LocateOptions {
  /** Directories in which source maps may be read. */
  readonly sourceRoots?: readonly SourceRoot[] | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told what is being done, for people. */
  readonly progress?: ((text: string) => void) | undefined;
}

/**
 * Opens a core dump of a Node.js process. Throws a DayAfterError: what the file is not, or why it can't be
 * read. A missing or wrong executable is no failure here: what needs it says so.
 */
export async function openDump(path: string, options: OpenOptions = {}): Promise<CoreSession> {
  options.progress?.('Opening the dump…');
  const dump = await openSource(path, options.signal);
  if (dump.format === 'heapsnapshot') {
    dump.source.close();
    throw new DayAfterError('NOT_APPLICABLE', `${path} is a heap snapshot; this command is for core dumps`);
  }
  return openCore(dump, path, options);
}

/** As `openDump`, of a core that is open already; closes it where that fails. */
export function openCore(dump: OpenedDump, path: string, options: OpenOptions = {}): CoreSession {
  try {
    // A core is often copied together with its executable.
    const search = [...(options.search ?? []), dirname(path)];
    return new CoreSession(dump, { ...options, search });
  } catch (error) {
    dump.source.close();
    throw error;
  }
}

/** Where an expression is evaluated. */
export interface EvaluationPlace {
  readonly thread?: number | undefined;
  /** Index of the frame, as `stack` lists them. */
  readonly frame?: number | undefined;
  readonly isolate?: number | undefined;
}

/** One opened core: threads, stacks, values. Everything is read when it is asked for, then kept. */
export class CoreSession {
  readonly core: CoreDump;
  readonly dump: OpenedDump;
  readonly modules: LoadedModules;
  readonly sourceMaps: SourceMaps;
  readonly #scripts = new Map<Isolate, ReadonlyMap<Tagged, Script>>();
  readonly #moduleMap: ModuleMap;
  readonly #stacks = new Map<number, ThreadStack>();
  readonly #inspectors = new Map<Isolate, V8Inspector>();
  #runtime: V8Runtime | DayAfterError | undefined;
  #mixed: MixedStacks | undefined;
  #names: ReadonlyMap<number, string | null> | undefined;

  constructor(dump: OpenedDump, options: OpenOptions) {
    this.dump = dump;
    this.sourceMaps = new SourceMaps(options.sourceRoots ?? []);
    this.core = openCoreDump(dump);
    this.modules = loadModules(this.core, options);
    this.#moduleMap = new ModuleMap(this.modules.modules);
    const { runtime } = this;
    if (runtime instanceof DayAfterError && !runtime.code.startsWith('EXECUTABLE_')) throw runtime;
  }

  /** The file that is read, unpacked if it was packed. */
  get path(): string {
    return this.dump.source.name;
  }

  close(): void {
    this.dump.source.close();
    for (const module of this.modules.modules) module.close();
  }

  /** V8 in this process, or why it can't be read (the executable is missing or of another build). */
  get runtime(): V8Runtime | DayAfterError {
    this.#runtime ??= openRuntime(this.modules, this.core);
    return this.#runtime;
  }

  /** V8 in this process; throws what `runtime` would say. */
  requireRuntime(): V8Runtime {
    if (this.runtime instanceof DayAfterError) throw this.runtime;
    return this.runtime;
  }

  threads(): ThreadInfo[] {
    this.#names ??= threadNames(
      this.core.threads.map((t) => this.thread(t.tid)),
      threadHints(this),
    );
    const crashed = this.core.threads[0]?.tid;
    return this.core.threads.map(({ tid }) => ({
      id: tid,
      name: this.#names!.get(tid) ?? null,
      crashed: tid === crashed && this.#signalNumber() !== 0,
    }));
  }

  /**
   * The thread to look at first: the one that took the signal, but where that came from outside (any thread may
   * have been given it, and gcore knows none) the main thread rather than one that runs no JavaScript.
   */
  focusThread(): number {
    const first = this.core.threads[0]!.tid;
    const { pid, signal } = this.core;
    const own = signal?.sender === undefined || signal.sender === pid;
    if (own && this.#signalNumber() !== 19 && this.#signalNumber() !== 0) return first;
    const runsJavaScript = this.thread(first).frames.some((f) => f.kind === 'js');
    return runsJavaScript
      ? first
      : (this.core.threads.find((t) => t.tid === this.core.mainThread)?.tid ?? first);
  }

  /** The mixed stack of a thread. Throws NO_SUCH_THREAD. */
  thread(tid: number): ThreadStack {
    let stack = this.#stacks.get(tid);
    if (!stack) {
      const thread = this.core.threads.find((t) => t.tid === tid);
      if (!thread) throw new DayAfterError('NO_SUCH_THREAD', `the dump has no thread ${tid}`);
      const { runtime } = this;
      this.#mixed ??= new MixedStacks(
        this.core,
        this.modules.memory,
        this.#moduleMap,
        runtime instanceof DayAfterError ? undefined : runtime,
      );
      stack = this.#mixed.stackOf(thread);
      this.#stacks.set(tid, stack);
    }
    return stack;
  }

  /** The stack as the contract gives it; with `locals`, every frame has its scopes. */
  stack(tid: number, locals?: VariableOptions): StackInfo {
    const stack = this.thread(tid);
    const info = this.threads().find((t) => t.id === tid)!;
    const runtime = this.requireRuntime();
    return {
      ...info,
      isolate: runtime.isolateOf(tid)?.index ?? null,
      frames: stack.frames.map((frame, i) => this.frameInfo(tid, i, frame, locals)),
      asyncFrames: this.awaiting(tid).map((hop) => ({
        label: hop.label,
        frames: hop.frame ? [this.describeSuspended(hop.frame, locals)] : [],
      })),
      captured: this.captured(tid) ?? null,
      end: stack.end,
    };
  }

  frameInfo(tid: number, index: number, frame: StackFrame, locals?: VariableOptions): FrameInfo {
    const info = this.describe(frame);
    return locals ? { ...info, scopes: this.#scopeInfos(frame.js, this.scopes(tid, index), locals) } : info;
  }

  /** The functions that await what the thread was running, innermost first; empty outside of microtasks. */
  awaiting(tid: number): readonly AwaitHop[] {
    const isolate = this.requireRuntime().isolateOf(tid);
    return isolate ? new AwaitChain(isolate, this.inspectorOf(isolate).lines).ofCurrentMicrotask() : [];
  }

  /** Of an isolate: the functions that `awaiting` gives for any thread, as JSGeneratorObjects. */
  awaitingGenerators(isolate: Isolate): Set<Tagged> {
    const { thread } = isolate;
    const hops = thread === undefined ? [] : this.awaiting(thread);
    return new Set(hops.flatMap(({ frame }) => (frame ? [frame.generator] : [])));
  }

  /**
   * Where the error was made that ended the process, where nothing of the program is left on the stack: it
   * was thrown in a worker, in a promise, or by Node. Undefined for other threads.
   */
  captured(tid: number): { label: string; frames: FrameInfo[] } | undefined {
    if (tid !== this.focusThread() || this.ownFrame(tid) !== undefined) return undefined;
    const thrown = this.#describedThrown();
    const frames = capturedFrames(thrown?.stack ?? '');
    if (!thrown || !frames.some((f) => f.url !== undefined && !f.url.startsWith('node:'))) return undefined;
    return {
      label: `where the error was made${thrown.isCopy ? ', in a worker' : ''} (from its stack, without variables)`,
      frames: frames.map((frame) => {
        const original = this.originalOfCaptured(frame) ?? null;
        return { ...capturedFrameInfo(frame), original };
      }),
    };
  }

  /** Where a frame of an error's stack came from by its script's source map; undefined without one. */
  originalOfCaptured({ url, line, column }: CapturedFrame): OriginalPlace | undefined {
    const script = url === undefined ? undefined : this.#scriptByUrl(url);
    if (script?.sourceMapUrl === undefined || line === undefined || column === undefined) return undefined;
    return this.sourceMaps.original(script, { line, column }, undefined);
  }

  #scriptByUrl(url: string): Script | undefined {
    return this.scripts().find((s) => s.url === url)?.script;
  }

  /** Scopes of a frame, innermost first; empty for frames that are not JavaScript. The global one is left out. */
  scopes(tid: number, index: number): readonly FrameScope[] {
    const { js } = this.requireFrame(tid, index);
    return js ? frameScopes(js, this.inspectorOf(js.isolate)) : [];
  }

  /** A frame as the contract gives it, without scopes. */
  describe(frame: StackFrame): FrameInfo {
    return { ...frameInfo(frame), original: (frame.js && this.original(frame.js)) ?? null };
  }

  /** The same of a function that is suspended; with `locals`, it has its scopes. */
  describeSuspended(js: JsFrame, locals?: VariableOptions): FrameInfo {
    const info = { ...suspendedFrameInfo(js), original: this.original(js) ?? null };
    if (!locals) return info;
    return { ...info, scopes: this.#scopeInfos(js, frameScopes(js, this.inspectorOf(js.isolate)), locals) };
  }

  /** Where a frame's position came from by its script's source map; undefined without one. */
  original(js: JsFrame): OriginalPlace | undefined {
    const { position } = js;
    const script = js.script === undefined ? undefined : this.scriptOf(js.isolate, js.script);
    if (!position || script?.sourceMapUrl === undefined) return undefined;
    const { view } = this.inspectorOf(js.isolate);
    const start =
      js.function === undefined ? undefined : attemptOr(undefined, () => functionStart(view, js.function!));
    const name = start && {
      text: debugName(view.runtime, js.sharedFunctionInfo) ?? '',
      offset: start.offset,
    };
    return this.sourceMaps.original(script, position, name);
  }

  /** The script that a Script object is. */
  scriptOf(isolate: Isolate, word: Tagged): Script | undefined {
    return this.#scriptsOf(isolate).get(word);
  }

  /** All scripts of an isolate, those of the same URL and text, too. */
  scriptsIn(isolate: Isolate): Iterable<Script> {
    return this.#scriptsOf(isolate).values();
  }

  #scriptsOf(isolate: Isolate): ReadonlyMap<Tagged, Script> {
    let scripts = this.#scripts.get(isolate);
    if (!scripts) {
      scripts = new Map(
        scriptsOf(isolate, this.inspectorOf(isolate).view).map((script) => [script.word, script]),
      );
      this.#scripts.set(isolate, scripts);
    }
    return scripts;
  }

  /** Throws NO_SUCH_FRAME. */
  requireFrame(tid: number, index: number): StackFrame {
    const { frames } = this.thread(tid);
    const frame = frames[index];
    if (!frame) {
      throw new DayAfterError(
        'NO_SUCH_FRAME',
        `thread ${tid} has no frame ${index}; it has ${frames.length}`,
      );
    }
    return frame;
  }

  inspectorOf(isolate: Isolate): V8Inspector {
    let inspector = this.#inspectors.get(isolate);
    if (!inspector) {
      inspector = new V8Inspector(isolate);
      this.#inspectors.set(isolate, inspector);
    }
    return inspector;
  }

  /** The isolate of that index, of the thread, or of the thread that took the signal, else the first. */
  isolateFor(place: EvaluationPlace): Isolate {
    const runtime = this.requireRuntime();
    if (place.isolate !== undefined) {
      const isolate = runtime.isolates[place.isolate];
      if (isolate) return isolate;
      throw new DayAfterError(
        'NO_SUCH_ISOLATE',
        `the dump has ${runtime.isolates.length} isolates, numbered from 0`,
      );
    }
    const tid = place.thread ?? this.focusThread();
    const isolate = runtime.isolateOf(tid) ?? runtime.isolates[0];
    if (isolate) return isolate;
    const lacks = this.core.notes.join('; ');
    throw new DayAfterError(
      'NO_ISOLATE',
      'V8 was not running in this process, or its isolate cannot be found',
      lacks === '' ? undefined : `Of the file itself: ${lacks}.`,
    );
  }

  /** All scripts of all isolates, or of one; in the order of V8's list, without doubles of the same URL. */
  scripts(isolateIndex?: number): ScriptInfo[] {
    const { isolates } = this.requireRuntime();
    const wanted = isolateIndex === undefined ? isolates : [this.isolateFor({ isolate: isolateIndex })];
    const seen = new Set<string>();
    const result: ScriptInfo[] = [];
    for (const isolate of wanted) {
      for (const script of this.#scriptsOf(isolate).values()) {
        const key = `${script.url}\0${script.length}`;
        if (seen.has(key) && script.url !== '') continue;
        seen.add(key);
        result.push({ url: script.url, length: script.length ?? null, script });
      }
    }
    return result;
  }

  /** What is missing of the dump as a whole, in words: all that is read from it is to be taken with these. */
  notes(): string[] {
    return notesOf(this);
  }

  /** What is missing in `scripts`, in words. */
  scriptNotes(): string[] {
    const { isolates } = this.requireRuntime();
    return isolates.flatMap((isolate) => {
      const lost = unreadableScripts(isolate, this.inspectorOf(isolate).view);
      if (lost === 0) return [];
      const what = lost === undefined ? 'the list of scripts' : `${lost} of the scripts`;
      return [`${what} of isolate ${isolate.index} cannot be read`];
    });
  }

  scriptText(info: ScriptInfo): string | Absence {
    return info.script.source;
  }

  /** `inspect`: the value of an expression with its children. */
  inspect(expression: string, options: EvaluationPlace & VariableOptions): VariableInfo {
    const { value, inspector } = this.evaluate(expression, options);
    return variable(inspector, expression, value, options);
  }

  /** Evaluates a read-only expression. Throws BAD_EXPRESSION, REFUSED_EXPRESSION, NO_SUCH_… */
  evaluate(expression: string, place: EvaluationPlace): { value: Value; inspector: Inspector } {
    const environment = this.environment(place);
    return { value: evaluate(expression, environment), inspector: new MadeInspector(environment.inspector) };
  }

  /** What an expression sees at a place; without a frame, that of the innermost frame of the user's own code. */
  environment(place: EvaluationPlace): Environment {
    const tid = place.thread ?? this.focusThread();
    const index = place.frame ?? (place.isolate === undefined ? this.ownFrame(tid) : undefined);
    const frame = index === undefined ? undefined : this.requireFrame(tid, index);
    const inspector = this.inspectorOf(frame?.js?.isolate ?? this.isolateFor(place));
    return environmentAt(inspector, frame?.js ? this.scopes(tid, index!) : [], frame);
  }

  /** Index of the innermost frame of the program's own JavaScript (not Node's), or undefined. */
  ownFrame(tid: number): number | undefined {
    const index = this.thread(tid).frames.findIndex(
      (f) => f.kind === 'js' && f.js?.url?.startsWith('node:') === false,
    );
    return index < 0 ? undefined : index;
  }

  /** What was thrown and not caught; undefined if nothing was, or it can't be told. */
  thrown(): Value | undefined {
    const thrown = this.#thrown();
    return thrown && { kind: 'tagged', word: thrown.value };
  }

  #thrown(): Thrown | undefined {
    const tid = this.focusThread();
    const isolate = this.runtime instanceof DayAfterError ? undefined : this.runtime.isolateOf(tid);
    return isolate && thrownValue(isolate, this.thread(tid).frames);
  }

  #describedThrown(): ThrownValue | undefined {
    const thrown = this.#thrown();
    const isolate = thrown && this.requireRuntime().isolateOf(this.focusThread());
    return isolate && describeThrown(this.inspectorOf(isolate), thrown);
  }

  /** `info`: the dump as a whole. */
  info(): DumpInfo {
    return infoOf(this);
  }

  death(): DumpInfo['death'] {
    return deathOf(this, this.#describedThrown());
  }

  #scopeInfos(js: JsFrame | undefined, scopes: readonly FrameScope[], locals: VariableOptions): ScopeInfo[] {
    if (!js) return [];
    const inspector = this.inspectorOf(js.isolate);
    return shownScopes(js, scopes, inspector).map((scope) => ({
      kind: scope.kind,
      name: scope.name ?? null,
      note: scope.note ?? null,
      variables: scope.variables.map((p) => propertyVariable(inspector, p, locals)),
    }));
  }

  #signalNumber(): number {
    return this.core.signal?.signo ?? this.core.threads[0]!.signal;
  }
}

/** A script of the dump; `script` is for scriptText. */
export interface ScriptInfo {
  readonly url: string;
  /** In UTF-16 code units. */
  readonly length: number | null;
  readonly script: Script;
}

function openRuntime(modules: LoadedModules, core: CoreDump): V8Runtime | DayAfterError {
  try {
    return V8Runtime.open(modules.modules, modules.memory, core);
  } catch (error) {
    if (error instanceof DayAfterError) return error;
    throw error;
  }
}
