import { attemptOr } from '../absence.ts';
import { type Address, address, at, type Tagged } from '../address.ts';
import type { CoreDump, CoreThread } from '../dump/core-dump.ts';
import type { Memory } from '../memory/memory.ts';
import { demangle } from '../modules/demangle.ts';
import type { ModuleMap } from '../modules/module-map.ts';
import { registersOf } from '../unwind/architectures.ts';
import { NativeUnwinder, type Step } from '../unwind/native-unwinder.ts';
import type { Registers } from '../unwind/registers.ts';
import type { CodeSite } from '../v8/frames/code-site.ts';
import { type EntryPlace, type FramePlace, V8Frames } from '../v8/frames/v8-frames.ts';
import type { Isolate } from '../v8/isolate.ts';
import type { V8Runtime } from '../v8/runtime.ts';
import type { StackFrame, ThreadStack } from './frame.ts';
import { interruptedMachine, threadMachine } from './interrupted-machine.ts';
import type { Leaf } from './leaf.ts';
import { leafOf } from './v8-leaf.ts';
import { exitRegisters, isEntry, stepFromLeaf, stepFromV8 } from './v8-step.ts';

const MAX_FRAMES = 100_000;
/** Times that a walk goes on behind C++ that cannot be unwound. */
const MAX_RESUMES = 1000;

/** A place on the stack that the walk has come to. */
interface Spot {
  readonly registers: Registers;
  /** The pc is that of the next instruction, not a return address. */
  readonly exact: boolean;
  readonly guessed: boolean;
  readonly site: CodeSite | undefined;
  readonly leaf: Leaf | undefined;
  /** The interpreter's own registers, while they are still what they were. */
  readonly interpreter: FramePlace['interpreter'];
  readonly machine: FramePlace['machine'];
}

/** Walks threads' stacks through C++ and JavaScript alike. */
export class MixedStacks {
  readonly #memory: Memory;
  readonly #modules: ModuleMap;
  readonly #core: CoreDump;
  readonly #runtime: V8Runtime | undefined;
  readonly #native: NativeUnwinder;
  readonly #v8: V8Frames | undefined;

  /** Without `runtime` only native frames are seen. */
  constructor(core: CoreDump, memory: Memory, modules: ModuleMap, runtime: V8Runtime | undefined) {
    this.#core = core;
    this.#memory = memory;
    this.#modules = modules;
    this.#runtime = runtime;
    this.#native = new NativeUnwinder(memory, modules);
    this.#v8 = runtime && new V8Frames(runtime, modules);
  }

  /** All frames of a thread, innermost first. */
  stackOf(thread: CoreThread): ThreadStack {
    const isolate = this.#runtime?.isolateOf(thread.tid) ?? this.#runtime?.isolates[0];
    const frames: StackFrame[] = [];
    let registers = registersOf(this.#core, thread);
    let interpreter = this.#interpreterRegisters(registers);
    let exact = true;
    const { architecture } = registers;
    let machine: FramePlace['machine'] = () => threadMachine(architecture, this.#memory, thread);
    let guessed = false;
    let entry: Address | undefined;
    let resumes = 0;
    let complete = false;
    let end = `the stack has more than ${MAX_FRAMES} frames; the rest is left out`;
    while (frames.length < MAX_FRAMES) {
      const site = this.#siteOf(registers, exact, isolate);
      const leaf = site && exact ? this.#leafOf(site, registers) : undefined;
      frames.push(
        ...this.#framesAt({ registers, exact, guessed, site, leaf, interpreter, machine }, isolate),
      );
      machine = undefined;
      const step = this.#endAtZero(
        this.#step(registers, exact, site, leaf, exact ? this.#exitOf(isolate, entry) : undefined),
      );
      const problem = problemOf(step, registers, exact);
      if (site && isEntry(site)) entry = registers.fp;
      if (problem !== undefined || step.kind === 'end') {
        // What C++ called cannot be told, but V8 noted where JavaScript left for C++.
        const resumed = site ? undefined : this.#lastExit(thread, registers, entry);
        if (resumed && resumes++ < MAX_RESUMES) {
          guessed = true;
          exact = false;
          interpreter = undefined;
          registers = resumed;
          continue;
        }
        end = problem ?? (step.kind === 'end' ? step.reason : '');
        complete = problem === undefined && step.kind === 'end' && step.outermost;
        break;
      }
      // A bytecode handler without a frame has not touched the registers of the interpreter that called it.
      interpreter = leaf ? interpreter : undefined;
      guessed = step.by !== 'cfi' && step.by !== 'code';
      exact = step.signalFrame;
      if (exact) {
        nameSignalFrame(frames);
        // What a handler interrupted stands as a thread does that a signal ended.
        const { sp } = registers;
        const interrupted = step.registers;
        interpreter = this.#interpreterRegisters(interrupted);
        machine = () => interruptedMachine(this.#memory, sp, interrupted);
      }
      registers = step.registers;
    }
    return { tid: thread.tid, frames, end, complete };
  }

  /**
   * Registers of the newest exit frame that lies further out than `registers`: the isolate's, or behind `entry`,
   * the frame pointer of the last entry into JavaScript, the one that it saved.
   */
  #lastExit(thread: CoreThread, registers: Registers, entry: Address | undefined): Registers | undefined {
    const runtime = this.#runtime;
    const isolate = runtime?.isolateOf(thread.tid);
    const fp = this.#exitOf(isolate, entry);
    if (!runtime || !isolate || fp === undefined || fp <= registers.sp) return undefined;
    const exit = exitRegisters(runtime, fp);
    const site = exit && this.#siteOf(exit, false, isolate);
    return site?.kind === 'builtin' ? exit : undefined;
  }

  /** Frame pointer of the exit frame that is newest, or was before JavaScript was entered at `entry`. */
  #exitOf(isolate: Isolate | undefined, entry: Address | undefined): Address | undefined {
    return entry === undefined ? isolate?.cEntryFp : this.#savedExit(entry);
  }

