import { attemptOr } from '../absence.ts';
import { type Address, address, at } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import type { Module } from '../modules/module.ts';
import type { ModuleMap } from '../modules/module-map.ts';
import { callTarget, isBehindCall } from './calls.ts';
import { Registers } from './registers.ts';

/** How far above the stack pointer a return address is looked for, in words of eight bytes. */
const MAX_WORDS = 512;
/** Frames behind it that have to fit. */
const PROOF = 4;
/** Where functions, or those that they call, push the frame pointer: in words below their return address. */
const MAX_PUSHED = 24;
/** Unwinds a frame by call frame information; undefined if there is none, or if the thread started there. */
type ByInformation = (registers: Registers) => Registers | undefined;

/**
 * Finds the caller of the innermost frame, of code of x86-64 whose file is not at hand, and so has no call frame information: a core is read
 * on another machine than it came from, or the C library was built without (musl). A word of the stack is its return
 * address if the instruction before it calls a function of another file without information (where the call goes is
 * read from the procedure linkage table and the slot that the dynamic linker filled), and if frames behind it fit:
 * each of them returns to code behind a call.
 */
export class StackScan {
  readonly #memory: Memory;
  readonly #modules: ModuleMap;
  readonly #isCode: (pc: Address) => boolean;
  readonly #hasInformation: (pc: Address) => boolean;
  readonly #byInformation: ByInformation;

  constructor(
    memory: Memory,
    modules: ModuleMap,
    isCode: (pc: Address) => boolean,
    hasInformation: (pc: Address) => boolean,
    byInformation: ByInformation,
  ) {
    this.#memory = memory;
    this.#modules = modules;
    this.#isCode = isCode;
    this.#hasInformation = hasInformation;
    this.#byInformation = byInformation;
  }

  /**
   * The caller's registers: of those that callees keep, only the frame pointer is known. Frames behind the caller do not
   * lead over `exit`, where V8 noted that JavaScript left for the code that the thread is in: what an earlier call left
   * on the stack would.
   */
  caller(registers: Registers, exit: Address | undefined): Registers | undefined {
    if (registers.architecture.convention !== 'system-v' || registers.architecture.link !== undefined)
      return undefined;
    const library = this.#modules.at(registers.pc);
    if (!library) return undefined;
    const end = this.#memory.regionAt(registers.sp)?.end ?? registers.sp;
    const last = exit !== undefined && exit > registers.sp && exit < end ? exit : end;
    for (let n = 0; n < MAX_WORDS; n++) {
      const slot = at(registers.sp, 8 * n);
      if (slot >= last) return undefined;
      const word = attemptOr(undefined, () => this.#memory.u64(slot));
      if (word === undefined) return undefined;
      const pc = address(Number(word));
      if (!this.#isCode(pc) || !this.#hasInformation(at(pc, -1)) || !this.#callsOut(pc, library)) continue;
      for (const fp of this.#framePointers(registers, slot, end)) {
        const caller = frame(registers, word, at(slot, 8), fp);
        if (this.#fits(caller, end, exit)) return caller;
      }
    }
    return undefined;
  }

  /** True if the instruction before `pc`, which is not in `library`, calls a function without call frame information. */
  #callsOut(pc: Address, library: Module): boolean {
    const own = this.#modules.at(pc);
    if (own === library) return false;
    const target = callTarget(this.#memory, this.#modules, pc);
    const other = target === undefined ? undefined : this.#modules.at(target);
    return target !== undefined && other !== undefined && other !== own && !this.#hasInformation(target);
  }

  /** What the frame pointer may have been in the caller: what it is, or what was pushed below the return address. */
  *#framePointers(registers: Registers, slot: Address, end: Address): Generator<bigint> {
    const isAbove = (word: bigint) => word > slot && word < end;
    const own = registers.get(registers.architecture.fp);
    if (own !== undefined && isAbove(own)) yield own;
    for (let n = 1; n <= MAX_PUSHED && slot - 8 * n >= registers.sp; n++) {
      const word = attemptOr(undefined, () => this.#memory.u64(at(slot, -8 * n)));
      if (word !== undefined && word !== own && isAbove(word)) yield word;
    }
    // Code that keeps no frame pointer has any value there.
    if (own !== undefined && !isAbove(own)) yield own;
  }

  /** True if what `registers` stand for is a frame whose callers are frames, too. */
  #fits(registers: Registers, end: Address, exit: Address | undefined): boolean {
    const own = this.#modules.at(registers.pc);
    let current = registers;
    for (let n = 0; n < PROOF; n++) {
      if (!this.#hasInformation(at(current.pc, -1))) return n > 0 && this.#isLinked(current, own);
      const caller = attemptOr(undefined, () => this.#byInformation(current));
      if (!caller || caller.sp <= current.sp || caller.sp >= end) return false;
      if (exit !== undefined && current.sp < exit && caller.sp > exit) return false;
      if (!this.#isCode(caller.pc) || !isBehindCall(this.#memory, caller.pc)) return false;
      current = caller;
    }
    return true;
  }

  /**
   * True if `registers`, of code without information, may stand behind frames of `own`: those of another file, which
   * called it; or of V8's code, which keeps a chain of frame pointers.
   */
  #isLinked(registers: Registers, own: Module | undefined): boolean {
    const module = this.#modules.at(registers.pc);
    if (module && module !== own) return true;
    const { fp, sp } = registers;
    const returned = attemptOr(undefined, () => this.#memory.pointer(at(fp, 8)));
    return fp >= sp && returned !== undefined && this.#isCode(returned);
  }
}

function frame({ architecture }: Registers, pc: bigint, sp: Address, fp: bigint): Registers {
  const result = new Registers(architecture);
  result.set(architecture.pc, pc);
  result.set(architecture.sp, BigInt(sp));
  result.set(architecture.fp, fp);
  return result;
}
