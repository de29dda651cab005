import { type Address, address } from '../address.ts';
import { DayAfterError } from '../errors.ts';
import type { ByteSource } from './byte-source.ts';
import type { CoreDump, CoreSegment, CoreThread, FileMapping, SignalInfo } from './core-dump.ts';
import { cString, ElfFile, type ElfNote, elf, u64 } from './elf.ts';

/** What the kernel writes of each thread of a processor: bytes, and the word of its registers that is its pointer. */
interface ThreadFormat {
  readonly registers: number;
  readonly floating: number;
  readonly pointerWord: number | undefined;
}

/** By ELF machine: struct user_regs_struct (asm/user_64.h), struct user_pt_regs (asm/ptrace.h). */
const threadFormats: ReadonlyMap<number, ThreadFormat> = new Map([
  [elf.EM_X86_64, { registers: 27 * 8, floating: 512, pointerWord: 21 }],
  [elf.EM_AARCH64, { registers: 34 * 8, floating: 528, pointerWord: undefined }],
]);

const AT_PHDR = 3;
const AT_ENTRY = 9;
const NT_PRSTATUS = 1;
const NT_FPREGSET = 2;
const NT_PRPSINFO = 3;
const NT_AUXV = 6;
const NT_ARM_TLS = 0x401;
const NT_SIGINFO = 0x53494749;
const NT_FILE = 0x46494c45;

/** Where NT_PRSTATUS has elf_gregset_t (pr_reg in struct elf_prstatus, linux/elfcore.h). */
const GREGSET = 112;

/** Signals whose siginfo carries si_addr (sigaction(2)). */
const FAULT_SIGNALS = new Set([4, 5, 7, 8, 11]);

/** What an ELF core's headers and notes say (core(5), linux/elfcore.h). */
export class ElfCore implements CoreDump {
  readonly format = 'elf-core';
  readonly system = 'linux';
  readonly source: ByteSource;
  readonly instructionSet: CoreDump['instructionSet'];
  /** The PT_LOADs. */
  readonly segments: readonly CoreSegment[];
  /** In the order of the notes: the thread that took the signal comes first. */
  readonly threads: readonly CoreThread[];
  /** The lines of NT_FILE. */
  readonly files: readonly FileMapping[];
  readonly auxv: ReadonlyMap<number, number>;
  readonly entry: Address | undefined;
  readonly signal: SignalInfo | undefined;
  readonly pid: number | undefined;
  /** On Linux it has the process's own number. */
  readonly mainThread: number | undefined;
  /** comm and the first 80 bytes of the command line, from NT_PRPSINFO. */
  readonly command: CoreDump['command'];
  readonly notes: readonly string[];

  /** Throws NOT_A_CORE, UNSUPPORTED_ARCHITECTURE or TRUNCATED. */
  constructor(source: ByteSource) {
    const file = new ElfFile(source);
    if (file.type !== elf.ET_CORE) {
      throw new DayAfterError(
        'NOT_A_CORE',
        `${source.name} is an ELF file, but not a core dump`,
        'Pass the core as the dump and the executable with --program.',
      );
    }
    const format = threadFormats.get(file.machine);
    if (!format) {
      throw new DayAfterError(
        'UNSUPPORTED_ARCHITECTURE',
        `${source.name} is a core of ${machineName(file.machine)}; x86-64 and AArch64 are supported`,
      );
    }
    if (file.programHeadersOf().next().done) {
      throw new DayAfterError('TRUNCATED', `${source.name} ends before its program headers`);
    }
    this.source = source;
    this.instructionSet = file.machine === elf.EM_AARCH64 ? 'arm64' : 'x64';
    const remarks: string[] = [];
    this.segments = segmentsOf(file, remarks);
    const notes = file.notes();
    if (notes.length === 0) throw new DayAfterError('TRUNCATED', `${source.name} has no readable notes`);
    this.threads = threadsOf(notes, format);
    if (this.threads.length === 0) throw new DayAfterError('CORRUPT_DUMP', `${source.name} holds no thread`);
    this.files = filesOf(notes.find((n) => n.type === NT_FILE));
    this.auxv = auxvOf(notes.find((n) => n.type === NT_AUXV));
    const entry = this.auxv.get(AT_ENTRY) ?? this.auxv.get(AT_PHDR);
    this.entry = entry === undefined ? undefined : address(entry);
    this.signal = signalOf(notes.find((n) => n.type === NT_SIGINFO));
    const info = notes.find((n) => n.type === NT_PRPSINFO && n.desc.length >= 136)?.desc;
    this.pid = info?.readInt32LE(24);
    this.mainThread = this.pid;
    this.command = info && {
      name: cString(info.subarray(40, 56), 0),
      args: cString(info.subarray(56, 136), 0).trimEnd(),
    };
    this.notes = remarks;
  }
}

