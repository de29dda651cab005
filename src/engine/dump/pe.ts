import { type ByteSource, readBytes } from './byte-source.ts';
import { u64 } from './elf.ts';

/** A section of a PE image: addresses are relative to the image's base. */
export interface PeSection {
  readonly name: string;
  readonly start: number;
  readonly bytes: number;
  /** PF_X 1, PF_W 2, PF_R 4. */
  readonly flags: number;
  /** Where its contents are in the image's file, and how many bytes they have there. */
  readonly fileOffset: number;
  readonly fileBytes: number;
}

/** Where a data directory is, relative to the image's base. */
export interface PeDirectory {
  readonly start: number;
  readonly bytes: number;
}

/** Indexes of data directories ("PE Format", Optional Header Data Directories). */
export const peDirectory = {
  exports: 0,
  imports: 1,
  exceptions: 3,
  relocations: 5,
  debug: 6,
  threadLocals: 9,
} as const;

const MACHINE_AMD64 = 0x8664;
const MAGIC_PE32_PLUS = 0x20b;
const SECTION = 40;
const MAX_SECTIONS = 96;
const DEBUG_ENTRY = 28;
const MAX_DEBUG_ENTRIES = 32;
const DEBUG_TYPE_CODEVIEW = 2;
/** Bytes of CV_INFO_PDB70 before the path, and of the path at most, in UTF-8. */
const PDB_ID = 24;
const MAX_PATH = 1024;

/** The headers of a 64-bit PE image ("PE Format" of Microsoft's documentation); its directories are read where it is loaded. */
export class PeImage {
  readonly source: ByteSource;
  readonly sections: readonly PeSection[];
  /** When it was linked, or what the linker writes there instead; with its size it tells one build from others. */
  readonly timeStamp: number;
  /** The address that it was linked for. */
  readonly base: number;
  /** Bytes of it in memory, and of its headers. */
  readonly bytes: number;
  readonly headerBytes: number;
  readonly #directories: readonly PeDirectory[];

  private constructor(source: ByteSource, at: number, header: Buffer) {
    this.source = source;
    this.timeStamp = header.readUInt32LE(8);
    this.base = u64(header, 24 + 24);
    this.bytes = header.readUInt32LE(24 + 56);
    this.headerBytes = header.readUInt32LE(24 + 60);
    const count = Math.min(header.readUInt32LE(24 + 108), 16);
    this.#directories = Array.from({ length: count }, (_, i) => ({
      start: header.readUInt32LE(24 + 112 + 8 * i),
      bytes: header.readUInt32LE(24 + 112 + 8 * i + 4),
    }));
    this.sections = sectionsOf(source, at + 24 + header.readUInt16LE(20), header.readUInt16LE(6));
  }

  /** `source` is the image as it is in memory, or its file, of which only the headers can be read. Undefined if it is none. */
  static of(source: ByteSource): PeImage | undefined {
    const dos = readBytes(source, 0, 64);
    if (dos.length < 64 || dos.toString('latin1', 0, 2) !== 'MZ') return undefined;
    const at = dos.readUInt32LE(0x3c);
    const header = readBytes(source, at, 24 + 240);
    if (header.length < 24 + 240 || header.toString('latin1', 0, 4) !== 'PE\0\0') return undefined;
    if (header.readUInt16LE(4) !== MACHINE_AMD64 || header.readUInt16LE(24) !== MAGIC_PE32_PLUS)
      return undefined;
    return new PeImage(source, at, header);
  }

  /** Undefined if the image has none such. */
  directory(index: number): PeDirectory | undefined {
    const directory = this.#directories[index];
    return directory && directory.start !== 0 && directory.bytes > 0 ? directory : undefined;
  }

  /** GUID and age of the image's PDB file, as symbol servers name it; undefined if it tells none. */
  get buildId(): string | undefined {
    return this.#pdb?.id;
  }

  /** Where its linker wrote its PDB file: a path of another machine. */
  get pdbPath(): string | undefined {
    const pdb = this.#pdb;
    if (!pdb || pdb.path.bytes <= 0) return undefined;
    const path = readBytes(this.source, pdb.path.start, Math.min(pdb.path.bytes, MAX_PATH));
    return path.toString('utf8').replace(/\0.*$/s, '');
  }

  /** What CV_INFO_PDB70 tells, and where it has the path. */
  get #pdb(): { readonly id: string; readonly path: PeDirectory } | undefined {
    const directory = this.directory(peDirectory.debug);
    if (!directory) return undefined;
    const entries = readBytes(
      this.source,
      directory.start,
      Math.min(directory.bytes, MAX_DEBUG_ENTRIES * DEBUG_ENTRY),
    );
    for (let o = 0; o + DEBUG_ENTRY <= entries.length; o += DEBUG_ENTRY) {
      if (entries.readUInt32LE(o + 12) !== DEBUG_TYPE_CODEVIEW) continue;
      const start = entries.readUInt32LE(o + 20);
      const id = pdbIdOf(readBytes(this.source, start, PDB_ID));
      if (id === undefined) continue;
      return { id, path: { start: start + PDB_ID, bytes: entries.readUInt32LE(o + 16) - PDB_ID } };
    }
    return undefined;
  }

  /** Bytes of its thread-local variables, and where the word is whose number leads threads to theirs. */
  get threadLocals(): { readonly bytes: number; readonly index: number } | undefined {
    const directory = this.directory(peDirectory.threadLocals);
    const content = directory && readBytes(this.source, directory.start, 40);
    if (!content || content.length < 40) return undefined;
    const bytes = u64(content, 8) - u64(content, 0) + content.readUInt32LE(32);
    return { bytes: Math.max(0, bytes), index: u64(content, 16) };
  }
}

function sectionsOf(source: ByteSource, offset: number, count: number): PeSection[] {
  const table = readBytes(source, offset, Math.min(count, MAX_SECTIONS) * SECTION);
  const result: PeSection[] = [];
  for (let o = 0; o + SECTION <= table.length; o += SECTION) {
    const characteristics = table.readUInt32LE(o + 36);
    result.push({
      name: table.toString('latin1', o, o + 8).replace(/\0.*$/s, ''),
      start: table.readUInt32LE(o + 12),
      bytes: table.readUInt32LE(o + 8),
      fileOffset: table.readUInt32LE(o + 20),
      fileBytes: table.readUInt32LE(o + 16),
      // IMAGE_SCN_MEM_EXECUTE, _READ, _WRITE
      flags:
        ((characteristics >>> 29) & 1) |
        ((characteristics >>> 31) << 1) |
        (((characteristics >>> 30) & 1) << 2),
    });
  }
  return result;
}

/** The name of a PDB file's build in CV_INFO_PDB70: a GUID, whose first three numbers are little-endian, then the age. */
export function pdbIdOf(record: Buffer): string | undefined {
  if (record.length < 24 || record.toString('latin1', 0, 4) !== 'RSDS') return undefined;
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
  const guid =
    hex(record.readUInt32LE(4), 8) + hex(record.readUInt16LE(8), 4) + hex(record.readUInt16LE(10), 4);
  return `${guid}${record.toString('hex', 12, 20)}${record.readUInt32LE(20).toString(16)}`;
}
