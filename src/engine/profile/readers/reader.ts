import type { ByteSource } from '../../dump/byte-source.ts';
import type { Profile } from '../profile.ts';

/** What a reader gets besides the bytes. */
export interface ReadContext {
  /** The file's path, for files that lie beside it. */
  readonly path: string;
}

export interface ProfileReader {
  /** The format's name, for people. */
  readonly format: string;
  /** Tells the format by the file's beginning: up to 64 KiB, as bytes and as text (latin1). */
  recognizes(head: Uint8Array, text: string): boolean;
  /** Throws TRUNCATED or CORRUPT_DUMP. */
  read(source: ByteSource, context: ReadContext): Profile;
}
