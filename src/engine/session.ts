import type { DumpInfo, StackInfo, ThreadInfo } from './contract.ts';
import { type OpenedDump, openSource } from './dump/detect.ts';
import { elf } from './dump/elf.ts';
import { ElfCore } from './dump/elf-core.ts';
import { DayAfterError } from './errors.ts';
import { type LoadedModules, loadModules } from './modules/load.ts';
import type { LocateOptions } from './modules/locate.ts';
import { ModuleMap } from './modules/module-map.ts';
import { commandLine } from './process/arguments.ts';
import { explainDeath } from './process/death.ts';
import { frameInfo } from './report/frame.ts';
import type { StackFrame, ThreadStack } from './stack/frame.ts';
import { MixedStacks } from './stack/mixed-stack.ts';
import { threadNames } from './stack/thread-names.ts';
import type { Isolate } from './v8/isolate.ts';
import { V8Runtime } from './v8/runtime.ts';

export interface OpenOptions extends LocateOptions {
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
  if (dump.format !== 'elf') {
    dump.source.close();
    throw new DayAfterError('NOT_APPLICABLE', `${path} is a heap snapshot; this command is for core dumps`);
  }
  try {
    return new CoreSession(dump, options);
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
  readonly core: ElfCore;
  readonly modules: LoadedModules;
  readonly #dump: OpenedDump;
  readonly #moduleMap: ModuleMap;
  readonly #stacks = new Map<number, ThreadStack>();
  #runtime: V8Runtime | DayAfterError | undefined;
  #mixed: MixedStacks | undefined;
  #names: ReadonlyMap<number, string | null> | undefined;

  constructor(dump: OpenedDump, options: LocateOptions) {
    this.#dump = dump;
    this.core = new ElfCore(dump.source);
    this.modules = loadModules(this.core, options);
    this.#moduleMap = new ModuleMap(this.modules.modules);
    const { runtime } = this;
    if (runtime instanceof DayAfterError && !runtime.code.startsWith('EXECUTABLE_')) throw runtime;
  }

  close(): void {
    this.#dump.source.close();
    for (const module of this.modules.modules) module.file?.source.close();
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
    this.#names ??= threadNames(this.core.threads.map((t) => this.thread(t.tid)));
    const crashed = this.core.threads[0]?.tid;
    return this.core.threads.map(({ tid }) => ({
      id: tid,
      name: this.#names!.get(tid) ?? null,
      crashed: tid === crashed && this.#signalNumber() !== 0,
    }));
  }

  /** The mixed stack of a thread. Throws NO_SUCH_THREAD. */
  thread(tid: number): ThreadStack {
    let stack = this.#stacks.get(tid);
    if (!stack) {
      const thread = this.core.threads.find((t) => t.tid === tid);
      if (!thread) throw new DayAfterError('NO_SUCH_THREAD', `the dump has no thread ${tid}`);
      const { runtime } = this;
      this.#mixed ??= new MixedStacks(
        this.modules.memory,
        this.#moduleMap,
        runtime instanceof DayAfterError ? undefined : runtime,
      );
      stack = this.#mixed.stackOf(thread);
      this.#stacks.set(tid, stack);
    }
    return stack;
  }

  /** The stack as the contract gives it. */
  stack(tid: number): StackInfo {
    const stack = this.thread(tid);
    const info = this.threads().find((t) => t.id === tid)!;
    const runtime = this.requireRuntime();
    return {
      ...info,
      isolate: runtime.isolateOf(tid)?.index ?? null,
      frames: stack.frames.map(frameInfo),
      asyncFrames: [],
      end: stack.end,
    };
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
    const tid = place.thread ?? this.core.threads[0]!.tid;
    const isolate = runtime.isolateOf(tid) ?? runtime.isolates[0];
    if (isolate) return isolate;
    throw new DayAfterError(
      'NO_ISOLATE',
      'V8 was not running in this process, or its isolate cannot be found',
    );
  }

  info(): DumpInfo {
    const { runtime } = this;
    const v8 = runtime instanceof DayAfterError ? undefined : runtime;
    const notes = [...this.core.notes, ...this.modules.notes];
    if (runtime instanceof DayAfterError)
      notes.push(runtime.hint ? `${runtime.message}. ${runtime.hint}` : runtime.message);
    const argv = commandLine(this.core, this.modules.memory);
    if (!argv) notes.push('the command line is not in the dump');
    return {
      format: 'elf-core',
      process: {
        pid: this.core.pid ?? null,
        executable: this.modules.executable?.path ?? null,
        argv: argv ?? null,
        nodeVersion: v8?.nodeVersion === undefined ? null : `v${v8.nodeVersion}`,
        v8Version: v8?.v8Version ?? null,
        arch: this.core.elf.machine === elf.EM_X86_64 ? 'x64' : null,
      },
      death: this.death(),
      threads: this.threads(),
      isolates: [],
      modules: this.modules.modules.map((m) => ({
        path: m.path,
        buildId: m.buildId ?? null,
        status: m.status,
      })),
      layout: v8?.layout.provenance() ?? { confirmed: [], derived: [], guessed: [] },
      notes,
    };
  }

  death(): DumpInfo['death'] {
    const first = this.core.threads[0]!;
    const { frames } = this.thread(first.tid);
    return explainDeath({
      signal: this.core.signal,
      cursig: first.signal,
      pid: this.core.pid,
      frames,
      thrown: undefined,
      heap: undefined,
    });
  }

  #signalNumber(): number {
    return this.core.signal?.signo ?? this.core.threads[0]!.signal;
  }
}

function openRuntime(modules: LoadedModules, core: ElfCore): V8Runtime | DayAfterError {
  try {
    return V8Runtime.open(modules.modules, modules.memory, core);
  } catch (error) {
    if (error instanceof DayAfterError) return error;
    throw error;
  }
}
