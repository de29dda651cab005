import { attemptOr } from '../absence.ts';
import { type Address, at } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import type { ImagePart, Module } from './module.ts';

const PF_X = 1;
const PF_W = 2;
const CHUNK = 1 << 20;
/** What a table's text looks like: no longer, and of printable characters. */
const MAX_TEXT = 256;
const MAX_HITS = 64;

/** Searches the image of a module for what stands in it, where no symbol tells the place: all of it is read. */
export class ImageSearch {
  readonly #memory: Memory;
  readonly #code: readonly ImagePart[];
  /** The writable ones first: tables of pointers lie there, if the image has relocations. */
  readonly #data: readonly ImagePart[];

  constructor({ parts }: Module, memory: Memory) {
    this.#memory = memory;
    this.#code = parts.filter((p) => (p.flags & PF_X) !== 0);
    // Linkers may put constants beside code, and then have no part for them alone.
    const hasConstants = parts.some((p) => (p.flags & (PF_X | PF_W)) === 0);
    const data = hasConstants ? parts.filter((p) => (p.flags & PF_X) === 0) : [...parts];
    this.#data = data.sort((a, b) => (b.flags & PF_W) - (a.flags & PF_W));
  }

  /** Addresses at which the data of the image have these bytes. */
  find(bytes: Buffer): Address[] {
    return this.#find([bytes], this.#data)[0]!;
  }

  /** Addresses at which the code of the image has these bytes. */
  findCode(bytes: Buffer): Address[] {
    return this.#find([bytes], this.#code)[0]!;
  }

  /** For each text, addresses of words that point to it; one pass for all. */
  slotsOf(texts: readonly string[]): Address[][] {
    const targets = this.#find(
      texts.map((text) => Buffer.from(`${text}\0`, 'latin1')),
      this.#data,
    );
    const owners = new Map(
      targets.flatMap((found, i) => found.map((target) => [target as number, i] as const)),
    );
    const slots: Address[][] = texts.map(() => []);
    const isNear = new Uint8Array(1 << 16);
    for (const target of owners.keys()) isNear[target & 0xffff] = 1;
    for (const { start, text } of this.#chunks(this.#data, 0)) {
      const words = new Uint32Array(text.buffer, text.byteOffset, Math.floor(text.length / 8) * 2);
      for (let w = 0; w < words.length; w += 2) {
        // Most words are none of them, which is seen without a look-up.
        if (isNear[words[w]! & 0xffff] === 0) continue;
        const owner = owners.get(words[w]! + words[w + 1]! * 0x1_0000_0000);
        if (owner !== undefined && slots[owner]!.length < MAX_HITS) slots[owner]!.push(at(start, 4 * w));
      }
    }
    return slots;
  }

  /** The text that the word at an address points to; undefined if it points to none. */
  textAt(slot: Address): string | undefined {
    return attemptOr(undefined, () => {
      const target = this.#memory.pointer(slot);
      if (target === 0) return undefined;
      const text = this.#memory.cString(target, MAX_TEXT);
      return /^[\x20-\x7e]+$/.test(text) ? text : undefined;
    });
  }

  #find(needles: readonly Buffer[], parts: readonly ImagePart[]): Address[][] {
    const found: Address[][] = needles.map(() => []);
    const overlap = Math.max(...needles.map((n) => n.length));
    for (const { start, text } of this.#chunks(parts, overlap)) {
      for (const [i, bytes] of needles.entries()) {
        for (let hit = text.indexOf(bytes); hit >= 0 && hit < CHUNK; hit = text.indexOf(bytes, hit + 1)) {
          if (found[i]!.length === MAX_HITS) break;
          found[i]!.push(at(start, hit));
        }
      }
    }
    return found;
  }

  /** Pieces of parts, each with `overlap` bytes of the next one; the buffer is used again for the next piece. */
  *#chunks(parts: readonly ImagePart[], overlap: number): Generator<{ start: Address; text: Buffer }> {
    const chunk = Buffer.allocUnsafeSlow(CHUNK + overlap);
    for (const part of parts) {
      // Words are searched from multiples of their size on.
      const before = part.start % 8;
      const bytes = part.bytes + before;
      for (let done = 0; done < bytes; done += CHUNK) {
        const target = chunk.subarray(0, Math.min(chunk.length, bytes - done));
        const start = at(part.start, done - before);
        const text = target.subarray(0, this.#memory.copy(start, target));
        // Nothing more of it is there; a header may claim terabytes.
        if (text.length === 0) break;
        yield { start, text };
      }
    }
  }
}
