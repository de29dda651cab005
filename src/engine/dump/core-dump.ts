import type { Address } from '../address.ts';
import type { ByteSource } from './byte-source.ts';

/** A range of the process's memory: `filesz` bytes of it are in the dump at `offset`. */
export interface CoreSegment {
  readonly start: Address;
  readonly end: Address;
  /** PF_X 1, PF_W 2, PF_R 4. */
  readonly flags: number;
  readonly offset: number;
  /** Bytes in the file, after clipping at the file's end. */
  readonly filesz: number;
  /** True if the headers promised more bytes than the file has. */
  readonly truncated: boolean;
}

/** One thread. `registers` is elf_gregset_t as the kernel of Linux writes it, whatever system the dump is of. */
export interface CoreThread {
  readonly tid: number;
  /** As the program called it, where the dump tells that. */
  readonly name?: string | undefined;
  readonly signal: number;
  readonly registers: Buffer;
  /**
   * On x86-64 the FXSAVE area (Intel SDM volume 1, 10.5.1), on AArch64 user_fpsimd_state (asm/ptrace.h);
   * undefined if the dump has none.
   */
  readonly floating: Buffer | undefined;
  /** Base of the thread's own storage: FS_BASE, TPIDR_EL0, on Windows the TEB; 0 if the dump does not tell it. */
  readonly pointer: Address;
}

/** A mapped file, or a part of one. `fileOffset` in bytes. */
export interface FileMapping {
  readonly start: Address;
  readonly end: Address;
  readonly fileOffset: number;
  readonly path: string;
}

/** What ended the process, or stopped it for the dump: a signal, or an exception of Windows that is like one. */
export interface SignalInfo {
  /** Linux's number of the signal; for an exception that of the signal that means the same. */
  readonly signo: number;
  /** The exception's name, where it was one. */
  readonly exception?: string | undefined;
  /** si_code; positive for what the processor or the kernel raised. */
  readonly code: number;
  /** si_addr, for faults that the kernel raised. */
  readonly address: Address | undefined;
  /** si_pid, for signals that a process sent (si_code <= 0). */
  readonly sender: number | undefined;
}

/** The systems whose dumps are read: what threads' storage, calls and executables look like. */
export type CoreSystem = 'linux' | 'windows';

/** What the headers of a dump of a process say; memory is read elsewhere. */
export interface CoreDump {
  readonly format: 'elf-core' | 'minidump';
  readonly source: ByteSource;
  readonly system: CoreSystem;
  readonly instructionSet: 'x64' | 'arm64';
  /** Sorted by address. */
  readonly segments: readonly CoreSegment[];
  /** The thread that took the signal comes first. */
  readonly threads: readonly CoreThread[];
  /** Of the thread that the process began with. */
  readonly mainThread: number | undefined;
  readonly files: readonly FileMapping[];
  /** An address in the executable, by which it is told from the libraries. */
  readonly entry: Address | undefined;
  readonly signal: SignalInfo | undefined;
  readonly pid: number | undefined;
  /** The process's name and the beginning of its command line, as the system tells them. */
  readonly command: { readonly name: string; readonly args: string } | undefined;
  /** What is wrong with the file, in words. */
  readonly notes: readonly string[];
}
