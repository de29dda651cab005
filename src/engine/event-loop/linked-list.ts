import { attemptOr } from '../absence.ts';
import { type Address, at } from '../address.ts';
import type { Memory } from '../memory/memory.ts';

/** Where an element of a doubly linked list has its links. */
export interface Links {
  readonly next: number;
  readonly previous: number;
}

/**
 * The elements that follow one, as far as each is linked back; at last that one again, if the list leads there. So no
 * ring but the whole one is followed.
 */
export function* following(
  memory: Memory,
  first: Address,
  { next, previous }: Links,
  most: number,
): Generator<Address> {
  let element = first;
  for (let n = 0; n < most; n++) {
    const from = element;
    const found = attemptOr(undefined, () => {
      const word = memory.pointer(at(from, next));
      return memory.pointer(at(word, previous)) === from ? word : undefined;
    });
    if (found === undefined) return;
    yield found;
    if (found === first) return;
    element = found;
  }
}
