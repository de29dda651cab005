import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import { Decompress } from 'fzstd';
import { DayAfterError } from '../errors.ts';
import { type ByteSource, FileSource } from './byte-source.ts';

const BLOCK = 1 << 16;
const ZEROS = Buffer.alloc(BLOCK);
/** `zstd --long=27` and less. */
const WINDOW_LOG_MAX = 27;

export type Compression = 'gzip' | 'zstd';

/** Tells by the magic number (RFC 1952, RFC 8878). */
export function compressionOf(head: Uint8Array): Compression | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return 'zstd';
  return undefined;
}

/**
 * Unpacks into a sparse file in the temporary directory, mode 0600, which goes away with `close` or with the
 * process. The output is bounded only by the disk; blocks of zeros take no space.
 * Throws TRUNCATED or CORRUPT_DUMP, and CANCELLED when `signal` fires.
 */
export async function decompress(
  source: ByteSource,
  compression: Compression,
  signal?: AbortSignal,
): Promise<ByteSource> {
  const directory = mkdtempSync(path.join(tmpdir(), 'dayafter-'));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  process.once('exit', remove);
  const file = path.join(directory, 'dump');
  try {
    const fd = openSync(file, 'wx', 0o600);
    const sink = new SparseSink(fd);
    try {
      await inflate(source, compression, sink, signal);
      sink.finish();
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    remove();
    if (error instanceof DayAfterError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC') throw new DayAfterError('CORRUPT_DUMP', `no space left to unpack ${source.name}`);
    const cut = code === 'Z_BUF_ERROR' || /unexpected e(nd|of)/i.test(message);
    throw new DayAfterError(
      cut ? 'TRUNCATED' : 'CORRUPT_DUMP',
      `${source.name} cannot be unpacked: ${message}`,
      cut ? 'The compressed file ends early: copy it again.' : undefined,
    );
  }
  return new TemporarySource(file, remove);
}

class TemporarySource extends FileSource {
  readonly #remove: () => void;

  constructor(file: string, remove: () => void) {
    super(file);
    this.#remove = remove;
  }

  override close(): void {
    super.close();
    process.removeListener('exit', this.#remove);
    this.#remove();
  }
}

/** Writes a stream of bytes block-wise and leaves holes for blocks of zeros. */
class SparseSink {
  readonly #fd: number;
  readonly #block = Buffer.alloc(BLOCK);
  #filled = 0;
  #position = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  write(chunk: Uint8Array): void {
    for (let i = 0; i < chunk.length; ) {
      const n = Math.min(BLOCK - this.#filled, chunk.length - i);
      this.#block.set(chunk.subarray(i, i + n), this.#filled);
      this.#filled += n;
      i += n;
      if (this.#filled === BLOCK) this.#flush();
    }
  }

  finish(): void {
    this.#flush();
    ftruncateSync(this.#fd, this.#position);
  }

  #flush(): void {
    const part = this.#block.subarray(0, this.#filled);
    if (!part.equals(ZEROS.subarray(0, part.length)))
      writeSync(this.#fd, part, 0, part.length, this.#position);
    this.#position += part.length;
    this.#filled = 0;
  }
}

async function inflate(source: ByteSource, compression: Compression, sink: SparseSink, signal?: AbortSignal) {
  const stream = nativeStream(compression);
  if (!stream) {
    const pure = new Decompress((chunk) => sink.write(chunk));
    for await (const chunk of chunks(source, signal)) pure.push(chunk);
    pure.push(new Uint8Array(0), true);
    return;
  }
  const done = new Promise<void>((resolve, reject) => {
    stream.on('data', (chunk: Buffer) => sink.write(chunk));
    stream.on('end', resolve);
    stream.on('error', reject);
  });
  const feed = async () => {
    for await (const chunk of chunks(source, signal)) {
      if (!stream.write(chunk)) await new Promise((resolve) => stream.once('drain', resolve));
    }
    stream.end();
  };
  try {
    await Promise.race([Promise.all([feed(), done]), done]);
  } finally {
    stream.destroy();
  }
}

/** Node's own decoder; zstd came with Node 22.15, before that a decoder in JavaScript stands in. */
function nativeStream(compression: Compression): zlib.Gunzip | undefined {
  if (compression === 'gzip') return zlib.createGunzip();
  const { createZstdDecompress, constants } = zlib as typeof zlib & {
    createZstdDecompress?: (options: object) => zlib.Gunzip;
  };
  const limit = (constants as unknown as Record<string, number>).ZSTD_d_windowLogMax;
  return createZstdDecompress?.({ params: limit === undefined ? {} : { [limit]: WINDOW_LOG_MAX } });
}

async function* chunks(source: ByteSource, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const size = 1 << 18;
  for (let position = 0; ; position += size) {
    if (signal?.aborted) throw new DayAfterError('CANCELLED', 'cancelled');
    const chunk = new Uint8Array(size);
    const n = source.read(position, chunk);
    if (n > 0) yield chunk.subarray(0, n);
    if (n < size) return;
    // Lets a cancel request in between two chunks.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
