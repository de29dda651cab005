import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { address } from '../../../src/engine/address.ts';
import { BufferSource, type ByteSource, readBytes } from '../../../src/engine/dump/byte-source.ts';
import { LoadedImage } from '../../../src/engine/dump/loaded-image.ts';
import type { MinidumpModule } from '../../../src/engine/dump/minidump.ts';
import { MsfFile } from '../../../src/engine/dump/msf.ts';
import { PdbFile } from '../../../src/engine/dump/pdb.ts';
import { PeImage } from '../../../src/engine/dump/pe.ts';
import { Memory } from '../../../src/engine/memory/memory.ts';
import { PeModule } from '../../../src/engine/modules/pe-module.ts';

/** What build.sh has made. */
const fixture = (name: string) => gunzipSync(readFileSync(join(import.meta.dirname, `${name}.gz`)));
export const imageBytes = fixture('shapes.dll');
export const pdbBytes = fixture('shapes.pdb');

export const BASE = address(0x7ff6_0000_0000);
export const BLOCK = 4096;
export const image = PeImage.of(LoadedImage.of(new BufferSource(imageBytes), BASE)!)!;
export const id = image.buildId!;
export const module: MinidumpModule = {
  path: 'C:\\app\\shapes.dll',
  start: BASE,
  end: address(BASE + image.bytes),
  version: undefined,
  timeStamp: image.timeStamp,
  buildId: id,
};

/** The image where it was loaded, with what a PDB file of those bytes tells of it. */
export function moduleWith(pdb: Uint8Array | ByteSource | undefined): PeModule {
  const source = pdb instanceof Uint8Array ? new BufferSource(pdb, 'shapes.pdb') : pdb;
  const [start, end] = [BASE, module.end];
  const region = { start, end, flags: 7, source: image.source, offset: 0, reason: '' };
  return new PeModule(module, image, 'matched', new Memory([region]), source && new PdbFile(source));
}

/** The bytes with some of them replaced. */
export function patched(bytes: Buffer, position: number, ...words: number[]): Buffer {
  const result = Buffer.from(bytes);
  for (const [i, word] of words.entries()) result.writeUInt32LE(word, position + 4 * i);
  return result;
}

/** Where a stream begins in the file. */
export const streamStart = (number: number) => {
  const head = readBytes(new MsfFile(new BufferSource(pdbBytes)).stream(number), 0, 32);
  for (let at = 0; at < pdbBytes.length; at += BLOCK)
    if (pdbBytes.subarray(at, at + head.length).equals(head)) return at;
  throw new Error(`stream ${number} is nowhere`);
};
export const info = streamStart(1);
export const debugInfo = streamStart(3);
