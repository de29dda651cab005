import { DayAfterError } from '../errors.ts';
import { type ByteSource, FileSource, readBytes } from './byte-source.ts';
import { compressionOf, decompress } from './decompress.ts';
import { isElf } from './elf.ts';
import { isMinidump } from './minidump.ts';

export type DumpFormat = 'elf' | 'minidump' | 'heapsnapshot';

/** An opened dump of a format that the content told; its name is never trusted. */
export interface OpenedDump {
  readonly format: DumpFormat;
  readonly source: ByteSource;
}

/**
 * Opens a file and tells its format by its content; gzip and zstd are unpacked first.
 * Throws FILE_NOT_FOUND, PERMISSION_DENIED, EMPTY_FILE, UNRECOGNIZED_FORMAT, TRUNCATED, CORRUPT_DUMP.
 */
export async function openSource(path: string, signal?: AbortSignal): Promise<OpenedDump> {
  let source: ByteSource = new FileSource(path);
  try {
    if (source.size === 0) {
      throw new DayAfterError(
        'EMPTY_FILE',
        `${path} is empty`,
        'The process may still be writing it, or the disk or the core size limit (ulimit -c) allowed no bytes.',
      );
    }
    const compression = compressionOf(readBytes(source, 0, 4));
    if (compression) {
      const unpacked = await decompress(source, compression, signal);
      source.close();
      source = unpacked;
    }
    return { format: formatOf(source, path), source };
  } catch (error) {
    source.close();
    throw error;
  }
}

/** The format of an opened file, unpacked. Throws UNRECOGNIZED_FORMAT; `path` is for its text. */
export function formatOf(source: ByteSource, path: string): DumpFormat {
  const head = readBytes(source, 0, 512);
  if (isElf(head)) return 'elf';
  if (isMinidump(head)) return 'minidump';
  if (/^\s*\{\s*"snapshot"\s*:/.test(head.toString('latin1'))) return 'heapsnapshot';
  const known = otherFormat(head);
  throw new DayAfterError(
    'UNRECOGNIZED_FORMAT',
    known
      ? `${path} is ${known}, which cannot be opened yet`
      : `${path} is neither a core dump nor a heap snapshot`,
    known
      ? undefined
      : 'ELF cores and minidumps of Node.js processes and V8 heap snapshots are understood, also compressed by gzip or zstd.',
  );
}

function otherFormat(head: Buffer): string | undefined {
  const magic = head.length >= 4 ? head.readUInt32LE(0) : 0;
  if (magic === 0xfeedfacf || magic === 0xcffaedfe) return 'a Mach-O file (macOS)';
  if (head.toString('latin1', 0, 8) === 'PAGEDU64') return 'a Windows kernel dump';
  return undefined;
}
