import { attemptOr, Fault } from '../absence.ts';
import { type Address, address, at } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import type { Module } from '../modules/module.ts';
import type { ModuleMap } from '../modules/module-map.ts';
import { type CfaRow, type RegisterRule, rowAt } from './cfa.ts';
import { CodeCaller } from './code-caller.ts';
import { evaluate } from './dwarf-expression.ts';
import { EhFrame, type Fde } from './eh-frame.ts';
import { peCaller } from './pe-unwind.ts';
import type { Architecture, Registers } from './registers.ts';
import { StackScan } from './stack-scan.ts';

/** PF_X */
const EXECUTABLE = 1;
/** A frame pointer further above the stack pointer than this is taken for another value. */
const MAX_FRAME = 1 << 20;
const MAX_ROWS = 4096;

/** What one step of unwinding gave. */
export type Step =
  | {
      readonly kind: 'caller';
      readonly registers: Registers;
      /**
       * How the caller was found: by CFI, or by the instructions themselves; or guessed from the frame pointer, from where
       * the last call was noted, or from return addresses on the stack.
       */
      readonly by: 'cfi' | 'code' | 'frame-pointer' | 'last-call' | 'stack-scan';
      /** The frame was made by a signal: the caller's pc is where it was interrupted, not a return address. */
      readonly signalFrame: boolean;
    }
  | {
      readonly kind: 'end';
      readonly reason: string;
      /** True if the thread started here. */
      readonly outermost: boolean;
    };

/** Unwinds native frames by the .eh_frame, or the exception directory, of the images that are mapped. */
export class NativeUnwinder {
  readonly #memory: Memory;
  readonly #modules: ModuleMap;
  readonly #frames = new Map<Module, EhFrame | undefined>();
  readonly #scan: StackScan;
  readonly #code: CodeCaller;
  readonly #rows = new Map<Address, { fde: Fde; row: CfaRow }>();

  constructor(memory: Memory, modules: ModuleMap) {
    this.#memory = memory;
    this.#modules = modules;
    this.#code = new CodeCaller(memory, modules, (pc) => this.isCode(pc));
    this.#scan = new StackScan(
      memory,
      modules,
      (pc) => this.isCode(pc),
      (pc) => attemptOr(undefined, () => this.#rowFor(pc)) !== undefined,
      (registers) => {
        const step = this.#byCfi(registers, at(registers.pc, -1));
        return step?.kind === 'caller' && !step.signalFrame ? step.registers : undefined;
      },
    );
  }

