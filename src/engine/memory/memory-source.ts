import { attemptOr } from '../absence.ts';
import { type Address, at } from '../address.ts';
import type { ByteSource } from '../dump/byte-source.ts';
import type { Memory } from './memory.ts';

/** A range of the dumped memory as a file: for ELF images that exist in memory alone, such as the vdso. */
export class MemorySource implements ByteSource {
  readonly name: string;
  readonly size: number;
  readonly #memory: Memory;
  readonly #start: Address;

  constructor(memory: Memory, start: Address, size: number, name: string) {
    this.name = name;
    this.size = size;
    this.#memory = memory;
    this.#start = start;
  }

  read(position: number, target: Uint8Array): number {
    const length = Math.max(0, Math.min(target.length, this.size - position));
    return attemptOr(0, () => {
      target.set(this.#memory.bytes(at(this.#start, position), length));
      return length;
    });
  }

  close(): void {}
}
