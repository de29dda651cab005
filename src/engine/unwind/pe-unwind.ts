import { Fault } from '../absence.ts';
import { type Address, address, at } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import type { ExceptionDirectory } from '../modules/module.ts';
import {
  type RuntimeFunction,
  readRuntimeFunction,
  runtimeFunctionAt,
} from '../modules/runtime-functions.ts';
import type { Registers } from './registers.ts';
import { processorOrder } from './x64.ts';

/** A RUNTIME_FUNCTION ("x64 exception handling", struct RUNTIME_FUNCTION), as runtime addresses. */
interface Covering {
  readonly start: Address;
  readonly end: Address;
  /** Where its UNWIND_INFO is (.xdata). */
  readonly info: Address;
}

/** What one step of unwinding gave. */
export interface PeCaller {
  readonly registers: Registers;
  /** The frame was made by an exception or interrupt: pc is where it struck, not a return address. */
  readonly interrupted: boolean;
}

const RSP = 4;

/** Unwind operation codes. The others, of which nothing is to be undone here, are 7 (spare), 8 and 9 (saved XMM registers). */
const op = {
  pushNonvolatile: 0,
  allocateLarge: 1,
  allocateSmall: 2,
  setFrame: 3,
  saveNonvolatile: 4,
  saveNonvolatileFar: 5,
  epilogue: 6,
  pushMachineFrame: 10,
} as const;

/** Slots that each operation takes; UWOP_ALLOC_LARGE takes one more where its size is not scaled. */
const SLOTS: readonly number[] = [1, 2, 1, 1, 2, 3, 2, 3, 2, 3, 1];
/** UNW_FLAG_CHAININFO */
const CHAINED = 4;
const MAX_CHAIN = 32;
/** Longer than every epilogue: lea, eight pops, a jump. */
const MAX_EPILOGUE = 32;

/** How an epilogue sets the stack pointer before its pops: to a register and a displacement. */
interface StackRelease {
  readonly register: number;
  readonly displacement: number;
  /** Of the instruction. */
  readonly length: number;
}

interface UnwindCode {
  /** Where the prologue goes on behind the instruction that did this. */
  readonly offset: number;
  readonly op: number;
  readonly info: number;
  /** Size of an allocation, or where in the frame a register was saved. */
  readonly bytes: number;
}

interface UnwindInfo {
  readonly version: number;
  readonly flags: number;
  readonly prologueSize: number;
  readonly frameRegister: number;
  readonly frameOffset: number;
  /** The codes as they are stored, two bytes each. */
  readonly slots: Buffer;
  readonly codes: readonly UnwindCode[];
  /** What follows the codes: the RUNTIME_FUNCTION that a chained one belongs to. */
  readonly tail: Address;
}

/**
 * The caller of a frame, by Microsoft's "x64 exception handling", section "Unwind procedure". `exact` is true where the
 * pc is that of the instruction that was about to run (innermost frame, interrupted frame), else it is a return address.
 * Throws a Fault where memory cannot be read or the codes are malformed.
 */
export function peCaller(
  memory: Memory,
  table: ExceptionDirectory,
  frame: Registers,
  exact: boolean,
): PeCaller {
  const covering = coveringAt(memory, table, exact ? frame.pc : at(frame.pc, -1));
  return new Unwinding(memory, table, frame).caller(covering, exact);
}

class Unwinding {
  readonly #memory: Memory;
  readonly #table: ExceptionDirectory;
  readonly #registers: Registers;
  readonly #caller: Registers;
  #sp: Address;
  /** Where the fixed part of the frame starts; undefined if that is not known. */
  #frame: Address | undefined;
  #interrupted = false;

  constructor(memory: Memory, table: ExceptionDirectory, registers: Registers) {
    this.#memory = memory;
    this.#table = table;
    this.#registers = registers;
    this.#caller = registers.caller();
    this.#sp = registers.sp;
  }

