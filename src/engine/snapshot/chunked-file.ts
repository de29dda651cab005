import { closeSync, openSync, writeSync } from 'node:fs';
import { DayAfterError } from '../errors.ts';

const CHUNK = 1 << 22;
/** Room for the longest thing that is written without a look at the room left. */
const MARGIN = 64;
const ZERO = 48;
const COMMA = 44;

/**
 * A file of ASCII text that is written in large pieces; mode 0600, since a heap holds what its process knew.
 * Throws PERMISSION_DENIED or FILE_NOT_FOUND if it cannot be made.
 */
export class ChunkedFile {
  readonly #fd: number;
  readonly #buffer = Buffer.allocUnsafe(CHUNK);
  #used = 0;
  #written = 0;

  constructor(path: string) {
    try {
      this.#fd = openSync(path, 'w', 0o600);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const denied = code === 'EACCES' || code === 'EPERM';
      throw new DayAfterError(
        denied ? 'PERMISSION_DENIED' : 'FILE_NOT_FOUND',
        `cannot write ${path} (${code ?? error})`,
      );
    }
  }

  /** ASCII text. */
  text(text: string): void {
    for (let done = 0; done < text.length; ) {
      if (this.#used > CHUNK - MARGIN) this.#flush();
      const room = CHUNK - this.#used;
      const part = done === 0 && text.length <= room ? text : text.slice(done, done + room);
      this.#used += this.#buffer.write(part, this.#used, 'latin1');
      done += part.length;
    }
  }

  /** ASCII bytes. */
  bytes(bytes: Uint8Array): void {
    if (bytes.length > CHUNK - this.#used) this.#flush();
    if (bytes.length > CHUNK) {
      this.text(Buffer.from(bytes).toString('latin1'));
      return;
    }
    this.#buffer.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  byte(byte: number): void {
    if (this.#used === CHUNK) this.#flush();
    this.#buffer[this.#used++] = byte;
  }

  /** A comma and the digits of a whole number that is not negative. */
  next(n: number): void {
    if (this.#used > CHUNK - MARGIN) this.#flush();
    this.#buffer[this.#used++] = COMMA;
    this.#digits(n);
  }

  /** The digits of a whole number that is not negative. */
  number(n: number): void {
    if (this.#used > CHUNK - MARGIN) this.#flush();
    this.#digits(n);
  }

  /** Bytes of the whole file. */
  finish(): number {
    this.#flush();
    return this.#written;
  }

  close(): void {
    closeSync(this.#fd);
  }

  #digits(n: number): void {
    const buffer = this.#buffer;
    if (n < 10) {
      buffer[this.#used++] = ZERO + n;
      return;
    }
    if (n > 0x7fff_ffff) {
      this.#used += buffer.write(String(n), this.#used, 'latin1');
      return;
    }
    let rest = n | 0;
    let length = 2;
    for (let power = 100; length < 10 && rest >= power; power *= 10) length++;
    for (let i = this.#used + length - 1; i >= this.#used; i--) {
      const tens = (rest / 10) | 0;
      buffer[i] = ZERO + rest - 10 * tens;
      rest = tens;
    }
    this.#used += length;
  }

  #flush(): void {
    for (let done = 0; done < this.#used; )
      done += writeSync(this.#fd, this.#buffer, done, this.#used - done);
    this.#written += this.#used;
    this.#used = 0;
  }
}
