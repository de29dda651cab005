import { type Address, address } from '../address.ts';

/**
 * What unwinding has to know of a processor. Registers are numbered as DWARF numbers them for it; the
 * program counter of a caller is kept under the number of the return-address column.
 */
export interface Architecture {
  readonly name: string;
  readonly registerCount: number;
  readonly pc: number;
  readonly sp: number;
  readonly fp: number;
  /** Registers that a callee gives back unchanged; all others are unknown in the caller. */
  readonly preserved: readonly number[];
  /** Registers of a thread from elf_gregset_t. */
  fromCore(gregset: Buffer): Registers;
}

/** A register file in which each register is either known or not. */
export class Registers {
  readonly architecture: Architecture;
  readonly #values: BigUint64Array;
  readonly #known: Uint8Array;

  constructor(architecture: Architecture) {
    this.architecture = architecture;
    this.#values = new BigUint64Array(architecture.registerCount);
    this.#known = new Uint8Array(architecture.registerCount);
  }

  get(register: number): bigint | undefined {
    return this.#known[register] ? this.#values[register] : undefined;
  }

  set(register: number, value: bigint | undefined): void {
    if (register < 0 || register >= this.#values.length) return;
    this.#known[register] = value === undefined ? 0 : 1;
    this.#values[register] = value ?? 0n;
  }

  /** As an address; 0 if unknown. Non-canonical values stay what they are, no read of them succeeds. */
  addressIn(register: number): Address {
    return address(Number(this.get(register) ?? 0n));
  }

  get pc(): Address {
    return this.addressIn(this.architecture.pc);
  }

  get sp(): Address {
    return this.addressIn(this.architecture.sp);
  }

  get fp(): Address {
    return this.addressIn(this.architecture.fp);
  }

  /** The registers that a caller has in common with its callee; pc and sp are still to be set. */
  caller(): Registers {
    const result = new Registers(this.architecture);
    for (const register of this.architecture.preserved) result.set(register, this.get(register));
    return result;
  }

  /** The caller's registers, once its frame is known by its pc, sp and fp. */
  callerAt(pc: bigint, sp: Address, fp: bigint | undefined): Registers {
    const result = this.caller();
    result.set(this.architecture.pc, pc);
    result.set(this.architecture.sp, BigInt(sp));
    result.set(this.architecture.fp, fp);
    return result;
  }
}

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

export const x64Architecture: Architecture = {
  name: 'x64',
  registerCount: 17,
  pc: x64.rip,
  sp: x64.rsp,
  fp: x64.rbp,
  preserved: [x64.rbx, x64.rbp, x64.r12, x64.r13, x64.r14, x64.r15],
  fromCore(gregset: Buffer): Registers {
    const result = new Registers(x64Architecture);
    for (const [register, index] of GREGSET) result.set(register, gregset.readBigUInt64LE(index * 8));
    return result;
  },
};
