import { lowerBound } from '../columns.ts';
import type { ByteSource } from './byte-source.ts';
import { PeImage, peDirectory } from './pe.ts';

const PAGE = 4096;
/** Bytes of a block's header of base relocations ("PE Format", .reloc), and the type of those of 64 bits. */
const BLOCK_HEADER = 8;
const DIR64 = 10;
const MAX_RELOCATIONS = 1 << 24;

/** A PE file as it is in memory, loaded at an address: sections at their places, addresses in them moved. */
export class LoadedImage implements ByteSource {
  readonly name: string;
  readonly size: number;
  readonly headers: PeImage;
  /** The address that it is loaded at. */
  readonly base: number;
  readonly #file: ByteSource;
  /** Of the address that it is loaded at, from the one that it was linked for. */
  readonly #distance: bigint;
  /** Where addresses are that move with the image, ascending; read when they are needed. */
  #moved: Uint32Array | undefined;

  private constructor(file: ByteSource, headers: PeImage, base: number) {
    this.name = file.name;
    this.size = headers.bytes;
    this.headers = headers;
    this.#file = file;
    this.base = base;
    this.#distance = BigInt(base) - BigInt(headers.base);
  }

  /** Undefined if the file is no 64-bit PE file. */
  static of(file: ByteSource, base: number): LoadedImage | undefined {
    const headers = PeImage.of(file);
    return headers && new LoadedImage(file, headers, base);
  }

  read(position: number, target: Uint8Array): number {
    const length = Math.max(0, Math.min(target.length, this.size - position));
    if (this.#distance === 0n) {
      this.#copy(position, target.subarray(0, length));
      return length;
    }
    // Addresses may lie across the ends of what is asked for.
    const start = Math.max(0, position - 8);
    const around = Buffer.alloc(position + length + 8 - start);
    this.#copy(start, around);
    this.#move(start, around);
    target.set(around.subarray(position - start, position - start + length));
    return length;
  }

  close(): void {
    this.#file.close();
  }

  /** What the file has of a range; the rest is zero. */
  #copy(position: number, target: Uint8Array): void {
    target.fill(0);
    const { headerBytes, sections } = this.headers;
    const parts = [{ start: 0, fileOffset: 0, length: headerBytes }].concat(
      sections.map(({ start, bytes, fileOffset, fileBytes }) => ({
        start,
        fileOffset,
        length: Math.min(bytes, fileBytes),
      })),
    );
    for (const { start, fileOffset, length } of parts) {
      const from = Math.max(start, position);
      const to = Math.min(start + length, position + target.length);
      if (from < to)
        this.#file.read(fileOffset + from - start, target.subarray(from - position, to - position));
    }
  }

  #move(start: number, bytes: Buffer): void {
    this.#moved ??= this.#relocations();
    const moved = this.#moved;
    for (let i = lowerBound(moved, start); i < moved.length && moved[i]! + 8 <= start + bytes.length; i++) {
      const offset = moved[i]! - start;
      bytes.writeBigUInt64LE(BigInt.asUintN(64, bytes.readBigUInt64LE(offset) + this.#distance), offset);
    }
  }

  /** Blocks of a page's address, their size, and words of type and offset. */
  #relocations(): Uint32Array {
    const directory = this.headers.directory(peDirectory.relocations);
    if (!directory) return new Uint32Array(0);
    const table = Buffer.alloc(Math.min(directory.bytes, 2 * MAX_RELOCATIONS));
    this.#copy(directory.start, table);
    const found = new Uint32Array(table.length / 2);
    let count = 0;
    for (let o = 0; o + BLOCK_HEADER <= table.length; ) {
      const page = table.readUInt32LE(o);
      const end = o + table.readUInt32LE(o + 4);
      if (end < o + BLOCK_HEADER || end > table.length) break;
      for (o += BLOCK_HEADER; o + 2 <= end; o += 2) {
        const word = table.readUInt16LE(o);
        if (word >> 12 === DIR64) found[count++] = page + (word & (PAGE - 1));
      }
      o = end;
    }
    return found.subarray(0, count).sort();
  }
}
