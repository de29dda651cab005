import { Int32Column } from '../columns.ts';
import type { StackTable } from './profile.ts';

/** Makes stacks: the same frame on the same caller is one stack, found again by an open-addressing hash. */
export class StackTableBuilder {
  readonly #parent = new Int32Column();
  readonly #frame = new Int32Column();
  /** Stack number + 1; 0 is free. */
  #slots = new Int32Array(4096);

  get length(): number {
    return this.#parent.length;
  }

  /** The stack of `frame` called from `parent` (-1: called from nothing). */
  push(parent: number, frame: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash(parent, frame) & mask; ; slot = (slot + 1) & mask) {
      const found = this.#slots[slot]! - 1;
      if (found < 0) return this.#add(slot, parent, frame);
      if (this.#parent.get(found) === parent && this.#frame.get(found) === frame) return found;
    }
  }

  parent(stack: number): number {
    return this.#parent.get(stack);
  }

  frame(stack: number): number {
    return this.#frame.get(stack);
  }

  done(): StackTable {
    return { parent: this.#parent.done(), frame: this.#frame.done() };
  }

  #add(slot: number, parent: number, frame: number): number {
    const stack = this.#parent.push(parent);
    this.#frame.push(frame);
    this.#slots[slot] = stack + 1;
    if (this.length * 2 > this.#slots.length) this.#grow();
    return stack;
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let stack = 0; stack < this.length; stack++) {
      let slot = hash(this.#parent.get(stack), this.#frame.get(stack)) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = stack + 1;
    }
    this.#slots = slots;
  }
}

function hash(parent: number, frame: number): number {
  let h = Math.imul(parent + 1, 0x9e3779b1) ^ Math.imul(frame + 1, 0x85ebca6b);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  return (h ^ (h >>> 13)) >>> 0;
}