  /**
   * The caller of the frame with these registers. `exact` is true where the pc is that of the instruction
   * that was about to run (innermost frame, frame interrupted by a signal), else it is a return address. `exit` is the
   * frame pointer of the last frame of JavaScript before this one, if that is known.
   */
  step(registers: Registers, exact: boolean, exit?: Address): Step {
    const { pc } = registers;
    if (pc === 0 && !exact)
      return { kind: 'end', reason: 'the outermost frame returns to address 0', outermost: true };
    const interrupted = registers.architecture.interrupted?.(this.#memory, registers);
    if (interrupted) return { kind: 'caller', registers: interrupted, by: 'cfi', signalFrame: true };
    let failure: string | undefined;
    try {
      const step = this.#byDirectory(registers, exact) ?? this.#byCfi(registers, exact ? pc : at(pc, -1));
      if (step) return step;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      failure = error.message;
    }
    if (exact && !this.isCode(pc)) {
      const step = this.#afterWildCall(registers);
      if (step) return step;
    }
    const coded = failure === undefined ? this.#byCode(registers, exact) : undefined;
    if (coded) return coded;
    const scanned = exact && failure === undefined ? this.#scan.caller(registers, exit) : undefined;
    if (scanned) return { kind: 'caller', registers: scanned, by: 'stack-scan', signalFrame: false };
    return (exact && this.#byLink(registers)) || this.#byFramePointer(registers, failure);
  }

  /** True if instructions lead from `entry` to the one at `pc`, or around it; also where nobody can tell. */
  isReached(entry: Address, pc: Address, architecture: Architecture): boolean {
    return this.#code.isReached(entry, pc, architecture);
  }

  /** True if `pc` lies in mapped executable memory. */
  isCode(pc: Address): boolean {
    const region = this.#memory.regionAt(pc);
    return region !== undefined && (region.flags & EXECUTABLE) !== 0;
  }

  /** By the exception directory of a PE image. */
  #byDirectory(registers: Registers, exact: boolean): Step | undefined {
    const info = this.#modules.at(exact ? registers.pc : at(registers.pc, -1))?.unwindInfo;
    if (info?.kind !== 'exception-directory') return undefined;
    const caller = peCaller(this.#memory, info.directory, registers, exact);
    return { kind: 'caller', registers: caller.registers, by: 'cfi', signalFrame: caller.interrupted };
  }

  #byCfi(registers: Registers, lookup: Address): Step | undefined {
    const entry = this.#rowFor(lookup);
    if (!entry) return undefined;
    const { fde, row } = entry;
    const { architecture } = registers;
    const { returnRegister } = fde.cie;
    const cfa = this.#cfa(row, registers);
    const caller = registers.caller();
    caller.set(architecture.sp, BigInt(cfa));
    for (const [register, rule] of row.rules)
      caller.set(register, this.#recover(rule, register, registers, cfa));
    const returnRule = row.rules.get(returnRegister);
    if (returnRule?.kind === 'undefined')
      return { kind: 'end', reason: 'this is the outermost frame', outermost: true };
    // Where a call does not touch the stack, a function that calls none leaves the address where it is.
    const stays = !returnRule && returnRegister === architecture.link;
    const pc = (stays ? registers : caller).get(returnRegister);
    if (pc === undefined) return undefined;
    caller.set(architecture.pc, architecture.unsigned(pc));
    return { kind: 'caller', registers: caller, by: 'cfi', signalFrame: fde.cie.signalFrame };
  }

  #rowFor(lookup: Address): { fde: Fde; row: CfaRow } | undefined {
    const known = this.#rows.get(lookup);
    if (known) return known;
    const module = this.#modules.at(lookup);
    const fde = module && this.#ehFrameOf(module)?.find(lookup);
    if (!fde) return undefined;
    const entry = { fde, row: rowAt(this.#memory, fde, lookup) };
    if (this.#rows.size >= MAX_ROWS) this.#rows.clear();
    this.#rows.set(lookup, entry);
    return entry;
  }

  #ehFrameOf(module: Module): EhFrame | undefined {
    if (!this.#frames.has(module)) {
      const info = module.unwindInfo;
      this.#frames.set(
        module,
        info?.kind === 'eh-frame'
          ? attemptOr(undefined, () => new EhFrame(this.#memory, info.header))
          : undefined,
      );
    }
    return this.#frames.get(module);
  }

  #cfa(row: CfaRow, registers: Registers): Address {
    if (row.cfa.kind === 'expression') {
      return address(Number(evaluate(this.#memory, row.cfa.block, registers, undefined)));
    }
    const base = registers.get(row.cfa.register);
    if (base === undefined) throw new Fault(registers.pc, `register ${row.cfa.register} is not known here`);
    return address(Number(base) + row.cfa.offset);
  }

  #recover(rule: RegisterRule, register: number, registers: Registers, cfa: Address): bigint | undefined {
    switch (rule.kind) {
      case 'undefined':
        return undefined;
      case 'same':
        return registers.get(register);
      case 'offset':
        return this.#memory.u64(at(cfa, rule.offset));
      case 'value-offset':
        return BigInt(cfa + rule.offset);
      case 'register':
        return registers.get(rule.register);
      case 'expression':
        return this.#memory.u64(address(Number(evaluate(this.#memory, rule.block, registers, cfa))));
      case 'value-expression':
        return evaluate(this.#memory, rule.block, registers, cfa);
    }
  }

  /** By the instructions, of code without call frame information. */
  #byCode(registers: Registers, exact: boolean): Step | undefined {
    if (!exact && this.#code.isStart(registers))
      return { kind: 'end', reason: 'this is the outermost frame', outermost: true };
    const caller = this.#code.caller(registers);
    return caller && { kind: 'caller', registers: caller, by: 'code', signalFrame: false };
  }

  /** A call through a bad pointer: the pc leads nowhere, but the call noted where it came from. */
  #afterWildCall(registers: Registers): Step | undefined {
    const { sp, architecture } = registers;
    const { link } = architecture;
    const noted =
      link === undefined ? attemptOr(0n, () => this.#memory.u64(sp)) : (registers.get(link) ?? 0n);
    const pc = architecture.unsigned(noted);
    if (!this.isCode(address(Number(pc)))) return undefined;
    const fp = registers.get(architecture.fp);
    return {
      kind: 'caller',
      registers: registers.callerAt(pc, link === undefined ? at(sp, 8) : sp, fp),
      by: 'last-call',
      signalFrame: false,
    };
  }

  /**
   * The caller of a function that called none, where calls do not touch the stack: the link register leads out of its
   * module, which it would not behind a call of its own, and is not in the record at the frame pointer yet.
   */
  #byLink(registers: Registers): Step | undefined {
    const { architecture, pc, sp, fp } = registers;
    const noted = architecture.link === undefined ? undefined : registers.get(architecture.link);
    if (noted === undefined) return undefined;
    const link = architecture.unsigned(noted);
    const target = address(Number(link));
    if (!this.isCode(target) || this.#modules.at(target) === this.#modules.at(pc)) return undefined;
    const saved = attemptOr(undefined, () => architecture.unsigned(this.#memory.u64(at(fp, 8))));
    if (saved === link) return undefined;
    const caller = registers.callerAt(link, sp, registers.get(architecture.fp));
    return { kind: 'caller', registers: caller, by: 'last-call', signalFrame: false };
  }

  #byFramePointer(registers: Registers, failure: string | undefined): Step {
    const { sp, fp, pc, architecture } = registers;
    // AAPCS64, "The Frame Pointer": the chain of frame records ends with a zero.
    if (architecture.link !== undefined && registers.get(architecture.fp) === 0n)
      return { kind: 'end', reason: 'this is the outermost frame', outermost: true };
    const why = failure ?? this.#whyNoInformation(pc);
    if (!(fp >= sp && fp - sp < MAX_FRAME && fp % 8 === 0)) {
      return { kind: 'end', reason: `${why}, and the frame pointer leads nowhere`, outermost: false };
    }
    try {
      const returnTo = architecture.unsigned(this.#memory.u64(at(fp, 8)));
      if (!this.isCode(address(Number(returnTo)))) {
        return {
          kind: 'end',
          reason: `${why}, and the frame pointer does not lead to code`,
          outermost: false,
        };
      }
      const callerFp = this.#memory.u64(fp);
      // AArch64's compilers put the record at the lower end of a frame, where the stack pointer stays.
      const isBelow = architecture.link !== undefined && callerFp > BigInt(fp);
      const callerSp = isBelow ? address(Number(callerFp)) : at(fp, 16);
      return {
        kind: 'caller',
        registers: registers.callerAt(returnTo, callerSp, callerFp),
        by: 'frame-pointer',
        signalFrame: false,
      };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return { kind: 'end', reason: `the stack cannot be read further (${error.message})`, outermost: false };
    }
  }

  #whyNoInformation(pc: Address): string {
    const module = this.#modules.at(pc);
    if (!module) return 'there is no call frame information for code that belongs to no file';
    const isHere = module.status === 'matched' || module.status === 'unverified';
    return isHere
      ? `there is no call frame information for ${module.path}`
      : `${module.path} is not at hand, and its call frame information with it`;
  }
}
