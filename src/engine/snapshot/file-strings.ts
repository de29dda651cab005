import type { ByteSource } from '../dump/byte-source.ts';
import type { StringTable } from '../graph/string-table.ts';
import { decodeText } from './json-text.ts';
import type { Offsets } from './offsets.ts';
import type { StringIndex } from './string-section.ts';

const PAGE = 1 << 16;
const PAGES = 48;

/** The texts of a snapshot, left in its file and decoded when they are asked for. Closes the source. */
export class FileStrings implements StringTable {
  readonly count: number;
  readonly #source: ByteSource;
  readonly #offsets: Offsets;
  /** Least recently used first. */
  readonly #pages = new Map<number, Uint8Array>();

  constructor(source: ByteSource, index: StringIndex) {
    this.#source = source;
    this.count = index.count;
    this.#offsets = index.offsets;
  }

  text(id: number): string {
    if (!(id >= 0 && id < this.count)) return '';
    const from = this.#offset(id);
    const bytes = this.#read(from, this.#offset(id + 1) - 1 - from);
    const end = bytes.lastIndexOf(QUOTE);
    return decodeText(end < 0 ? bytes : bytes.subarray(0, end));
  }

  close(): void {
    this.#pages.clear();
    this.#source.close();
  }

  #offset(id: number): number {
    return this.#offsets.get(id);
  }

  #read(position: number, length: number): Uint8Array {
    const page = Math.floor(position / PAGE);
    const start = position - page * PAGE;
    if (start + length <= PAGE) return this.#page(page).subarray(start, start + length);
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, this.#source.read(position, bytes));
  }

  #page(number: number): Uint8Array {
    let page = this.#pages.get(number);
    if (page) {
      this.#pages.delete(number);
    } else {
      const oldest = this.#pages.size >= PAGES ? this.#pages.keys().next().value : undefined;
      page = oldest === undefined ? new Uint8Array(PAGE) : this.#pages.get(oldest)!;
      if (oldest !== undefined) this.#pages.delete(oldest);
      this.#source.read(number * PAGE, page);
    }
    this.#pages.set(number, page);
    return page;
  }
}

const QUOTE = 34;
