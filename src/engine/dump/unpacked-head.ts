import zlib from 'node:zlib';
import { Decompress } from 'fzstd';
import { type ByteSource, readBytes } from './byte-source.ts';
import { compressionOf } from './decompress.ts';

/** Packed bytes that are enough for the first of the unpacked ones: zstd's blocks are up to 128 kB. */
const PACKED = { gzip: 4096, zstd: 1 << 18 } as const;

/** The first bytes of a file, of what is in it if it is packed; fewer where the packed ones are damaged. */
export function unpackedHead(source: ByteSource, length: number): Buffer {
  const head = readBytes(source, 0, length);
  const compression = compressionOf(head);
  if (!compression) return head;
  const packed = readBytes(source, 0, PACKED[compression]);
  const parts: Uint8Array[] = [];
  try {
    if (compression === 'gzip')
      parts.push(zlib.gunzipSync(packed, { finishFlush: zlib.constants.Z_SYNC_FLUSH }));
    else new Decompress((part) => parts.push(part)).push(packed);
  } catch {
    // What came out before the damage has to do.
  }
  return Buffer.concat(parts).subarray(0, length);
}
