import { type ByteSource, FileSource, readBytes } from '../dump/byte-source.ts';
import { compressionOf, decompress } from '../dump/decompress.ts';
import { DayAfterError } from '../errors.ts';
import type { Profile } from './profile.ts';
import { bpftraceReader, dtraceReader } from './readers/aggregated-stacks.ts';
import { allocationTracesReader } from './readers/allocation-traces.ts';
import { cpuprofileReader } from './readers/cpuprofile.ts';
import { foldedReader } from './readers/folded.ts';
import { heapprofileReader } from './readers/heapprofile.ts';
import { withOriginalSources } from './readers/original-sources.ts';
import { perfScriptReader } from './readers/perf-script.ts';
import { pprofReader } from './readers/pprof.ts';
import type { ProfileReader } from './readers/reader.ts';
import { speedscopeReader } from './readers/speedscope.ts';
import { traceEventsReader } from './readers/trace-events.ts';
import { v8LogReader } from './readers/v8-log.ts';

const HEAD = 1 << 16;

/** In the order in which they are asked; the loosest come last. */
export const profileReaders: readonly ProfileReader[] = [
  allocationTracesReader,
  speedscopeReader,
  heapprofileReader,
  traceEventsReader,
  cpuprofileReader,
  v8LogReader,
  bpftraceReader,
  perfScriptReader,
  pprofReader,
  foldedReader,
  dtraceReader,
];

/** The reader that knows the content, or undefined. */
export function readerOf(source: ByteSource): ProfileReader | undefined {
  const head = readBytes(source, 0, HEAD);
  // UTF-8's mark at the start of a text.
  const text = head.toString('latin1').replace(/^\u00ef\u00bb\u00bf/, '');
  return profileReaders.find((reader) => reader.recognizes(head, text));
}

/**
 * Reads a profile, whatever its format: the content tells it, never the name. Gzip and zstd are unpacked
 * first. Throws FILE_NOT_FOUND, PERMISSION_DENIED, EMPTY_FILE, UNRECOGNIZED_FORMAT, TRUNCATED, CORRUPT_DUMP,
 * CANCELLED.
 */
export async function openProfile(path: string, signal?: AbortSignal): Promise<Profile> {
  let source: ByteSource = new FileSource(path);
  try {
    if (source.size === 0) throw new DayAfterError('EMPTY_FILE', `${path} is empty`);
    const compression = compressionOf(readBytes(source, 0, 4));
    if (compression) {
      const unpacked = await decompress(source, compression, signal);
      source.close();
      source = unpacked;
    }
    const reader = readerOf(source);
    if (!reader) {
      throw new DayAfterError(
        'UNRECOGNIZED_FORMAT',
        `${path} is no profile of a known format`,
        `Understood are: ${profileReaders.map((r) => r.format).join(', ')}.`,
      );
    }
    const profile = withOriginalSources(reader.read(source, { path }));
    if (profile.samples.stack.length === 0 && profile.notes.length === 0)
      return { ...profile, notes: ['the profile holds no samples'] };
    return profile;
  } finally {
    source.close();
  }
}
