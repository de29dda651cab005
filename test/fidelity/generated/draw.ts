/** Draws of one program: the same ones for the same seed (xorshift32). */
export class Draw {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
    // The first numbers of small seeds are small, too.
    for (let i = 0; i < 8; i++) this.#next();
  }

  /** A whole number from 0 to below `limit`. */
  int(limit: number): number {
    return Math.floor(this.#next() * limit);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(list.length)]!;
  }

  /** True with a probability from 0 to 1. */
  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  #next(): number {
    let state = this.#state;
    state = (state ^ (state << 13)) >>> 0;
    state ^= state >>> 17;
    state = (state ^ (state << 5)) >>> 0;
    this.#state = state;
    return state / 2 ** 32;
  }
}
