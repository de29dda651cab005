import { type ByteSource, readBytes } from './byte-source.ts';

/** A symbol of a PDB file. */
export interface CodeViewSymbol {
  /** Of public symbols as the compiler mangled it; of functions the qualified name without parameters. */
  readonly name: string;
  /** Number of the image's section, from 1 on, and how far behind its start the symbol is. */
  readonly segment: number;
  readonly offset: number;
  /** In bytes; 0 for public symbols, which tell none. */
  readonly size: number;
}

/** Where the records of a kind have what is told of a symbol. */
interface Fields {
  readonly offset: number;
  readonly segment: number;
  readonly size: number | undefined;
  readonly name: number;
}

/** Bytes that each record begins with: its length without them, and the first two of what they count, its kind. */
const LENGTH = 2;
const HEAD = 4;
const S_PUB32 = 0x110e;
/** S_LPROC32, S_GPROC32, their _ID variants, S_LPROC32_DPC and S_LPROC32_DPC_ID. */
const procedures: ReadonlySet<number> = new Set([0x110f, 0x1110, 0x1146, 0x1147, 0x1155, 0x1156]);
/** PUBSYM32 and PROCSYM32 (cvinfo.h of microsoft-pdb). */
const publicFields: Fields = { offset: 8, segment: 12, size: undefined, name: 14 };
const procedureFields: Fields = { offset: 32, segment: 36, size: 16, name: 39 };
/** Of a record, so much is read at first: most names end before. */
const NEAR = 192;

/** Records are not longer than 64 KiB. The buffer is filled again and again. */
const CHUNK = 1 << 18;
const chunk = Buffer.allocUnsafeSlow(CHUNK);

/** A record within `bytes`, which are only valid until the next record. */
export interface CodeViewRecord {
  bytes: Buffer;
  /** Where it begins and ends in `bytes`. */
  start: number;
  end: number;
  /** Where it begins in its stream. */
  position: number;
}

/** Passes over the records from `start` to `end` of a stream, as far as they are well-formed. */
export function eachRecord(
  stream: ByteSource,
  start: number,
  end: number,
  visit: (record: CodeViewRecord) => void,
): void {
  const record: CodeViewRecord = { bytes: chunk, start: 0, end: 0, position: 0 };
  const limit = Math.min(end, stream.size);
  for (let position = start; position + HEAD <= limit; ) {
    const length = stream.read(position, chunk.subarray(0, Math.min(CHUNK, limit - position)));
    let o = 0;
    while (o + HEAD <= length) {
      const next = o + LENGTH + chunk.readUInt16LE(o);
      if (next < o + HEAD || next > length) break;
      record.start = o;
      record.end = next;
      record.position = position + o;
      visit(record);
      o = next;
    }
    if (o === 0) return;
    position += o;
  }
}

export function isPublic({ bytes, start, end }: CodeViewRecord): boolean {
  return bytes.readUInt16LE(start + LENGTH) === S_PUB32 && end - start > publicFields.name;
}

/** True for functions, global and static ones. */
export function isProcedure({ bytes, start, end }: CodeViewRecord): boolean {
  return procedures.has(bytes.readUInt16LE(start + LENGTH)) && end - start > procedureFields.name;
}

/** What a record tells of a public symbol or a function. */
export function symbolOf(record: CodeViewRecord): CodeViewSymbol {
  const { bytes, start, end } = record;
  const fields = fieldsOf(bytes.readUInt16LE(start + LENGTH));
  const stop = bytes.subarray(0, end).indexOf(0, start + fields.name);
  return {
    name: bytes.toString('utf8', start + fields.name, stop < 0 ? end : stop),
    ...placeOf(record),
    size: fields.size === undefined ? 0 : bytes.readUInt32LE(start + fields.size),
  };
}

/** Where a public symbol or a function is. */
export function placeOf({ bytes, start }: CodeViewRecord): Pick<CodeViewSymbol, 'segment' | 'offset'> {
  const fields = fieldsOf(bytes.readUInt16LE(start + LENGTH));
  return {
    segment: bytes.readUInt16LE(start + fields.segment),
    offset: bytes.readUInt32LE(start + fields.offset),
  };
}

/** True if the name of a public symbol begins with that. */
export function isNamed({ bytes, start, end }: CodeViewRecord, prefix: Buffer): boolean {
  const from = start + publicFields.name;
  const to = from + prefix.length;
  // Most names begin with another letter.
  if (to > end || (to > from && bytes[from] !== prefix[0])) return false;
  return bytes.compare(prefix, 0, prefix.length, from, to) === 0;
}

/** The public symbol or the function whose record begins there; undefined if none does. */
export function symbolAt(stream: ByteSource, position: number): CodeViewSymbol | undefined {
  let bytes = readBytes(stream, position, NEAR);
  if (bytes.length < HEAD) return undefined;
  const end = LENGTH + bytes.readUInt16LE(0);
  if (end > bytes.length) bytes = readBytes(stream, position, end);
  const record = { bytes, start: 0, end, position };
  return end > bytes.length || !(isPublic(record) || isProcedure(record)) ? undefined : symbolOf(record);
}

function fieldsOf(kind: number): Fields {
  return kind === S_PUB32 ? publicFields : procedureFields;
}
