import { grown } from '../columns.ts';

/** Edges: by position their type, name or number, and where they lead. */
export interface EdgeArrays {
  readonly types: Uint8Array;
  readonly names: Uint32Array;
  readonly targets: Uint32Array;
}

/** Edges of a node: more than heaps have on the average. */
export const USUAL_EDGES = 5;

/** Edges in the order in which they were found: type, name or number, and where they lead; in shared memory. */
export class EdgeColumns implements EdgeArrays {
  types: Uint8Array;
  names: Uint32Array;
  targets: Uint32Array;
  length = 0;

  constructor(expected: number) {
    this.types = new Uint8Array(new SharedArrayBuffer(expected));
    this.names = new Uint32Array(new SharedArrayBuffer(4 * expected));
    this.targets = new Uint32Array(new SharedArrayBuffer(4 * expected));
  }

  /** Makes room for `count` more, for loops that fill the columns themselves. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.types.length) return;
    this.types = grown(this.types, needed);
    this.names = grown(this.names, needed);
    this.targets = grown(this.targets, needed);
  }

  push(type: number, name: number, to: number): void {
    if (this.length === this.types.length) this.reserve(1);
    const i = this.length++;
    this.types[i] = type;
    this.names[i] = name;
    this.targets[i] = to;
  }

  /** Adds the first edges of others. */
  add({ types, names, targets }: EdgeArrays, count: number): void {
    this.reserve(count);
    this.types.set(types.subarray(0, count), this.length);
    this.names.set(names.subarray(0, count), this.length);
    this.targets.set(targets.subarray(0, count), this.length);
    this.length += count;
  }

  /** All columns with the room behind the edges. */
  whole(): EdgeArrays {
    const { types, names, targets } = this;
    return { types, names, targets };
  }

  take(): EdgeArrays {
    return {
      types: this.types.subarray(0, this.length),
      names: this.names.subarray(0, this.length),
      targets: this.targets.subarray(0, this.length),
    };
  }
}
