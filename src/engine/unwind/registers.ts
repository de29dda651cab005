import { type Address, address } from '../address.ts';
import type { CallingConvention } from '../emulation/processor.ts';
import type { Memory } from '../memory/memory.ts';

/**
 * What unwinding has to know of a processor. Registers are numbered as DWARF numbers them for it; the
 * program counter of a caller is kept under the number of the return-address column.
 */
export interface Architecture {
  /** As Node's process.arch. */
  readonly name: 'x64' | 'arm64';
  /** How functions are called: what registers they keep, where arguments are. */
  readonly convention: CallingConvention;
  readonly registerCount: number;
  readonly pc: number;
  readonly sp: number;
  readonly fp: number;
  /** The register that a call leaves its return address in; undefined where that goes to the stack. */
  readonly link: number | undefined;
  /** Registers that a callee gives back unchanged; all others are unknown in the caller. */
  readonly preserved: readonly number[];
  /** Registers of a thread from elf_gregset_t. */
  fromCore(gregset: Buffer): Registers;
  /** A return address without what signs it. */
  unsigned(returnAddress: bigint): bigint;
  /** Where the thread-local variables of the executable start (size and alignment of its PT_TLS). */
  localStorage(threadPointer: Address, size: number, alignment: number): Address;
  /**
   * The registers that a signal interrupted, if `registers` are those of the return to the kernel and its call frame
   * information is not to be had, or wrong (of AArch64's vDSO up to Linux 5.8).
   */
  interrupted?(memory: Memory, registers: Registers): Registers | undefined;
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
