import { type ByteSource, readBytes } from '../dump/byte-source.ts';
import type { SectionHeader } from '../dump/elf.ts';

/** Longer strings would each be made in a place of its own. */
const CHUNK = 1 << 16;
const BLOCK = 1 << 14;
const MAX_BLOCKS = 64;

/**
 * Filled again and again: a table of 10 MB that is read into memory of its own costs ten times as much,
 * most of it for page faults.
 */
const chunk = Buffer.allocUnsafeSlow(CHUNK);

/** A string table of an ELF file (System V gABI, chapter 4), read in parts and never held whole. */
export class StringSection {
  readonly #source: ByteSource;
  readonly #offset: number;
  readonly #size: number;
  readonly #blocks = new Map<number, Buffer>();

  constructor(source: ByteSource, section: SectionHeader | undefined) {
    this.#source = source;
    this.#offset = section?.offset ?? 0;
    this.#size = section?.size ?? 0;
  }

  /**
   * For each pattern (Latin-1) the strings in which it stands, from there on, by their offsets in the table,
   * ascending; one pass for all.
   */
  search(patterns: readonly string[]): Map<number, string>[] {
    const found = patterns.map(() => new Map<number, string>());
    const overlap = Math.max(0, ...patterns.map((p) => p.length)) - 1;
    if (overlap < 0 || overlap >= CHUNK / 2) return found;
    // A look for each pattern by itself takes twice as long for a dozen of them. The longest comes first: others
    // that stand at the same place are the beginning of it.
    const longestFirst = [...patterns].sort((a, b) => b.length - a.length);
    const any = new RegExp(longestFirst.map(escaped).join('|'), 'g');
    const begun = new Map(patterns.map((p) => [p, found.filter((_, i) => p.startsWith(patterns[i]!))]));
    for (let start = 0; start < this.#size; start += CHUNK - overlap) {
      const target = chunk.subarray(0, Math.min(CHUNK, this.#size - start));
      const length = this.#source.read(this.#offset + start, target);
      const text = target.toString('latin1', 0, length);
      // What starts in the overlap is found in the next chunk, which has it whole.
      const end = start + CHUNK < this.#size ? CHUNK - overlap : length;
      any.lastIndex = 0;
      for (let hit = any.exec(text); hit && hit.index < end; hit = any.exec(text)) {
        const at = hit.index;
        const stop = text.indexOf('\0', at);
        const string = stop < 0 ? this.at(start + at) : target.toString('latin1', at, stop);
        for (const strings of begun.get(hit[0])!) strings.set(start + at, string);
        any.lastIndex = at + 1;
      }
      if (length < target.length) break;
    }
    return found;
  }

  /** The string at an offset; '' past the end. */
  at(offset: number): string {
    let text = '';
    for (let from = offset; from < this.#size; ) {
      const block = this.#block(Math.floor(from / BLOCK));
      const start = from % BLOCK;
      if (start >= block.length) break;
      const end = block.indexOf(0, start);
      text += block.toString('latin1', start, end < 0 ? block.length : end);
      if (end >= 0) break;
      from += block.length - start;
    }
    return text;
  }

  #block(index: number): Buffer {
    let block = this.#blocks.get(index);
    if (!block) {
      const length = Math.min(BLOCK, this.#size - index * BLOCK);
      block = readBytes(this.#source, this.#offset + index * BLOCK, length);
      if (this.#blocks.size >= MAX_BLOCKS) this.#blocks.delete(this.#blocks.keys().next().value!);
      this.#blocks.set(index, block);
    }
    return block;
  }
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
