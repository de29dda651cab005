import { type ByteSource, readBytes } from './byte-source.ts';
import { type CodeViewSymbol, symbolAt } from './codeview.ts';

/** Bytes of the header of the stream of public symbols (PSGSIHDR of microsoft-pdb, gsi.h). */
const STREAM_HEADER = 28;
/** The hash table's header (GSIHashHdr): signature, version, bytes of records, bytes of buckets. */
const TABLE_HEADER = 16;
const SIGNATURE = 0xffff_ffff;
const VERSION = 0xeffe_0000 + 19_990_810;
/** Place of a record in the stream of symbol records, plus one; count of references. */
const RECORD = 8;
/** Bytes that starts of buckets count for a record: those that it has in memory on 32-bit machines. */
const RECORD_IN_MEMORY = 12;
const BUCKETS = 4096;
/** A bit for each bucket, and one more, in whole words. */
const BITMAP = 4 * Math.ceil((BUCKETS + 1) / 32);
/** So many names of a bucket are compared: of half a million of symbols, it has some 120. */
const MAX_IN_BUCKET = 1 << 13;

/** The hash table of public symbols by their names (GSI1 of microsoft-pdb, gsi.cpp). */
export class PdbNames {
  readonly #table: ByteSource;
  readonly #records: ByteSource;
  #starts: Uint32Array | undefined;

  /** `table`: the stream of public symbols; `records`: the stream of symbol records. */
  constructor(table: ByteSource, records: ByteSource) {
    this.#table = table;
    this.#records = records;
  }

  /** The public symbols of exactly this name. */
  find(name: string): CodeViewSymbol[] {
    this.#starts ??= this.#bucketStarts();
    const bucket = hashOf(name) % BUCKETS;
    const start = this.#starts[bucket] ?? 0;
    const count = Math.min((this.#starts[bucket + 1] ?? 0) - start, MAX_IN_BUCKET);
    const from = STREAM_HEADER + TABLE_HEADER + start * RECORD;
    const entries = readBytes(this.#table, from, count * RECORD);
    const found: CodeViewSymbol[] = [];
    for (let o = 0; o + RECORD <= entries.length; o += RECORD) {
      const symbol = symbolAt(this.#records, entries.readUInt32LE(o) - 1);
      if (symbol?.name === name) found.push(symbol);
    }
    return found;
  }

  /** For each bucket the number of its first record, and at the end how many they are; empty if there is no such table. */
  #bucketStarts(): Uint32Array {
    const header = readBytes(this.#table, STREAM_HEADER, TABLE_HEADER);
    if (header.length < TABLE_HEADER) return new Uint32Array(0);
    if (header.readUInt32LE(0) !== SIGNATURE || header.readUInt32LE(4) !== VERSION) return new Uint32Array(0);
    const bytes = header.readUInt32LE(8);
    const bitmapAt = STREAM_HEADER + TABLE_HEADER + bytes;
    const content = readBytes(this.#table, bitmapAt, BITMAP + 4 * (BUCKETS + 1));
    if (content.length < BITMAP) return new Uint32Array(0);
    const starts = new Uint32Array(BUCKETS + 1).fill(Math.floor(bytes / RECORD));
    // Only buckets that have records have a start, which is also the end of those before.
    let next = BITMAP;
    let filled = 0;
    for (let i = 0; i < BUCKETS && next + 4 <= content.length; i++) {
      if (((content[i >> 3]! >> (i & 7)) & 1) === 0) continue;
      starts.fill(content.readUInt32LE(next) / RECORD_IN_MEMORY, filled, i + 1);
      filled = i + 1;
      next += 4;
    }
    return starts;
  }
}

/** The hash of a name ("hashStringV1" of LLVM, LHashPbCb of microsoft-pdb): ASCII letters of either case have the same. */
function hashOf(name: string): number {
  const bytes = Buffer.from(name);
  let hash = 0;
  let o = 0;
  for (; o + 4 <= bytes.length; o += 4) hash ^= bytes.readUInt32LE(o);
  if (o + 2 <= bytes.length) {
    hash ^= bytes.readUInt16LE(o);
    o += 2;
  }
  if (o < bytes.length) hash ^= bytes[o]!;
  hash = (hash | 0x2020_2020) >>> 0;
  hash ^= hash >>> 11;
  return (hash ^ (hash >>> 16)) >>> 0;
}
