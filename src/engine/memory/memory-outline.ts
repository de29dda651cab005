import { address } from '../address.ts';
import { FileSource } from '../dump/byte-source.ts';
import { DayAfterError } from '../errors.ts';
import { Memory, type Region } from './memory.ts';

/** Where the parts of a memory lie in files, as other threads can be told. */
export interface MemoryOutline {
  readonly paths: readonly string[];
  /** In rows of five: start, end, flags, number of the path, offset. */
  readonly rows: Float64Array;
}

const ROW = 5;

/** The outline of a memory; what lies in no file is left out. */
export function outlineOf({ regions }: Memory): MemoryOutline {
  const inFiles = regions.filter(({ source }) => source instanceof FileSource);
  const paths = [...new Set(inFiles.map(({ source }) => source!.name))];
  const numbers = new Map(paths.map((path, n) => [path, n]));
  const rows = new Float64Array(ROW * inFiles.length);
  for (const [i, { start, end, flags, source, offset }] of inFiles.entries())
    rows.set([start, end, flags, numbers.get(source!.name)!, offset], ROW * i);
  return { paths, rows };
}

/** Runs `use` with the memory of an outline, whose files are open for as long. */
export function withMemoryOf<T>({ paths, rows }: MemoryOutline, use: (memory: Memory) => T): T {
  const sources = paths.map(opened);
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

function opened(path: string): FileSource | undefined {
  try {
    return new FileSource(path);
  } catch (error) {
    if (error instanceof DayAfterError) return undefined;
    throw error;
  }
}
