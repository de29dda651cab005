import { attemptOr } from '../absence.ts';
import { address, at } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import { type Architecture, Registers } from './registers.ts';

/** DWARF register numbers of AArch64 (DWARF for the Arm 64-bit Architecture, 4.1); x0 to x28 are their own. */
export const arm64 = {
  x0: 0,
  x1: 1,
  x19: 19,
  x20: 20,
  fp: 29,
  lr: 30,
  sp: 31,
  /** ELR_mode's number, which stands for the program counter here. */
  pc: 33,
} as const;

/** struct user_pt_regs (asm/ptrace.h) is x0 to x30, sp, pc, pstate. */
const PC_WORD = 32;
/** Addresses of a process have 48 bits; pointer authentication (FEAT_PAuth) signs in those above. */
const ADDRESS = 0xffff_ffff_ffffn;
/** Bytes before the thread-local variables: the thread's control block. */
const CONTROL_BLOCK = 16;

/** `mov x8, #__NR_rt_sigreturn; svc #0`, as the kernel's vDSO returns from signal handlers (kernel/vdso/sigreturn.S). */
const SIGRETURN = Buffer.from('681180d2010000d4', 'hex');
/** In struct rt_sigframe: siginfo_t, then ucontext, whose sigcontext has the fault's address before its registers. */
const INTERRUPTED_REGISTERS = 128 + 176 + 8;
const GREGSET_SIZE = 34 * 8;

export const arm64Architecture: Architecture = {
  name: 'arm64',
  convention: 'aapcs64',
  registerCount: 34,
  pc: arm64.pc,
  sp: arm64.sp,
  fp: arm64.fp,
  link: arm64.lr,
  preserved: [19, 20, 21, 22, 23, 24, 25, 26, 27, 28, arm64.fp],
  fromCore(gregset: Buffer): Registers {
    const result = new Registers(arm64Architecture);
    for (let n = 0; n <= arm64.sp; n++) result.set(n, gregset.readBigUInt64LE(8 * n));
    result.set(arm64.pc, gregset.readBigUInt64LE(8 * PC_WORD));
    return result;
  },
  unsigned: (returnAddress) => returnAddress & ADDRESS,
  /** Variant I (Drepper, "ELF Handling For Thread-Local Storage"): the block follows the control block. */
  localStorage: (threadPointer, _size, alignment) =>
    address(threadPointer + Math.ceil(CONTROL_BLOCK / alignment) * alignment),
  interrupted(memory: Memory, registers: Registers): Registers | undefined {
    return attemptOr(undefined, () =>
      memory.bytes(registers.pc, SIGRETURN.length).equals(SIGRETURN)
        ? arm64Architecture.fromCore(memory.bytes(at(registers.sp, INTERRUPTED_REGISTERS), GREGSET_SIZE))
        : undefined,
    );
  },
};
