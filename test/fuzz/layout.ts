import { FileSource, readBytes } from '../../src/engine/dump/byte-source.ts';
import type { CoreSegment } from '../../src/engine/dump/core-dump.ts';
import { formatOf } from '../../src/engine/dump/detect.ts';
import { u64 } from '../../src/engine/dump/elf.ts';
import { openCoreDump } from '../../src/engine/dump/open-core.ts';
import type { Random } from './random.ts';

const page = 4096;

/** Where in a core's file there is something to damage. */
export class Layout {
  readonly size: number;
  /** Where memory begins: before it are all headers. */
  readonly headersEnd: number;
  readonly #source: FileSource;
  readonly #segments: readonly CoreSegment[];
  /** Pages that hold other bytes than zeros. */
  readonly #pages: readonly number[];
  /** Positions of 8-byte words that look like tagged pointers into the same range of addresses. */
  readonly #pointers: readonly number[];

  constructor(core: string) {
    this.#source = new FileSource(core);
    this.size = this.#source.size;
    const dump = openCoreDump({ format: formatOf(this.#source, core), source: this.#source });
    const segments = dump.segments.filter((s) => s.filesz > 0);
    this.#segments = segments;
    this.headersEnd = Math.min(...segments.map((s) => s.offset));
    this.#pages = this.#findPages();
    this.#pointers = this.#findPointers();
  }

  close(): void {
    this.#source.close();
  }

  anyPage(random: Random): number {
    return random.pick(this.#pages);
  }

  anyByte(random: Random): number {
    return this.anyPage(random) + random.below(page);
  }

  anyPointer(random: Random): number {
    return random.pick(this.#pointers);
  }

  /** The word at a position, as hex. */
  pointerAt(position: number): string {
    return `0x${u64(readBytes(this.#source, position, 8), 0).toString(16)}`;
  }

  #findPages(): number[] {
    const zeros = Buffer.alloc(page);
    const found: number[] = [];
    for (const { offset, filesz } of this.#segments) {
      for (let position = offset; position + page <= offset + filesz; position += page) {
        if (!readBytes(this.#source, position, page).equals(zeros)) found.push(position);
      }
    }
    return found;
  }

  #findPointers(): number[] {
    const isMapped = (address: number) =>
      this.#segments.some(({ start, filesz }) => address >= start && address < start + filesz);
    const found: number[] = [];
    for (const position of this.#pages) {
      const bytes = readBytes(this.#source, position, page);
      for (let offset = 0; offset < page; offset += 8) {
        if ((bytes[offset]! & 3) !== 1 || bytes[offset + 6] !== 0) continue;
        if (isMapped(u64(bytes, offset) - 1)) found.push(position + offset);
      }
    }
    return found;
  }
}