function segmentsOf(file: ElfFile, remarks: string[]): CoreSegment[] {
  const size = file.source.size;
  let cut = 0;
  let missing = 0;
  const result: CoreSegment[] = [];
  for (const p of file.programHeadersOf(elf.PT_LOAD)) {
    if (p.memsz === 0 || p.vaddr + p.memsz > 0xffff_ffff_ffff) continue;
    const promised = Math.min(p.filesz, p.memsz);
    const filesz = Math.max(0, Math.min(promised, size - p.offset));
    if (filesz < promised) {
      cut++;
      missing += promised - filesz;
    }
    result.push({
      start: address(p.vaddr),
      end: address(p.vaddr + p.memsz),
      flags: p.flags,
      offset: p.offset,
      filesz,
      truncated: filesz < promised,
    });
  }
  if (cut > 0) {
    remarks.push(
      `the dump is truncated: ${cut} of ${result.length} memory segments are cut, ${missing} bytes are missing (the disk was full, a core size limit was set, or it is still being written)`,
    );
  }
  return result.sort((a, b) => a.start - b.start);
}

/** A thread's other notes stand between its NT_PRSTATUS and the next thread's. */
function threadsOf(notes: readonly ElfNote[], format: ThreadFormat): CoreThread[] {
  const threads: CoreThread[] = [];
  for (const { type, desc } of notes) {
    if (type === NT_PRSTATUS && desc.length >= GREGSET + format.registers) {
      const word = format.pointerWord;
      threads.push({
        signal: desc.readInt16LE(12),
        tid: desc.readInt32LE(32),
        registers: desc.subarray(GREGSET, GREGSET + format.registers),
        floating: undefined,
        pointer: address(word === undefined ? 0 : u64(desc, GREGSET + 8 * word)),
      });
    }
    const last = threads.at(-1);
    if (!last) continue;
    if (type === NT_FPREGSET && desc.length >= format.floating && last.floating === undefined) {
      threads[threads.length - 1] = { ...last, floating: desc.subarray(0, format.floating) };
    }
    if (type === NT_ARM_TLS && desc.length >= 8 && format.pointerWord === undefined) {
      threads[threads.length - 1] = { ...last, pointer: address(u64(desc, 0)) };
    }
  }
  return threads;
}

function filesOf(note: ElfNote | undefined): FileMapping[] {
  if (!note || note.desc.length < 16) return [];
  const bytes = note.desc;
  const count = u64(bytes, 0);
  const pageSize = u64(bytes, 8);
  const result: FileMapping[] = [];
  let name = 16 + count * 24;
  for (let i = 0; i < count && name < bytes.length; i++) {
    const o = 16 + i * 24;
    const end = bytes.indexOf(0, name);
    if (end < 0) break;
    result.push({
      start: address(u64(bytes, o)),
      end: address(u64(bytes, o + 8)),
      fileOffset: u64(bytes, o + 16) * pageSize,
      path: bytes.toString('utf8', name, end),
    });
    name = end + 1;
  }
  return result;
}

function auxvOf(note: ElfNote | undefined): Map<number, number> {
  const result = new Map<number, number>();
  for (let i = 0; note && i + 16 <= note.desc.length; i += 16) {
    const key = u64(note.desc, i);
    if (key === 0) break;
    result.set(key, u64(note.desc, i + 8));
  }
  return result;
}

function signalOf(note: ElfNote | undefined): SignalInfo | undefined {
  if (!note || note.desc.length < 24) return undefined;
  const signo = note.desc.readInt32LE(0);
  const code = note.desc.readInt32LE(8);
  // Only signals that the kernel raised (si_code > 0) have an address; SI_USER and SI_TKILL do not.
  const faulted = FAULT_SIGNALS.has(signo) && code > 0 && code !== 0x80;
  return {
    signo,
    code,
    address: faulted ? address(u64(note.desc, 16)) : undefined,
    sender: code <= 0 ? note.desc.readInt32LE(16) : undefined,
  };
}

function machineName(machine: number): string {
  if (machine === elf.EM_386) return '32-bit x86';
  if (machine === elf.EM_ARM) return '32-bit ARM';
  return `ELF machine ${machine}`;
}
