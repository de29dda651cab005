/** Numbers of one block. */
const BLOCK = 1 << 12;
const SHIFT = 12;

/** Ascending positions in a file of any size, in four bytes each: relative to the first of their block. */
export class Offsets {
  readonly #bases: number[] = [];
  readonly #blocks: Uint32Array[] = [];
  /** Positions too far from their block's base: texts of gigabytes. */
  readonly #far = new Map<number, number>();

  /** Sets number `i`, which is the next one or one that is there. */
  set(i: number, position: number): void {
    const block = i >>> SHIFT;
    if (block === this.#blocks.length) {
      this.#blocks.push(new Uint32Array(BLOCK));
      this.#bases.push(position);
    }
    const relative = position - this.#bases[block]!;
    if (relative < FAR) this.#blocks[block]![i & (BLOCK - 1)] = relative;
    else {
      this.#blocks[block]![i & (BLOCK - 1)] = FAR;
      this.#far.set(i, position);
    }
  }

  get(i: number): number {
    const relative = this.#blocks[i >>> SHIFT]![i & (BLOCK - 1)]!;
    return relative === FAR ? this.#far.get(i)! : this.#bases[i >>> SHIFT]! + relative;
  }
}

const FAR = 0xffffffff;
