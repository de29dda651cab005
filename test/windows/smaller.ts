import { closeSync, openSync, writeSync } from 'node:fs';
import { FileSource, readBytes } from '../../src/engine/dump/byte-source.ts';
import { Minidump } from '../../src/engine/dump/minidump.ts';

/** MINIDUMP_DIRECTORY, MINIDUMP_MEMORY_DESCRIPTOR64, and MINIDUMP_STREAM_TYPE. */
const directorySize = 12;
const rangeSize = 16;
const memory64 = 9;
const memoryInfo = 16;
const unused = 0;
const writable = 2;

export interface Smaller {
  /** Leaves out what images hold, but for what they write to, as procdump -mp does. */
  readonly images?: boolean;
  /** Leaves out what memory may be used for. */
  readonly protections?: boolean;
}

/** A copy of a minidump without some of it. */
export function writeSmaller(from: string, to: string, { images, protections }: Smaller): void {
  const source = new FileSource(from);
  const dump = new Minidump(source);
  const header = readBytes(source, 0, 32);
  const directoryAt = header.readUInt32LE(12);
  const directory = readBytes(source, directoryAt, directorySize * header.readUInt32LE(8));
  const entryOf = (type: number) => {
    for (let o = 0; o < directory.length; o += directorySize)
      if (directory.readUInt32LE(o) === type) return o;
    throw new Error(`${from} has no stream ${type}`);
  };
  const list = directory.readUInt32LE(entryOf(memory64) + 8);
  const ranges = readBytes(source, list, directory.readUInt32LE(entryOf(memory64) + 4));
  const base = Number(ranges.readBigUInt64LE(8));
  const out = openSync(to, 'w');
  const kept: Buffer[] = [];
  let written = base;
  let position = base;
  for (let o = rangeSize; o + rangeSize <= ranges.length; o += rangeSize) {
    const start = Number(ranges.readBigUInt64LE(o));
    const bytes = Number(ranges.readBigUInt64LE(o + 8));
    const isOfImage = dump.modules.some((m) => start >= m.start && start < m.end);
    const { flags } = dump.segments.find((s) => s.start <= start && start < s.end)!;
    if (!images || !isOfImage || (flags & writable) !== 0) {
      kept.push(ranges.subarray(o, o + rangeSize));
      writeSync(out, readBytes(source, position, bytes), 0, bytes, written);
      written += bytes;
    }
    position += bytes;
  }
  const before = readBytes(source, 0, base);
  before.writeBigUInt64LE(BigInt(kept.length), list);
  Buffer.concat(kept).copy(before, list + rangeSize);
  before.writeUInt32LE(rangeSize * (kept.length + 1), directoryAt + entryOf(memory64) + 4);
  if (protections) before.writeUInt32LE(unused, directoryAt + entryOf(memoryInfo));
  writeSync(out, before, 0, before.length, 0);
  closeSync(out);
  source.close();
}
