import { address } from '../address.ts';
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

/** Registers that callees keep (Microsoft's "x64 calling convention"). */
const WINDOWS_PRESERVED = [x64.rbx, x64.rbp, x64.rsi, x64.rdi, x64.r12, x64.r13, x64.r14, x64.r15];

export const x64Architecture: Architecture = {
  name: 'x64',
  convention: 'system-v',
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
};

export const windowsX64Architecture: Architecture = {
  ...x64Architecture,
  convention: 'microsoft',
  preserved: WINDOWS_PRESERVED,
  fromCore(gregset: Buffer): Registers {
    const result = new Registers(windowsX64Architecture);
    for (const [register, index] of GREGSET) result.set(register, gregset.readBigUInt64LE(index * 8));
    return result;
  },
};
