import { DayAfterError } from '../errors.ts';
import { type ByteSource, readBytes } from './byte-source.ts';

/**
 * ELF64 little-endian headers, as the System V gABI chapters 4 and 5 define them. Only headers are read
 * here; contents are read on demand by those who need them.
 */
export const elf = {
  ET_EXEC: 2,
  ET_DYN: 3,
  ET_CORE: 4,
  EM_386: 3,
  EM_ARM: 40,
  EM_X86_64: 62,
  EM_AARCH64: 183,
  PT_LOAD: 1,
  PT_DYNAMIC: 2,
  PT_NOTE: 4,
  PT_PHDR: 6,
  PT_TLS: 7,
  PT_GNU_EH_FRAME: 0x6474e550,
  SHT_SYMTAB: 2,
  SHT_NOTE: 7,
  SHT_NOBITS: 8,
  SHT_DYNSYM: 11,
  PN_XNUM: 0xffff,
} as const;

export interface ProgramHeader {
  readonly type: number;
  /** PF_X 1, PF_W 2, PF_R 4. */
  readonly flags: number;
  readonly offset: number;
  readonly vaddr: number;
  readonly filesz: number;
  readonly memsz: number;
  readonly align: number;
}

export interface SectionHeader {
  readonly name: string;
  readonly type: number;
  readonly addr: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly entsize: number;
}

export interface ElfNote {
  readonly name: string;
  readonly type: number;
  readonly desc: Buffer;
}

/** An opened ELF file: its header, program headers and, if present, section headers. */
export class ElfFile {
  readonly source: ByteSource;
  readonly type: number;
  readonly machine: number;
  readonly entry: number;
  /** The table of program headers, and how many of its words each one takes. */
  readonly #headers: Uint32Array;
  readonly #headerWords: number;
  #programHeaders: readonly ProgramHeader[] | undefined;
  readonly #sectionTable: { offset: number; count: number; entrySize: number; nameIndex: number };
  #sections: readonly SectionHeader[] | undefined;

