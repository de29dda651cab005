import { closeSync, constants as fsConstants, fstatSync, openSync, readSync } from 'node:fs';
import { DayAfterError } from '../errors.ts';

/** Random access to the bytes of a file or of a buffer; never read whole. */
export interface ByteSource {
  /** Where the bytes come from, for messages. */
  readonly name: string;
  /** In bytes, when it was opened. */
  readonly size: number;
  /** Copies bytes from `position` on into `target`; returns how many there were (0 past the end). */
  read(position: number, target: Uint8Array): number;
  close(): void;
}

/** A regular file, opened read-only. Anything else (FIFO, device, directory) is refused. */
export class FileSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  #fd: number;

  constructor(path: string) {
    this.name = path;
    this.#fd = open(path);
    const stat = fstatSync(this.#fd);
    if (!stat.isFile()) {
      closeSync(this.#fd);
      throw new DayAfterError('UNRECOGNIZED_FORMAT', `${path} is not a regular file`);
    }
    this.size = stat.size;
  }

  read(position: number, target: Uint8Array): number {
    let done = 0;
    while (done < target.length) {
      const n = readSync(this.#fd, target, done, target.length - done, position + done);
      if (n === 0) break;
      done += n;
    }
    return done;
  }

  close(): void {
    if (this.#fd >= 0) closeSync(this.#fd);
    this.#fd = -1;
  }
}

function open(path: string): number {
  try {
    // O_NONBLOCK: a FIFO of that name must not hang the open.
    return openSync(path, fsConstants.O_RDONLY | (fsConstants.O_NONBLOCK ?? 0));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') {
      throw new DayAfterError(
        'PERMISSION_DENIED',
        `no permission to read ${path}`,
        'Cores belong to the user that the process ran as, with mode 0600: copy the file as that user or with sudo, then chown it.',
      );
    }
    throw new DayAfterError('FILE_NOT_FOUND', `cannot open ${path} (${code ?? String(error)})`);
  }
}

/** Bytes that are in memory already. */
export class BufferSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  #bytes: Uint8Array;

  constructor(bytes: Uint8Array, name = 'memory') {
    this.name = name;
    this.size = bytes.length;
    this.#bytes = bytes;
  }

  read(position: number, target: Uint8Array): number {
    const part = this.#bytes.subarray(position, position + target.length);
    target.set(part);
    return part.length;
  }

  close(): void {}
}

/** `length` bytes at `position`, or as many as there are. */
export function readBytes(source: ByteSource, position: number, length: number): Buffer {
  if (!Number.isSafeInteger(position) || position < 0 || position >= source.size || length <= 0) {
    return Buffer.alloc(0);
  }
  const wanted = Math.min(length, source.size - position);
  const target = Buffer.allocUnsafe(wanted);
  const got = source.read(position, target);
  return got === wanted ? target : target.subarray(0, got);
}
