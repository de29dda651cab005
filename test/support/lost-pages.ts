import { type ByteSource, readBytes } from '../../src/engine/dump/byte-source.ts';
import { ElfFile, elf, type ProgramHeader } from '../../src/engine/dump/elf.ts';
import { OverlaySource } from './overlay-source.ts';

const PAGE = 4096;
const HEADER = 56;

/**
 * A core as if the kernel had left out the pages at these file offsets: their PT_LOADs are split, and the
 * part with the page has memsz, but no filesz. The new program headers stand behind the file's end.
 */
export function withoutPages(source: ByteSource, pages: readonly number[]): ByteSource {
  const lost = new Set(pages);
  const headers = new ElfFile(source).programHeaders.flatMap((p) => split(p, lost));
  const table = Buffer.alloc(headers.length * HEADER);
  for (const [i, header] of headers.entries()) write(header, table, i * HEADER);
  const head = Buffer.from(readBytes(source, 0, 64));
  head.writeBigUInt64LE(BigInt(source.size), 32);
  head.writeUInt16LE(headers.length, 56);
  return new OverlaySource(new Appended(source, table), [{ position: 0, bytes: head }]);
}

function split(header: ProgramHeader, lost: ReadonlySet<number>): ProgramHeader[] {
  if (header.type !== elf.PT_LOAD) return [header];
  const parts: ProgramHeader[] = [];
  let done = 0;
  const part = (from: number, to: number, isLost: boolean) => {
    if (to <= from) return;
    const filesz = isLost ? 0 : Math.max(0, Math.min(to, header.filesz) - from);
    const { offset, vaddr } = header;
    parts.push({ ...header, offset: offset + from, vaddr: vaddr + from, memsz: to - from, filesz });
  };
  for (let at = 0; at < header.filesz; at += PAGE) {
    if (!lost.has(header.offset + at)) continue;
    part(done, at, false);
    done = Math.min(at + PAGE, header.memsz);
    part(at, done, true);
  }
  part(done, header.memsz, false);
  return parts;
}

/** Elf64_Phdr. */
function write(header: ProgramHeader, table: Buffer, at: number): void {
  table.writeUInt32LE(header.type, at);
  table.writeUInt32LE(header.flags, at + 4);
  const { offset, vaddr, filesz, memsz, align } = header;
  [offset, vaddr, 0, filesz, memsz, align].forEach((value, i) => {
    table.writeBigUInt64LE(BigInt(value), at + 8 + 8 * i);
  });
}

class Appended implements ByteSource {
  readonly name: string;
  readonly size: number;
  readonly #source: ByteSource;
  readonly #tail: Buffer;

  constructor(source: ByteSource, tail: Buffer) {
    this.name = source.name;
    this.size = source.size + tail.length;
    this.#source = source;
    this.#tail = tail;
  }

  read(position: number, target: Uint8Array): number {
    const end = this.#source.size;
    const first = position < end ? this.#source.read(position, target.subarray(0, end - position)) : 0;
    const rest = target.subarray(first);
    const from = position + first - end;
    if (rest.length === 0 || from < 0) return first;
    const part = this.#tail.subarray(from, from + rest.length);
    rest.set(part);
    return first + part.length;
  }

  close(): void {
    this.#source.close();
  }
}
