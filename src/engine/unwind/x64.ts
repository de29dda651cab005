import { attemptOr } from '../absence.ts';
import { type Address, address, at } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import { type Architecture, Registers } from './registers.ts';

/** DWARF register numbers of x86-64 (System V psABI, figure 3.36). */
export const x64 = {
  rax: 0,
  rdx: 1,
  rcx: 2,
  rbx: 3,
  rsi: 4,
  rdi: 5,
  rbp: 6,
  rsp: 7,
  r8: 8,
  r9: 9,
  r10: 10,
  r11: 11,
  r12: 12,
  r13: 13,
  r14: 14,
  r15: 15,
  rip: 16,
} as const;

/** The same in the processor's own order, in which instructions number them. */
export const processorOrder: readonly number[] = [0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15];

/** elf_gregset_t of x86-64 (linux/user.h, struct user_regs_struct): index of each word. */
const GREGSET: readonly [register: number, index: number][] = [
  [x64.r15, 0],
  [x64.r14, 1],
  [x64.r13, 2],
  [x64.r12, 3],
  [x64.rbp, 4],
  [x64.rbx, 5],
  [x64.r11, 6],
  [x64.r10, 7],
  [x64.r9, 8],
  [x64.r8, 9],
  [x64.rax, 10],
  [x64.rcx, 11],
  [x64.rdx, 12],
  [x64.rsi, 13],
  [x64.rdi, 14],
  [x64.rip, 16],
  [x64.rsp, 19],
];

/** `mov rax, __NR_rt_sigreturn; syscall`, by which C libraries return from signal handlers (glibc, musl: restore_rt). */
const SIGRETURN = Buffer.from('48c7c00f0000000f05', 'hex');
/** Registers of a struct sigcontext (asm/sigcontext.h), a word each, and where it is in a ucontext. */
const SIGCONTEXT = [
  ...[x64.r8, x64.r9, x64.r10, x64.r11, x64.r12, x64.r13, x64.r14, x64.r15],
  ...[x64.rdi, x64.rsi, x64.rbp, x64.rbx, x64.rdx, x64.rax, x64.rcx, x64.rsp, x64.rip],
];
const CONTEXT_REGISTERS = 40;
export const CONTEXT_EFLAGS = CONTEXT_REGISTERS + 8 * 17;
/** cs, gs, fs and ss of user code in one word (asm/segment.h). */
const CONTEXT_SEGMENTS = CONTEXT_EFLAGS + 8;
/** Where the FXSAVE area is. */
export const CONTEXT_FPSTATE = CONTEXT_REGISTERS + 8 * 23;
const USER_SEGMENTS = 0x002b_0000_0000_0033n;

/** Registers that callees keep (Microsoft's "x64 calling convention"). */
const WINDOWS_PRESERVED = [x64.rbx, x64.rbp, x64.rsi, x64.rdi, x64.r12, x64.r13, x64.r14, x64.r15];

const common = {
  name: 'x64',
  registerCount: 17,
  pc: x64.rip,
  sp: x64.rsp,
  fp: x64.rbp,
  link: undefined,
  preserved: [x64.rbx, x64.rbp, x64.r12, x64.r13, x64.r14, x64.r15],
  fromCore(gregset: Buffer): Registers {
    const result = new Registers(x64Architecture);
    for (const [register, index] of GREGSET) result.set(register, gregset.readBigUInt64LE(index * 8));
    return result;
  },
  unsigned: (returnAddress) => returnAddress,
  /** Variant II (Drepper, "ELF Handling For Thread-Local Storage"): the block ends at the thread pointer. */
  localStorage: (threadPointer, size, alignment) =>
    address(threadPointer - Math.ceil(size / alignment) * alignment),
} satisfies Omit<Architecture, 'convention'>;

export const x64Architecture: Architecture = {
  ...common,
  convention: 'system-v',
  /** A signal's frame (arch/x86/kernel/signal_64.c): behind the handler's return, the stack pointer is at its ucontext. */
  interrupted(memory: Memory, registers: Registers): Registers | undefined {
    const { pc, sp } = registers;
    const code = attemptOr(undefined, () => memory.bytes(pc, SIGRETURN.length));
    if (code && !code.equals(SIGRETURN)) return undefined;
    return attemptOr(undefined, () => {
      if (!code && !isContext(memory, sp)) return undefined;
      const result = new Registers(x64Architecture);
      for (const [n, register] of SIGCONTEXT.entries())
        result.set(register, memory.u64(at(sp, CONTEXT_REGISTERS + 8 * n)));
      return result;
    });
  },
};

/** True if there is a ucontext. Throws a Fault if it cannot be read. */
function isContext(memory: Memory, where: Address): boolean {
  const flags = memory.u64(at(where, CONTEXT_EFLAGS));
  // Bit 1 is always set, those from 22 on never.
  return (
    memory.u64(at(where, CONTEXT_SEGMENTS)) === USER_SEGMENTS && (flags & 2n) !== 0n && flags < 1n << 22n
  );
}

export const windowsX64Architecture: Architecture = {
  ...common,
  convention: 'microsoft',
  preserved: WINDOWS_PRESERVED,
  fromCore(gregset: Buffer): Registers {
    const result = new Registers(windowsX64Architecture);
    for (const [register, index] of GREGSET) result.set(register, gregset.readBigUInt64LE(index * 8));
    return result;
  },
};
