import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** Bytes that are looked at, and left out if they are zero, at once. */
const blockSize = 1 << 16;

/** The name of a core that tells of what it is: `node.4711.core`. */
export function coreName(executable: string | undefined, pid: number, attempt = 1): string {
  const program = basename(executable ?? '').replace(/[^\w.+-]+/g, '_');
  const stem = program === '' || program.startsWith('.') ? 'process' : program;
  return `${stem}.${pid}${attempt === 1 ? '' : `-${attempt}`}.core`;
}

/** Makes an empty file in `folder` that takes the place of a core to come; nothing that is there is touched. */
export async function reserve(folder: string, executable: string | undefined, pid: number): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const path = join(folder, coreName(executable, pid, attempt));
    try {
      await (await open(path, 'wx', 0o600)).close();
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/**
 * Moves a file onto a reserved place: by its name where both are on one file system, else by copying it without its
 * holes. Where the copy fails, the place is given back, the file stays where it was, and the error is thrown.
 */
export async function moveTo(from: string, reserved: string): Promise<void> {
  try {
    await rename(from, reserved);
    return;
  } catch {
    // Another file system, or a folder out of which nothing may be moved.
  }
  try {
    await copySparse(from, reserved);
  } catch (error) {
    await rm(reserved, { force: true });
    throw error;
  }
  await rm(from, { force: true }).catch(() => undefined);
}

/** Copies a file; blocks of zeros become holes. */
export async function copySparse(from: string, to: string): Promise<void> {
  const { size } = await stat(from);
  const source = await open(from, 'r');
  let target: FileHandle | undefined;
  try {
    target = await open(to, 'w', 0o600);
    const block = Buffer.alloc(blockSize);
    const zeros = Buffer.alloc(blockSize);
    for (let at = 0; at < size; ) {
      const { bytesRead } = await source.read(block, 0, blockSize, at);
      if (bytesRead === 0) break;
      const bytes = block.subarray(0, bytesRead);
      if (!bytes.equals(zeros.subarray(0, bytesRead))) await writeAll(target, bytes, at);
      at += bytesRead;
    }
    await target.truncate(size);
  } finally {
    await source.close();
    await target?.close();
  }
}

async function writeAll(target: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await target.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}
