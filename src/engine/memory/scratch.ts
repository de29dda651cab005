import { type Address, address } from '../address.ts';
import type { Region } from './memory.ts';

const SIZE = 1 << 30;
/** Where nothing of a Linux process lies as a rule; the first of these places that is free is taken. */
const FIRST = 0x6000_0000_0000;
const STEP = 0x10_0000_0000;
const PLACES = 256;

/**
 * Addresses for objects that the process never allocated, but that we have to show: the optimizer knew how
 * to make them. They lie in a range that the dump does not use.
 */
export class Scratch {
  readonly start: Address;
  readonly end: Address;
  #next: Address;

  constructor(regions: readonly Region[]) {
    let start = FIRST;
    for (let i = 0; i < PLACES && regions.some((r) => r.start < start + SIZE && r.end > start); i++)
      start += STEP;
    this.start = address(start);
    this.end = address(start + SIZE);
    this.#next = this.start;
  }

  /** An aligned range of `bytes`; undefined if there is no more room. */
  allocate(bytes: number): Address | undefined {
    const at = this.#next;
    const next = at + Math.ceil(bytes / 16) * 16;
    if (next > this.end) return undefined;
    this.#next = address(next);
    return at;
  }

  holds(a: Address): boolean {
    return a >= this.start && a < this.#next;
  }
}
