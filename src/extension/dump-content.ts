/** What a file is by its first bytes: names alone don't make a dump. */
import { open, stat } from 'node:fs/promises';

export type Content = 'core' | 'compressed' | 'heapsnapshot' | 'executable' | 'text' | 'binary' | 'empty';

const headLength = 4096;
const ET_CORE = 4;

/** Reads at most 4 KiB of a regular file. Rejects with Node's own error where it can't be read. */
export async function contentOf(path: string): Promise<Content> {
  // Asked before opening: to open a pipe would wait for its writer.
  if (!(await stat(path)).isFile()) return 'binary';
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headLength), 0, headLength, 0);
    return classify(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

/** As `contentOf`, of a file's first bytes. */
export function classify(head: Uint8Array): Content {
  if (head.length === 0) return 'empty';
  if (starts(head, [0x7f, 0x45, 0x4c, 0x46])) return elfType(head) === ET_CORE ? 'core' : 'executable';
  // "MDMP": a minidump of Windows.
  if (starts(head, [0x4d, 0x44, 0x4d, 0x50])) return 'core';
  if (starts(head, [0x1f, 0x8b]) || starts(head, [0x28, 0xb5, 0x2f, 0xfd])) return 'compressed';
  if (!isText(head)) return 'binary';
  return isSnapshot(head) ? 'heapsnapshot' : 'text';
}

function starts(head: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, i) => head[i] === byte);
}

/** e_type of an ELF header, in the byte order that the header names. */
function elfType(head: Uint8Array): number | undefined {
  if (head.length < 18) return undefined;
  const bigEndian = head[5] === 2;
  return bigEndian ? (head[16]! << 8) | head[17]! : head[16]! | (head[17]! << 8);
}

/** V8 writes the header first, and it begins with the names of what follows. */
function isSnapshot(head: Uint8Array): boolean {
  return /^\s*\{\s*"snapshot"\s*:/.test(Buffer.from(head).toString('latin1'));
}

function isText(head: Uint8Array): boolean {
  if (head.includes(0)) return false;
  try {
    // A character may be cut at the end of what was read: streaming forgives that.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}
