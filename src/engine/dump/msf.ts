import { DayAfterError } from '../errors.ts';
import { type ByteSource, readBytes } from './byte-source.ts';

const MAGIC = 'Microsoft C/C++ MSF 7.00\r\n\x1aDS\0\0\0';
/** Bytes of the superblock. */
const SUPERBLOCK = 56;
const MIN_BLOCK = 512;
const MAX_BLOCK = 1 << 16;
/** Bytes of the stream directory at most: of a file of 4 GiB in blocks of 512 bytes. */
const MAX_DIRECTORY = 1 << 25;
/** Size of a stream that is not there. */
const NO_STREAM = 0xffff_ffff;

/** The bytes of one stream: its blocks lie anywhere in the file. */
class MsfStream implements ByteSource {
  readonly name: string;
  readonly size: number;
  readonly #file: ByteSource;
  readonly #blocks: Uint32Array;
  readonly #blockSize: number;

  constructor(file: ByteSource, blocks: Uint32Array, blockSize: number, size: number) {
    this.name = file.name;
    this.size = size;
    this.#file = file;
    this.#blocks = blocks;
    this.#blockSize = blockSize;
  }

  /** Blocks that lie one behind the other are read at once. */
  read(position: number, target: Uint8Array): number {
    const blocks = this.#blocks;
    const size = this.#blockSize;
    const wanted = Math.max(0, Math.min(target.length, this.size - position));
    let done = 0;
    while (done < wanted) {
      const first = Math.floor((position + done) / size);
      const inside = (position + done) % size;
      let count = 1;
      while (count * size - inside < wanted - done && blocks[first + count] === blocks[first]! + count)
        count++;
      const length = Math.min(count * size - inside, wanted - done);
      const from = blocks[first]! * size + inside;
      const got = from < this.#file.size ? this.#file.read(from, target.subarray(done, done + length)) : 0;
      done += got;
      if (got < length) break;
    }
    return done;
  }

  close(): void {}
}

/**
 * The streams of a multi-stream file, which PDB files are ("The MSF File Format", llvm.org/docs/PDB/MsfFile.html). Its
 * directory is held, four bytes for each block; of the streams, what is asked for is read.
 */
export class MsfFile {
  readonly source: ByteSource;
  readonly #blockSize: number;
  /** The directory: how many streams, the size of each, the blocks of each. */
  readonly #words: Uint32Array;
  /** Where the blocks of each stream begin in the directory. */
  readonly #starts: Uint32Array;

  /** Throws UNRECOGNIZED_FORMAT, TRUNCATED or CORRUPT_DUMP. */
  constructor(source: ByteSource) {
    this.source = source;
    const head = readBytes(source, 0, SUPERBLOCK);
    if (head.toString('latin1', 0, MAGIC.length) !== MAGIC)
      throw new DayAfterError('UNRECOGNIZED_FORMAT', `${source.name} is no PDB file`);
    if (head.length < SUPERBLOCK)
      throw new DayAfterError('TRUNCATED', `${source.name} ends inside its header`);
    this.#blockSize = head.readUInt32LE(32);
    if (!isBlockSize(this.#blockSize)) throw this.#broken(`blocks of ${this.#blockSize} bytes`);
    if (head.readUInt32LE(40) * this.#blockSize > source.size)
      throw new DayAfterError('TRUNCATED', `${source.name} is cut: its header tells of more blocks`);
    this.#words = this.#directory(head.readUInt32LE(44), head.readUInt32LE(52));
    this.#starts = this.#startsOf(this.#words);
  }

  /** An empty one if the file has no stream of that number. */
  stream(index: number): ByteSource {
    const start = this.#starts[index];
    if (start === undefined) return new MsfStream(this.source, new Uint32Array(0), this.#blockSize, 0);
    const size = this.#sizeOf(index);
    const blocks = this.#words.subarray(start, start + Math.ceil(size / this.#blockSize));
    return new MsfStream(this.source, blocks, this.#blockSize, size);
  }

  /** `map`: the block that lists the directory's blocks. */
  #directory(bytes: number, map: number): Uint32Array {
    if (bytes < 4 || bytes > MAX_DIRECTORY || bytes > this.source.size)
      throw this.#broken(`a directory of ${bytes} bytes`);
    const count = Math.ceil(bytes / this.#blockSize);
    const blocks = wordsOf(readBytes(this.source, map * this.#blockSize, 4 * count));
    const directory = new MsfStream(this.source, blocks, this.#blockSize, bytes);
    const content = readBytes(directory, 0, bytes);
    if (blocks.length < count || content.length < bytes)
      throw new DayAfterError('TRUNCATED', `${this.source.name} ends before its directory does`);
    return wordsOf(content);
  }

  #startsOf(words: Uint32Array): Uint32Array {
    const count = words[0]!;
    if (count >= words.length) throw this.#broken(`${count} streams`);
    const starts = new Uint32Array(count);
    let next = 1 + count;
    for (let i = 0; i < count; i++) {
      starts[i] = next;
      const size = this.#sizeOf(i);
      if (size > this.source.size) throw this.#broken(`a stream of ${size} bytes`);
      next += Math.ceil(size / this.#blockSize);
      if (next > words.length) throw this.#broken('streams of more blocks than it lists');
    }
    return starts;
  }

  #sizeOf(index: number): number {
    const size = this.#words[1 + index]!;
    return size === NO_STREAM ? 0 : size;
  }

  #broken(what: string): DayAfterError {
    return new DayAfterError('CORRUPT_DUMP', `${this.source.name} tells of ${what}`);
  }
}

function isBlockSize(size: number): boolean {
  return size >= MIN_BLOCK && size <= MAX_BLOCK && (size & (size - 1)) === 0;
}

/** The whole little-endian words of some bytes. */
function wordsOf(bytes: Buffer): Uint32Array {
  return new Uint32Array(Uint8Array.from(bytes.subarray(0, bytes.length & ~3)).buffer);
}