  #savedExit(entry: Address): Address | undefined {
    const offset = this.#runtime!.layout.frames.entry.nextExit;
    return attemptOr(undefined, () => this.#memory.pointer(at(entry, offset)));
  }

  #step(
    registers: Registers,
    exact: boolean,
    site: CodeSite | undefined,
    leaf: Leaf | undefined,
    exit: Address | undefined,
  ): Step {
    if (leaf) return stepFromLeaf(leaf, registers);
    return site ? stepFromV8(this.#runtime!, site, registers) : this.#native.step(registers, exact, exit);
  }

  /** A return address of 0 is no frame: threads start with one, and stacks that were not saved are full of them. */
  #endAtZero(step: Step): Step {
    if (step.kind === 'end' || step.signalFrame || step.registers.pc !== 0) return step;
    const { sp } = step.registers;
    if (this.#core.system === 'windows')
      return { kind: 'end', reason: 'the outermost frame returns to address 0', outermost: true };
    const around = attemptOr(Buffer.alloc(0), () => this.#memory.bytes(at(sp, -64), 128));
    return around.some((byte) => byte !== 0)
      ? { kind: 'end', reason: 'the outermost frame returns to address 0', outermost: true }
      : { kind: 'end', reason: 'the stack holds nothing but zeros from here on', outermost: false };
  }

  #leafOf(site: CodeSite, registers: Registers): Leaf | undefined {
    return leafOf({
      memory: this.#memory,
      site,
      registers,
      ownsFrame: () => attemptOr(false, () => this.#v8!.ownsFrame(site, registers.fp)),
      isCode: (pc) => this.#native.isCode(pc),
    });
  }

  #siteOf(registers: Registers, exact: boolean, isolate: Isolate | undefined): CodeSite | undefined {
    if (!this.#v8 || !isolate) return undefined;
    return this.#v8.siteAt(isolate, address(exact ? registers.pc : registers.pc - 1), registers.fp);
  }

  #framesAt(
    { registers, exact, guessed, site, leaf, interpreter, machine }: Spot,
    isolate: Isolate | undefined,
  ): StackFrame[] {
    const { pc, fp, sp } = registers;
    const place = { pc, fp, sp, module: this.#modules.at(pc), guessed };
    if (!site)
      return [{ ...place, kind: 'native', functionName: this.#symbolAt(registers, exact), js: undefined }];
    if (leaf) {
      const entry = leaf.atEntry
        ? this.#v8!.describeEntry(isolate!, site, this.#entryPlace(registers, leaf))
        : undefined;
      return [{ ...place, fp: undefined, ...(entry ?? this.#v8!.describeCode(site)) }];
    }
    const described = this.#v8!.describe(isolate!, site, { pc, fp, exact, interpreter, machine });
    return described.map((frame) => ({ ...place, ...frame }));
  }

  #entryPlace(registers: Registers, { callerSp }: Leaf): EntryPlace {
    const { roles } = this.#runtime!.layout.frames;
    return {
      callerSp,
      callee: Number(registers.get(roles.callee) ?? 0n) as Tagged,
      argumentCount: Number((registers.get(roles.argumentCount) ?? 0n) & 0xffff_ffffn),
    };
  }

  #interpreterRegisters(registers: Registers): FramePlace['interpreter'] {
    const roles = this.#runtime?.layout.frames.roles;
    const bytecodeArray = roles && registers.get(roles.bytecodeArray);
    const bytecodeOffset = roles && registers.get(roles.bytecodeOffset);
    return bytecodeArray === undefined || bytecodeOffset === undefined
      ? undefined
      : { bytecodeArray, bytecodeOffset };
  }

  /** Demangled name of the function at `pc`; undefined if its module has no symbol for it. */
  #symbolAt({ pc, architecture }: Registers, exact: boolean): string | undefined {
    const lookup = address(exact ? pc : pc - 1);
    const module = this.#modules.at(lookup);
    const link = module?.linkAddressOf(lookup);
    const symbol = link === undefined ? undefined : module?.symbols?.covering(link);
    if (!symbol || !module) return undefined;
    // Of stripped files, a symbol without a size may be of another function than that which has none any more.
    const entry = at(lookup, symbol.value - link!);
    const isOwn =
      symbol.size > 0 || !module.isStripped || this.#native.isReached(entry, lookup, architecture);
    return isOwn ? demangle(symbol.name) : undefined;
  }
}

/** The C library's return from a signal handler mostly has no symbol: debuggers name it so. */
function nameSignalFrame(frames: StackFrame[]): void {
  const last = frames.at(-1);
  if (last?.kind === 'native' && last.functionName === undefined) {
    frames[frames.length - 1] = { ...last, functionName: '<signal handler called>' };
  }
}

/** Why a step cannot be right; undefined if it may be. */
function problemOf(step: Step, registers: Registers, exact: boolean): string | undefined {
  if (step.kind === 'end') return undefined;
  const { sp, pc } = step.registers;
  // A function that calls no other needs no stack where a call does not push its return address.
  const least = exact && registers.architecture.link !== undefined ? registers.sp : registers.sp + 1;
  // A signal handler may run on a stack of its own, in either direction of the interrupted one.
  if (sp < least && !step.signalFrame) return 'the stack does not go on upwards: it is corrupt or loops';
  if (sp === registers.sp && pc === registers.pc) return 'the stack loops';
  return undefined;
}
