import { type ByteSource, readBytes } from './byte-source.ts';
import { type CodeViewSymbol, eachRecord, isProcedure, placeOf, symbolAt } from './codeview.ts';
import type { MsfFile } from './msf.ts';

/** A part of the debug information stream. */
interface Part {
  readonly start: number;
  readonly bytes: number;
}

/** Bytes of a section contribution by the version of their list (DBISCImpv60, DBISCImpv2). */
const contributionBytes: Readonly<Record<number, number>> = {
  [0xeffe_0000 + 19_970_605]: 28,
  [0xeffe_0000 + 20_140_516]: 32,
};
/** Bytes of a contribution up to the number of its compiland, which is a word of 16 bits. */
const COMPILAND_AT = 16;
/** Bytes of a compiland's entry (ModInfo) before its two names, and where in it its stream is told. */
const ENTRY = 64;
const STREAM_AT = 34;
const SYMBOLS_AT = 36;
const MAX_ENTRIES_BYTES = 1 << 26;
/** Where the records begin in a compiland's stream, and how many bytes of them are read. */
const FIRST_RECORD = 4;
const MAX_SYMBOLS = 1 << 26;
const MAX_FUNCTIONS = 1 << 20;
/** Empty contributions may stand at the same place: so many are looked at. */
const MAX_BEFORE = 4;
/** Compilands whose functions are kept. */
const MAX_KEPT = 64;
const SEGMENT = 0x1_0000_0000;

/** The functions of a compiland by address. */
interface Functions {
  readonly stream: ByteSource;
  /** Section and offset as one number, ascending; where the record of each is in the stream. */
  readonly keys: Float64Array;
  readonly positions: Uint32Array;
}

/** Where the stream of each compiland is, and how many bytes of it are symbols. */
interface Streams {
  readonly numbers: Uint16Array;
  readonly bytes: Uint32Array;
}

/**
 * The compilands of an image, object files mostly ("The PDB DBI Stream", Module Info Substream and Section Contribution
 * Substream). Only they tell of static functions, each in a stream of its own.
 */
export class PdbCompilands {
  readonly #file: MsfFile;
  readonly #stream: ByteSource;
  readonly #entries: Part;
  readonly #contributions: Part;
  #streams: Streams | undefined;
  readonly #functions = new Map<number, Functions>();

  /** `stream`: the debug information. */
  constructor(file: MsfFile, stream: ByteSource, entries: Part, contributions: Part) {
    this.#file = file;
    this.#stream = stream;
    this.#entries = entries;
    this.#contributions = contributions;
  }

  /** The function that covers a place, a global or a static one; the one compiland that the place is from is read. */
  functionAt(segment: number, offset: number): CodeViewSymbol | undefined {
    const compiland = this.#compilandAt(segment, offset);
    const functions = compiland === undefined ? undefined : this.#functionsOf(compiland);
    if (!functions) return undefined;
    const { keys, positions, stream } = functions;
    const index = lastUpTo(keys.length, (i) => keys[i]! <= segment * SEGMENT + offset);
    const found = index < 0 ? undefined : symbolAt(stream, positions[index]!);
    return found && found.segment === segment && offset < found.offset + found.size ? found : undefined;
  }

  /** Number of the compiland that a place is from. */
  #compilandAt(segment: number, offset: number): number | undefined {
    const { start, bytes } = this.#contributions;
    const version = readBytes(this.#stream, start, 4);
    const size = version.length < 4 ? undefined : contributionBytes[version.readUInt32LE(0)];
    if (size === undefined) return undefined;
    const first = start + 4;
    const read = (i: number) => readBytes(this.#stream, first + i * size, size);
    const count = Math.floor(Math.min(bytes - 4, this.#stream.size - first) / size);
    const last = lastUpTo(count, (i) => {
      const entry = read(i);
      if (entry.length < size) return false;
      const own = entry.readUInt16LE(0);
      return own < segment || (own === segment && entry.readUInt32LE(4) <= offset);
    });
    for (let i = last; i >= 0 && i > last - MAX_BEFORE; i--) {
      const entry = read(i);
      if (entry.length < size || entry.readUInt16LE(0) !== segment) return undefined;
      if (offset < entry.readUInt32LE(4) + entry.readUInt32LE(8)) return entry.readUInt16LE(COMPILAND_AT);
    }
    return undefined;
  }

  #functionsOf(compiland: number): Functions | undefined {
    const known = this.#functions.get(compiland);
    if (known) return known;
    this.#streams ??= this.#streamsOf();
    const number = this.#streams.numbers[compiland];
    if (number === undefined) return undefined;
    const functions = read(this.#file.stream(number), this.#streams.bytes[compiland]!);
    if (this.#functions.size >= MAX_KEPT) this.#functions.delete(this.#functions.keys().next().value!);
    this.#functions.set(compiland, functions);
    return functions;
  }

  #streamsOf(): Streams {
    const { start, bytes } = this.#entries;
    const content = readBytes(this.#stream, start, bytes > MAX_ENTRIES_BYTES ? 0 : bytes);
    const numbers: number[] = [];
    const sizes: number[] = [];
    for (let o = 0; o + ENTRY < content.length; ) {
      numbers.push(content.readUInt16LE(o + STREAM_AT));
      sizes.push(content.readUInt32LE(o + SYMBOLS_AT));
      const name = content.indexOf(0, o + ENTRY);
      const end = name < 0 ? -1 : content.indexOf(0, name + 1);
      if (end < 0) break;
      o = 4 * Math.ceil((end + 1) / 4);
    }
    return { numbers: Uint16Array.from(numbers), bytes: Uint32Array.from(sizes) };
  }
}

function read(stream: ByteSource, bytes: number): Functions {
  const found: { key: number; position: number }[] = [];
  eachRecord(stream, FIRST_RECORD, Math.min(bytes, MAX_SYMBOLS), (record) => {
    if (!isProcedure(record) || found.length >= MAX_FUNCTIONS) return;
    const { segment, offset } = placeOf(record);
    found.push({ key: segment * SEGMENT + offset, position: record.position });
  });
  found.sort((a, b) => a.key - b.key);
  return {
    stream,
    keys: Float64Array.from(found, (f) => f.key),
    positions: Uint32Array.from(found, (f) => f.position),
  };
}

/** The last of `count` for which `isUpTo`, which is true for those up to some place; -1 if it is for none. */
function lastUpTo(count: number, isUpTo: (index: number) => boolean): number {
  let low = 0;
  let high = Math.max(0, count);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (isUpTo(middle)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
