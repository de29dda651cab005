import { DayAfterError } from '../errors.ts';
import { type ByteSource, readBytes } from './byte-source.ts';
import { MsfFile } from './msf.ts';
import { PdbCompilands } from './pdb-compilands.ts';
import { PdbNames } from './pdb-names.ts';
import { pdbIdOf } from './pe.ts';

/** Numbers of streams ("The PDB File Format", llvm.org/docs/PDB/index.html). */
const INFO = 1;
const DEBUG_INFO = 3;
/** Bytes of PdbStreamHeader and DbiStreamHeader. */
const INFO_HEADER = 28;
const DEBUG_INFO_HEADER = 64;
const DBI_SIGNATURE = 0xffff_ffff;
/** Place of the stream that maps addresses from what was linked, among the debug headers (DbgHeaderType::OmapFromSrc). */
const OMAP_FROM_SOURCE = 4;

/**
 * The symbols that a linker of Windows has written beside an image ("The PDB File Format", llvm.org/docs/PDB). It is
 * read by random access: opening it reads its directory and headers alone.
 */
export class PdbFile {
  readonly source: ByteSource;
  /** GUID and age, as the image that it belongs to names them (`PeImage.buildId`). */
  readonly id: string;
  /** The stream of symbol records, which public symbols are among. */
  readonly records: ByteSource;
  /** Public symbols by name. */
  readonly names: PdbNames;
  /** Functions by address, static ones too. */
  readonly compilands: PdbCompilands;

  /** Throws UNRECOGNIZED_FORMAT, TRUNCATED, CORRUPT_DUMP or UNSUPPORTED_BUILD. */
  constructor(source: ByteSource) {
    this.source = source;
    const file = new MsfFile(source);
    const info = readBytes(file.stream(INFO), 0, INFO_HEADER);
    const stream = file.stream(DEBUG_INFO);
    const header = readBytes(stream, 0, DEBUG_INFO_HEADER);
    if (info.length < INFO_HEADER || header.length < DEBUG_INFO_HEADER)
      throw new DayAfterError('TRUNCATED', `${source.name} has no symbols of an image`);
    if (header.readUInt32LE(0) !== DBI_SIGNATURE)
      throw new DayAfterError('CORRUPT_DUMP', `${source.name} has no header of its symbols`);
    this.id = idOf(info, header.readUInt32LE(8));
    this.records = file.stream(header.readUInt16LE(20));
    this.names = new PdbNames(file.stream(header.readUInt16LE(16)), this.records);
    // Its parts, one behind the other: bytes of the module information, section contributions, section map, source
    // information, type server map, and after an index the debug header and the edit-and-continue names, whose order
    // in the stream is the other way round.
    const sizes = [24, 28, 32, 36, 40, 52, 48].map((o) => header.readUInt32LE(o));
    let next = DEBUG_INFO_HEADER;
    const [modules, contributions, , , , , debugHeaders] = sizes.map((bytes) => {
      const start = next;
      next += bytes;
      return { start, bytes };
    });
    this.compilands = new PdbCompilands(file, stream, modules!, contributions!);
    const mapped = readBytes(stream, debugHeaders!.start + 2 * OMAP_FROM_SOURCE, 2);
    if (debugHeaders!.bytes > 2 * OMAP_FROM_SOURCE && mapped.length === 2)
      if (file.stream(mapped.readUInt16LE(0)).size > 0)
        throw new DayAfterError('UNSUPPORTED_BUILD', `${source.name} is of an image that was rearranged`);
  }
}

/**
 * The age that an image has is the one that its linker wrote into the header of the debug information: tools that add
 * to the file later count up the other one. Old linkers wrote no age there.
 */
function idOf(info: Buffer, age: number): string {
  const record = Buffer.alloc(24);
  record.write('RSDS', 'latin1');
  info.copy(record, 4, 12, 28);
  record.writeUInt32LE(age === 0 ? info.readUInt32LE(8) : age, 20);
  return pdbIdOf(record)!;
}
