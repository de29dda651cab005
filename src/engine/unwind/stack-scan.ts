import { attemptOr } from '../absence.ts';
import { type Address, address, at } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import type { Module } from '../modules/module.ts';
import type { ModuleMap } from '../modules/module-map.ts';
import { Registers } from './registers.ts';

/** How far above the stack pointer a return address is looked for, in words of eight bytes. */
const MAX_WORDS = 512;
/** Frames behind it that have to fit. */
const PROOF = 4;
/** Where functions push the frame pointer, in words below their return address. */
const MAX_PUSHED = 7;
/** Intel SDM volume 2: call rel32; call [rip + disp32]; jmp [rip + disp32]; endbr64. */
const CALL = 0xe8;
const CALL_SLOT = 0x15ff;
const JUMP_SLOT = 0x25ff;
const ENDBR64 = 0xfa1e0ff3;

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

  /** The caller's registers: of those that callees keep, only the frame pointer is known. */
  caller(registers: Registers): Registers | undefined {
    if (registers.architecture.convention !== 'system-v' || registers.architecture.link !== undefined)
      return undefined;
    const library = this.#modules.at(registers.pc);
    if (!library) return undefined;
    const end = this.#memory.regionAt(registers.sp)?.end ?? registers.sp;
    for (let n = 0; n < MAX_WORDS; n++) {
      const slot = at(registers.sp, 8 * n);
      if (slot >= end) return undefined;
      const word = attemptOr(undefined, () => this.#memory.u64(slot));
      if (word === undefined) return undefined;
      const pc = address(Number(word));
      if (!this.#isCode(pc) || !this.#hasInformation(at(pc, -1)) || !this.#callsOut(pc, library)) continue;
      for (const fp of this.#framePointers(registers, slot, end)) {
        const caller = frame(registers, word, at(slot, 8), fp);
        if (this.#fits(caller, end)) return caller;
      }
    }
    return undefined;
  }

  /** True if the instruction before `pc`, which is not in `library`, calls a function without call frame information. */
  #callsOut(pc: Address, library: Module): boolean {
    const own = this.#modules.at(pc);
    if (own === library) return false;
    const target = this.#targetOf(pc, own);
    const other = target === undefined ? undefined : this.#modules.at(target);
    return target !== undefined && other !== undefined && other !== own && !this.#hasInformation(target);
  }

  #targetOf(pc: Address, own: Module | undefined): Address | undefined {
    const memory = this.#memory;
    return attemptOr(undefined, () => {
      const offset = memory.u32(at(pc, -4)) | 0;
      if (memory.u16(at(pc, -6)) === CALL_SLOT) return memory.pointer(at(pc, offset));
      if (memory.u8(at(pc, -5)) !== CALL) return undefined;
      const target = at(pc, offset);
      return this.#modules.at(target) === own ? this.#throughTable(target) : target;
    });
  }

  /** Where an entry of the procedure linkage table leads (System V psABI of x86-64, 5.2). */
  #throughTable(entry: Address): Address | undefined {
    const memory = this.#memory;
    let jump = memory.u32(entry) === ENDBR64 ? at(entry, 4) : entry;
    // bnd
    if (memory.u8(jump) === 0xf2) jump = at(jump, 1);
    if (memory.u16(jump) !== JUMP_SLOT) return undefined;
    return memory.pointer(at(jump, 6 + (memory.u32(at(jump, 2)) | 0)));
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
  #fits(registers: Registers, end: Address): boolean {
    const own = this.#modules.at(registers.pc);
    let current = registers;
    for (let n = 0; n < PROOF; n++) {
      if (!this.#hasInformation(at(current.pc, -1))) return n > 0 && this.#isLinked(current, own);
      const caller = attemptOr(undefined, () => this.#byInformation(current));
      if (!caller || caller.sp <= current.sp || caller.sp >= end) return false;
      if (!this.#isCode(caller.pc) || !this.#isBehindCall(caller.pc)) return false;
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

  /** True if a call may be what stands before `pc`; also if its code cannot be read. */
  #isBehindCall(pc: Address): boolean {
    const code = attemptOr(undefined, () => this.#memory.bytes(at(pc, -7), 7));
    if (!code || code[2] === CALL) return true;
    // FF /2: call of a register or of what memory holds, of two to seven bytes.
    for (let n = 0; n <= 5; n++) if (code[n] === 0xff && ((code[n + 1]! >> 3) & 7) === 2) return true;
    return false;
  }
}

function frame({ architecture }: Registers, pc: bigint, sp: Address, fp: bigint): Registers {
  const result = new Registers(architecture);
  result.set(architecture.pc, pc);
  result.set(architecture.sp, BigInt(sp));
  result.set(architecture.fp, fp);
  return result;
}
