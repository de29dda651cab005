import { address } from '../address.ts';
import { type ByteSource, FileSource } from '../dump/byte-source.ts';
import { LoadedImage } from '../dump/loaded-image.ts';
import { DayAfterError } from '../errors.ts';
import { Memory, type Region } from './memory.ts';

/** A file, or a PE file as it is loaded at `base`. */
interface OutlinedFile {
  readonly path: string;
  readonly base: number | undefined;
}

/** Where the parts of a memory lie in files, as other threads can be told. */
export interface MemoryOutline {
  readonly files: readonly OutlinedFile[];
  /** In rows of five: start, end, flags, number of the file, offset. */
  readonly rows: Float64Array;
}

const ROW = 5;

/** The outline of a memory; what lies in no file is left out. */
export function outlineOf({ regions }: Memory): MemoryOutline {
  const isFile = (source: ByteSource | undefined) =>
    source instanceof FileSource || source instanceof LoadedImage;
  const inFiles = regions.filter(({ source }) => isFile(source));
  const sources = [...new Set(inFiles.map(({ source }) => source!))];
  const numbers = new Map(sources.map((source, n) => [source, n]));
  const rows = new Float64Array(ROW * inFiles.length);
  for (const [i, { start, end, flags, source, offset }] of inFiles.entries())
    rows.set([start, end, flags, numbers.get(source!)!, offset], ROW * i);
  const files = sources.map((source) => ({
    path: source.name,
    base: source instanceof LoadedImage ? source.base : undefined,
  }));
  return { files, rows };
}

/** Runs `use` with the memory of an outline, whose files are open for as long. */
export function withMemoryOf<T>({ files, rows }: MemoryOutline, use: (memory: Memory) => T): T {
  const sources = files.map(opened);
  try {
    const regions: Region[] = [];
    for (let i = 0; i < rows.length; i += ROW) {
      const [start, end, flags, path, offset] = rows.subarray(i, i + ROW);
      regions.push({
        start: address(start!),
        end: address(end!),
        flags: flags!,
        source: sources[path!],
        offset: offset!,
        reason: 'is not to be had on this thread',
      });
    }
    return use(new Memory(regions));
  } finally {
    for (const source of sources) source?.close();
  }
}

function opened({ path, base }: OutlinedFile): ByteSource | undefined {
  try {
    const file = new FileSource(path);
    return base === undefined ? file : LoadedImage.of(file, base);
  } catch (error) {
    if (error instanceof DayAfterError) return undefined;
    throw error;
  }
}
