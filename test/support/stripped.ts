import { constants, copyFile, mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { elf } from '../../src/engine/dump/elf.ts';
import { cacheFolder } from './cache.ts';

const SECTION_BYTES = 64;
const SEGMENT_BYTES = 56;

export interface Stripped {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * A copy of an executable that has its symbol table no more, as strip leaves it; `moved`: and whose read-only data lie
 * elsewhere in the file, since strip closes gaps between segments.
 */
export async function stripped(node: string, { moved = false } = {}): Promise<Stripped> {
  await mkdir(cacheFolder, { recursive: true });
  const folder = await mkdtemp(join(cacheFolder, 'stripped-'));
  const path = join(folder, basename(node));
  await copyFile(node, path, constants.COPYFILE_FICLONE);
  await strip(path);
  if (moved) await moveData(path);
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Makes the section header of .symtab an unused one. */
async function strip(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    const header = await read(handle, 0, 64);
    const table = Number(header.readBigUInt64LE(40));
    const sections = await read(handle, table, header.readUInt16LE(60) * SECTION_BYTES);
    for (let at = 0; at < sections.length; at += SECTION_BYTES)
      if (sections.readUInt32LE(at + 4) === elf.SHT_SYMTAB) sections.writeUInt32LE(0, at + 4);
    await handle.write(sections, 0, sections.length, table);
  } finally {
    await handle.close();
  }
}

/** Moves the largest segment that is neither code nor written to the end of the file, and clears its place. */
async function moveData(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    const header = await read(handle, 0, 64);
    const table = Number(header.readBigUInt64LE(32));
    const segments = await read(handle, table, header.readUInt16LE(56) * SEGMENT_BYTES);
    const field = (at: number, offset: number) => Number(segments.readBigUInt64LE(at + offset));
    const data = Array.from({ length: segments.length / SEGMENT_BYTES }, (_, i) => i * SEGMENT_BYTES)
      .filter((at) => segments.readUInt32LE(at) === elf.PT_LOAD && segments.readUInt32LE(at + 4) === 4)
      .sort((a, b) => field(b, 32) - field(a, 32))[0]!;
    const bytes = await read(handle, field(data, 8), field(data, 32));
    const align = field(data, 48);
    const { size } = await handle.stat();
    const moved = Math.ceil(size / align) * align + (field(data, 16) % align);
    await handle.write(bytes, 0, bytes.length, moved);
    await handle.write(Buffer.alloc(bytes.length), 0, bytes.length, field(data, 8));
    segments.writeBigUInt64LE(BigInt(moved), data + 8);
    await handle.write(segments, 0, segments.length, table);
  } finally {
    await handle.close();
  }
}

async function read(
  handle: Awaited<ReturnType<typeof open>>,
  position: number,
  length: number,
): Promise<Buffer> {
  const { buffer } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer;
}
