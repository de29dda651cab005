import { grown } from '../columns.ts';

/** Edges in the order in which they were found: type, name or number, and where they lead. */
export class EdgeColumns {
  #types: Uint8Array;
  #names: Uint32Array;
  #targets: Uint32Array;
  length = 0;

  constructor(expected: number) {
    this.#types = new Uint8Array(expected);
    this.#names = new Uint32Array(expected);
    this.#targets = new Uint32Array(expected);
  }

  push(type: number, name: number, to: number): void {
    const i = this.length++;
    if (i === this.#types.length) {
      this.#types = grown(this.#types);
      this.#names = grown(this.#names);
      this.#targets = grown(this.#targets);
    }
    this.#types[i] = type;
    this.#names[i] = name;
    this.#targets[i] = to;
  }

  take(): { types: Uint8Array; names: Uint32Array; targets: Uint32Array } {
    return {
      types: this.#types.subarray(0, this.length),
      names: this.#names.subarray(0, this.length),
      targets: this.#targets.subarray(0, this.length),
    };
  }
}