  /** Throws a named error if the bytes are no ELF64 little-endian file. */
  constructor(source: ByteSource) {
    this.source = source;
    const header = readBytes(source, 0, 64);
    if (!isElf(header)) {
      throw new DayAfterError('UNRECOGNIZED_FORMAT', `${source.name} is not an ELF file`);
    }
    if (header.length < 64) throw new DayAfterError('TRUNCATED', `${source.name} ends inside its ELF header`);
    if (header[4] !== 2 || header[5] !== 1) {
      throw new DayAfterError(
        'UNSUPPORTED_ARCHITECTURE',
        `${source.name} is a ${header[4] === 1 ? '32-bit' : 'big-endian'} ELF file; 64-bit little-endian ones are supported`,
      );
    }
    this.type = header.readUInt16LE(16);
    this.machine = header.readUInt16LE(18);
    this.entry = u64(header, 24);
    this.#sectionTable = {
      offset: u64(header, 40),
      count: header.readUInt16LE(60),
      entrySize: header.readUInt16LE(58),
      nameIndex: header.readUInt16LE(62),
    };
    this.#headers = this.#readProgramHeaders(header);
    this.#headerWords = header.readUInt16LE(54) / 4;
  }

  get programHeaders(): readonly ProgramHeader[] {
    this.#programHeaders ??= [...this.programHeadersOf()];
    return this.#programHeaders;
  }

  /** Those of a type, or all, made one by one: a heap of gigabytes has ten thousand. */
  *programHeadersOf(type?: number): Generator<ProgramHeader> {
    const words = this.#headers;
    for (let at = 0; at < words.length; at += this.#headerWords) {
      if (type !== undefined && words[at] !== type) continue;
      const wide = (i: number) => words[at + i]! + words[at + i + 1]! * 0x1_0000_0000;
      yield {
        type: words[at]!,
        flags: words[at + 1]!,
        offset: wide(2),
        vaddr: wide(4),
        filesz: wide(8),
        memsz: wide(10),
        align: wide(12),
      };
    }
  }

  /** Section headers; empty where the file has none (cores) or they lie beyond its end. */
  get sections(): readonly SectionHeader[] {
    this.#sections ??= this.#readSections();
    return this.#sections;
  }

  section(name: string): SectionHeader | undefined {
    return this.sections.find((s) => s.name === name);
  }

  /** File offset of a link-time address, or undefined if no PT_LOAD's file part covers it. */
  offsetOf(vaddr: number): number | undefined {
    for (const p of this.programHeaders) {
      if (p.type === elf.PT_LOAD && vaddr >= p.vaddr && vaddr < p.vaddr + p.filesz) {
        return vaddr - p.vaddr + p.offset;
      }
    }
    return undefined;
  }

  /** Link-time address of a file offset, or undefined. */
  vaddrOf(offset: number): number | undefined {
    for (const p of this.programHeaders) {
      if (p.type === elf.PT_LOAD && offset >= p.offset && offset < p.offset + p.filesz) {
        return offset - p.offset + p.vaddr;
      }
    }
    return undefined;
  }

  /** All notes of PT_NOTE, or (stripped of program headers) of SHT_NOTE sections. */
  notes(): ElfNote[] {
    const result: ElfNote[] = [];
    for (const { offset, filesz, align } of this.programHeadersOf(elf.PT_NOTE))
      result.push(...parseNotes(readBytes(this.source, offset, filesz), align));
    return result;
  }

  /** The GNU build-id as lower-case hex, or undefined. */
  buildId(): string | undefined {
    // Program headers of files with nothing but symbols may lead nowhere.
    return buildIdOf(this.notes()) ?? buildIdOf(this.#sectionNotes());
  }

  /** True if the file has its symbol table, which strip takes away. */
  get hasSymbols(): boolean {
    return this.sections.some((s) => s.type === elf.SHT_SYMTAB && s.size > 0);
  }

  /** True for files of symbols that were split off (objcopy --only-keep-debug): their code is not in them. */
  get isDebugOnly(): boolean {
    return this.section('.text')?.type === elf.SHT_NOBITS;
  }

  #sectionNotes(): ElfNote[] {
    return this.sections
      .filter((s) => s.type === elf.SHT_NOTE)
      .flatMap(({ offset, size }) => parseNotes(readBytes(this.source, offset, size), 4));
  }

  /** All headers that are whole, as 32-bit words. */
  #readProgramHeaders(header: Buffer): Uint32Array {
    const offset = u64(header, 32);
    const entrySize = header.readUInt16LE(54);
    let count = header.readUInt16LE(56);
    if (count === elf.PN_XNUM) {
      // gABI: the real count stands in sh_info of section header 0.
      const zero = readBytes(this.source, this.#sectionTable.offset, 64);
      if (zero.length === 64) count = zero.readUInt32LE(44);
    }
    if (entrySize < 56 || entrySize % 4 !== 0 || count === 0) return new Uint32Array(0);
    const table = readBytes(this.source, offset, count * entrySize);
    // What is cut off at the end is no header.
    const whole = table.length < 56 ? 0 : Math.floor((table.length - 56) / entrySize) * entrySize + 56;
    return new Uint32Array(Uint8Array.from(table.subarray(0, whole)).buffer);
  }

  #readSections(): SectionHeader[] {
    const { offset, count, entrySize, nameIndex } = this.#sectionTable;
    if (offset === 0 || entrySize < 64) return [];
    const table = readBytes(this.source, offset, count * entrySize);
    if (table.length < count * entrySize || nameIndex >= count) return [];
    const names = readBytes(
      this.source,
      u64(table, nameIndex * entrySize + 24),
      Math.min(u64(table, nameIndex * entrySize + 32), 1 << 20),
    );
    const result: SectionHeader[] = [];
    for (let i = 0; i < count; i++) {
      const o = i * entrySize;
      result.push({
        name: cString(names, table.readUInt32LE(o)),
        type: table.readUInt32LE(o + 4),
        addr: u64(table, o + 16),
        offset: u64(table, o + 24),
        size: u64(table, o + 32),
        link: table.readUInt32LE(o + 40),
        entsize: u64(table, o + 56),
      });
    }
    return result;
  }
}

export function isElf(head: Uint8Array): boolean {
  return head.length >= 4 && head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46;
}

/** A 64-bit field as a number; beyond 2^53 it loses precision, which only corrupt headers reach. */
export function u64(bytes: Buffer, offset: number): number {
  return bytes.readUInt32LE(offset) + bytes.readUInt32LE(offset + 4) * 0x1_0000_0000;
}

/** NUL-terminated text at `offset`. */
export function cString(bytes: Buffer, offset: number): string {
  if (offset >= bytes.length) return '';
  const end = bytes.indexOf(0, offset);
  return bytes.toString('utf8', offset, end < 0 ? bytes.length : end);
}

/** Notes of a PT_NOTE segment; a cut last note is dropped. */
export function parseNotes(bytes: Buffer, align = 4): ElfNote[] {
  const pad = align === 8 ? 8 : 4;
  const result: ElfNote[] = [];
  let i = 0;
  while (i + 12 <= bytes.length) {
    const nameSize = bytes.readUInt32LE(i);
    const descSize = bytes.readUInt32LE(i + 4);
    const type = bytes.readUInt32LE(i + 8);
    const descStart = roundUp(i + 12 + nameSize, pad);
    const descEnd = descStart + descSize;
    if (descEnd > bytes.length) break;
    result.push({
      name: cString(bytes.subarray(i + 12, i + 12 + nameSize), 0),
      type,
      desc: bytes.subarray(descStart, descEnd),
    });
    i = roundUp(descEnd, pad);
  }
  return result;
}

export function buildIdOf(notes: readonly ElfNote[]): string | undefined {
  return notes.find((n) => n.name === 'GNU' && n.type === 3)?.desc.toString('hex');
}

export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
