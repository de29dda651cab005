import { type Address, at } from '../address.ts';
import type { CoreThread } from '../dump/core-dump.ts';
import type { Memory } from '../memory/memory.ts';
import { Arm64Machine } from '../unwind/arm64-machine.ts';
import type { Machine } from '../unwind/machine.ts';
import type { Architecture, Registers } from '../unwind/registers.ts';
import { CONTEXT_EFLAGS, CONTEXT_FPSTATE } from '../unwind/x64.ts';
import { X64Machine } from '../unwind/x64-machine.ts';

/** EFLAGS in elf_gregset_t of x86-64, and where FXSAVE has the xmm registers. */
const EFLAGS = 18;
const XMM = 160;
/** The processor's state in elf_gregset_t of AArch64, and bytes of v0 to v31, with which user_fpsimd_state begins. */
const PSTATE = 33;
const VECTORS = 32 * 16;

/** The processor as it stood when a thread stopped. Throws a Fault. */
export function threadMachine(
  architecture: Architecture,
  memory: Memory,
  { registers: gregset, floating }: CoreThread,
): Machine {
  const registers = architecture.fromCore(gregset);
  const word = (n: number) => gregset.readBigUInt64LE(8 * n);
  return architecture.name === 'x64'
    ? new X64Machine(
        memory,
        registers,
        word(EFLAGS),
        Array.from({ length: 16 }, (_, i) => floating?.readBigUInt64LE(XMM + 16 * i)),
      )
    : new Arm64Machine(memory, registers, word(PSTATE), floating?.subarray(0, VECTORS));
}

/**
 * Behind the siginfo_t of AArch64, in its ucontext (asm/ucontext.h, asm/sigcontext.h): the processor's state, and the
 * first of the records that follow the registers, which is struct fpsimd_context.
 */
const CONTEXT_PSTATE = 128 + 176 + 8 + 8 * PSTATE;
const CONTEXT_RECORDS = 128 + 176 + 288;
const FPSIMD_MAGIC = 0x46508001;
const FPSIMD_VECTORS = 16;

/** The processor as a signal handler interrupted it; `frame` is the stack pointer at the return from it. Throws a Fault. */
export function interruptedMachine(memory: Memory, frame: Address, registers: Registers): Machine {
  if (registers.architecture.name !== 'x64') {
    const record = at(frame, CONTEXT_RECORDS);
    const isVectors = memory.u32(record) === FPSIMD_MAGIC;
    const vectors = isVectors ? memory.bytes(at(record, FPSIMD_VECTORS), VECTORS) : undefined;
    return new Arm64Machine(memory, registers, memory.u64(at(frame, CONTEXT_PSTATE)), vectors);
  }
  const floating = memory.pointer(at(frame, CONTEXT_FPSTATE));
  return new X64Machine(
    memory,
    registers,
    memory.u64(at(frame, CONTEXT_EFLAGS)),
    Array.from({ length: 16 }, (_, i) => memory.u64(at(floating, XMM + 16 * i))),
  );
}
