import { attemptOr } from '../absence.ts';
import { type Address, at } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import type { ImagePart, Module } from './module.ts';

const PF_W = 2;
const CHUNK = 1 << 20;
/** What a table's text looks like: no longer, and of printable characters. */
const MAX_TEXT = 256;
const MAX_HITS = 64;

/** Searches the image of a module for what stands in it, where no symbol tells the place: all of it is read. */
export class ImageSearch {
  readonly #memory: Memory;
  /** Loaded segments, the writable ones first: tables of pointers lie there, if the image has relocations. */
  readonly #segments: readonly ImagePart[];

  constructor(module: Module, memory: Memory) {
    this.#memory = memory;
    this.#segments = [...module.parts].sort((a, b) => (b.flags & PF_W) - (a.flags & PF_W));
  }

  /** Addresses at which these bytes stand, which must be multiples of `alignment`. */
  find(bytes: Buffer, alignment = 1): Address[] {
    const found: Address[] = [];
    const chunk = Buffer.allocUnsafeSlow(CHUNK + bytes.length);
    for (const segment of this.#segments) {
      for (let done = 0; done < segment.bytes; done += CHUNK) {
        const target = chunk.subarray(0, Math.min(chunk.length, segment.bytes - done));
        const start = at(segment.start, done);
        const text = target.subarray(0, this.#memory.copy(start, target));
        // Nothing more of it is there; a header may claim terabytes.
        if (text.length === 0) break;
        for (let hit = text.indexOf(bytes); hit >= 0 && hit < CHUNK; hit = text.indexOf(bytes, hit + 1)) {
          if ((start + hit) % alignment === 0) found.push(at(start, hit));
          if (found.length === MAX_HITS) return found;
        }
      }
    }
    return found;
  }

  /** Addresses of words that point to a text. */
  slotsOf(text: string): Address[] {
    return this.find(Buffer.from(`${text}\0`, 'latin1')).flatMap((target) => {
      const pointer = Buffer.alloc(8);
      pointer.writeBigUInt64LE(BigInt(target));
      return this.find(pointer, 8);
    });
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
}