  caller(covering: Covering | undefined, exact: boolean): PeCaller {
    if (covering) this.#leave(covering, exact);
    const { pc, sp } = this.#registers.architecture;
    if (!this.#interrupted) this.#caller.set(pc, this.#pop());
    this.#caller.set(sp, BigInt(this.#sp));
    return { registers: this.#caller, interrupted: this.#interrupted };
  }

  /** Does all that is left up to the return. */
  #leave(covering: Covering, exact: boolean): void {
    const info = readInfo(this.#memory, covering.info);
    // A function that called another one is not in its epilogue.
    const isUndone =
      exact && (info.version === 1 ? this.#runEpilogue(covering, info) : this.#undoPushes(covering, info));
    if (!isUndone) this.#undoPrologue(covering, info);
  }

  /** Undoes the pushes that the epilogue in which the pc is has not undone (version 2). False if it is in none. */
  #undoPushes(covering: Covering, { slots }: UnwindInfo): boolean {
    const done = doneOfEpilogue(covering, slots, this.#registers.pc);
    if (done === undefined) return false;
    for (const { info } of chainOf(this.#memory, this.#table.base, covering)) {
      const first = info.codes.findIndex((c) => c.op === op.pushNonvolatile || c.op === op.pushMachineFrame);
      if (first < 0) continue;
      let position = 0;
      for (const code of info.codes.slice(first)) {
        // The error code of a machine frame is gone before the epilogue; flags are popped to any register.
        if (code.op === op.pushMachineFrame) this.#undo({ ...code, info: 0 }, info);
        else if (code.op !== op.pushNonvolatile && !(code.op === op.allocateSmall && code.bytes === 8))
          throw new Fault(covering.info, `unwind operation ${code.op} where only pushes may be`);
        else if (position >= done) this.#undo(code, info);
        position += code.op === op.pushNonvolatile && code.info >= 8 ? 2 : 1;
      }
      break;
    }
    return true;
  }

  /** Undoes what the prologue did up to the pc. */
  #undoPrologue(covering: Covering, first: UnwindInfo): void {
    this.#frame = this.#frameOf(first, this.#ranIn(covering));
    for (const { covers, info } of chainOf(this.#memory, this.#table.base, covering)) {
      const ran = this.#ranIn(covers);
      for (const code of info.codes) if (code.offset <= ran) this.#undo(code, info);
    }
  }

  /** How much of a function's prologue has run: all of it, if the pc is in a part that was moved ahead of it. */
  #ranIn(covers: Covering): number {
    const ran = this.#registers.pc - covers.start;
    return ran < 0 ? Number.POSITIVE_INFINITY : ran;
  }

  #frameOf(info: UnwindInfo, ran: number): Address | undefined {
    const { flags, frameRegister, frameOffset, prologueSize, codes } = info;
    const established =
      frameRegister !== 0 &&
      (ran >= prologueSize ||
        (flags & CHAINED) !== 0 ||
        codes.some((c) => c.op === op.setFrame && c.offset <= ran));
    if (!established) return this.#sp;
    const value = this.#registers.get(processorOrder[frameRegister]!);
    return value === undefined ? undefined : address(Number(value) - frameOffset);
  }

  #undo(code: UnwindCode, info: UnwindInfo): void {
    if (code.op === op.pushNonvolatile) this.#restore(code.info, this.#pop());
    else if (code.op === op.allocateSmall || code.op === op.allocateLarge)
      this.#sp = at(this.#sp, code.bytes);
    else if (code.op === op.setFrame) {
      if (info.frameRegister === 0) throw new Fault(info.tail, 'a frame pointer that is no register');
      this.#sp = at(this.#value(info.frameRegister), -info.frameOffset);
    } else if (code.op === op.saveNonvolatile || code.op === op.saveNonvolatileFar) {
      if (this.#frame === undefined) throw new Fault(info.tail, 'the frame pointer is not known here');
      this.#restore(code.info, this.#memory.u64(at(this.#frame, code.bytes)));
    } else if (code.op === op.pushMachineFrame) {
      // AMD64 Architecture Programmer's Manual, volume 2, section 8.9.3: (error code), rip, cs, rflags, rsp, ss
      const frame = at(this.#sp, code.info === 0 ? 0 : 8);
      this.#caller.set(this.#registers.architecture.pc, this.#memory.u64(frame));
      this.#sp = this.#memory.pointer(at(frame, 24));
      this.#interrupted = true;
    }
  }

  #value(register: number): Address {
    if (register === RSP) return this.#sp;
    const number = processorOrder[register]!;
    const value = this.#caller.get(number) ?? this.#registers.get(number);
    if (value === undefined)
      throw new Fault(this.#registers.pc, `the frame pointer (register ${number}) is not known here`);
    return address(Number(value));
  }

  #restore(register: number, value: bigint): void {
    if (register === RSP) this.#sp = address(Number(value));
    else this.#caller.set(processorOrder[register]!, value);
  }

  #pop(): bigint {
    const value = this.#memory.u64(this.#sp);
    this.#sp = at(this.#sp, 8);
    return value;
  }

  /**
   * Runs the rest of the epilogue in which the pc is, told by the instructions from there on ("Epilog code"): add rsp
   * or lea rsp of the frame pointer, pops, and a return or a jump out of the function. False if it is in none.
   */
  #runEpilogue(covering: Covering, info: UnwindInfo): boolean {
    // Zeros, which are in no epilogue, stand for what cannot be read, and leave room for operands.
    const code = Buffer.alloc(MAX_EPILOGUE + 8);
    this.#memory.copy(this.#registers.pc, code.subarray(0, MAX_EPILOGUE));
    const { register, displacement, length } = stackRelease(code, info.frameRegister);
    const pops: number[] = [];
    let position = length;
    for (;;) {
      const rex = (code[position]! & 0xf0) === 0x40 ? code[position]! : 0;
      const byte = code[rex ? position + 1 : position]!;
      const popped = ((rex & 1) << 3) | (byte & 7);
      if ((byte & 0xf8) !== 0x58 || popped === RSP) break;
      pops.push(popped);
      position += rex ? 2 : 1;
    }
    if (!this.#leaves(covering, code, position)) return false;
    this.#sp = at(this.#value(register), displacement);
    for (const popped of pops) {
      const value = this.#pop();
      // Compilers pop any other register only to release what is there.
      if (this.#caller.architecture.preserved.includes(processorOrder[popped]!)) this.#restore(popped, value);
    }
    return true;
  }

  /** True if the instruction at `position` leaves the function for good. */
  #leaves(covering: Covering, code: Buffer, position: number): boolean {
    const start = code[position] === 0xf2 ? position + 1 : position;
    const [first, second, third] = [code[start]!, code[start + 1]!, code[start + 2]!];
    if (first === 0xc3 || first === 0xc2 || (first === 0xf3 && second === 0xc3)) return true;
    if (first === 0xeb || first === 0xe9) {
      const distance = first === 0xeb ? 2 + code.readInt8(start + 1) : 5 + code.readInt32LE(start + 1);
      return this.#isOutside(covering, at(this.#registers.pc, start + distance));
    }
    if (first === 0xff) return second === 0x25;
    // With REX.W, which means nothing here, compilers mark a jump that leaves.
    return (first & 0xf8) === 0x48 && second === 0xff && (third & 0x38) === 0x20;
  }

  /** True if a jump to `target` is a call of a function: of another one, or of the same from its start. */
  #isOutside(covering: Covering, target: Address): boolean {
    const start = this.#primaryStart(covering);
    if (target === start) return true;
    if (target >= covering.start && target < covering.end) return false;
    const other = coveringAt(this.#memory, this.#table, target);
    return !other || this.#primaryStart(other) !== start;
  }

  #primaryStart(first: Covering): Address {
    let { start } = first;
    for (const { covers } of chainOf(this.#memory, this.#table.base, first)) start = covers.start;
    return start;
  }
}

/** How the instruction that `code` starts with sets the stack pointer, if an epilogue may start with it. */
function stackRelease(code: Buffer, frameRegister: number): StackRelease {
  const [prefix, opcode, modRm] = [code[0]!, code[1]!, code[2]!];
  if (prefix === 0x48 && modRm === 0xc4) {
    if (opcode === 0x83) return { register: RSP, displacement: code.readInt8(3), length: 4 };
    if (opcode === 0x81) return { register: RSP, displacement: code.readInt32LE(3), length: 7 };
  }
  const register = ((prefix & 1) << 3) | (modRm & 7);
  // A base of r12 has a SIB byte, which Windows does not expect: until lea has run, the prologue's codes tell the same.
  if ((prefix & 0xfe) === 0x48 && opcode === 0x8d && register === frameRegister && (modRm & 7) !== RSP) {
    if ((modRm & 0xf8) === 0x60) return { register, displacement: code.readInt8(3), length: 4 };
    if ((modRm & 0xf8) === 0xa0) return { register, displacement: code.readInt32LE(3), length: 7 };
  }
  return { register: RSP, displacement: 0, length: 0 };
}

/**
 * How many bytes of an epilogue have run by its UWOP_EPILOG codes (version 2); undefined if `pc` is in none. The first
 * code has the size of every epilogue, and says if one ends the function; the others how far before its end one is, or
 * 0 where their number was to be made even.
 */
function doneOfEpilogue(covers: Covering, slots: Buffer, pc: Address): number | undefined {
  const size = slots[0]!;
  for (let i = 0; i < slots.length && (slots[i + 1]! & 0xf) === op.epilogue; i += 2) {
    const info = slots[i + 1]! >> 4;
    const distance = i > 0 ? slots[i]! + info * 256 : (info & 1) * size;
    const done = pc - covers.end + distance;
    if (distance > 0 && done >= 0 && done < size) return done;
  }
  return undefined;
}

/** A function's unwind information and that of those it is chained to ("Chained unwind info structures"). */
function* chainOf(memory: Memory, base: Address, first: Covering) {
  let covers = first;
  for (let i = 0; i <= MAX_CHAIN; i++) {
    const info = readInfo(memory, covers.info);
    yield { covers, info };
    if ((info.flags & CHAINED) === 0) return;
    covers = placed(base, readRuntimeFunction(memory, base, info.tail));
  }
  throw new Fault(first.info, 'chained unwind information has no end');
}

function coveringAt(memory: Memory, table: ExceptionDirectory, pc: Address): Covering | undefined {
  const found = runtimeFunctionAt(memory, table, pc);
  return found && placed(table.base, found);
}

function placed(base: Address, { start, end, unwindInfo }: RuntimeFunction): Covering {
  return { start: at(base, start), end: at(base, end), info: at(base, unwindInfo) };
}

function readInfo(memory: Memory, position: Address): UnwindInfo {
  const head = memory.bytes(position, 4);
  const version = head[0]! & 7;
  if (version !== 1 && version !== 2) throw new Fault(position, `unwind information of version ${version}`);
  const count = head[2]!;
  const slots = memory.bytes(at(position, 4), count * 2);
  return {
    version,
    flags: head[0]! >> 3,
    prologueSize: head[1]!,
    frameRegister: head[3]! & 0xf,
    frameOffset: (head[3]! >> 4) * 16,
    slots,
    codes: decode(slots, position),
    tail: at(position, 4 + (count + (count & 1)) * 2),
  };
}

function decode(slots: Buffer, position: Address): UnwindCode[] {
  const codes: UnwindCode[] = [];
  for (let i = 0; i < slots.length; ) {
    const offset = slots[i]!;
    const operation = slots[i + 1]! & 0xf;
    const info = slots[i + 1]! >> 4;
    const slotCount = SLOTS[operation];
    if (slotCount === undefined) throw new Fault(position, `unwind operation ${operation}`);
    const isWide = operation === op.allocateLarge && info !== 0;
    const next = i + 2 * (isWide ? slotCount + 1 : slotCount);
    if (next > slots.length) throw new Fault(position, 'an unwind operation is cut off');
    let bytes = info * 8 + 8;
    if (next - i === 4) bytes = slots.readUInt16LE(i + 2) * 8;
    else if (next - i === 6) bytes = slots.readUInt32LE(i + 2);
    codes.push({ offset, op: operation, info, bytes });
    i = next;
  }
  return codes;
}
