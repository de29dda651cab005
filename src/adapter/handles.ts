import { AdapterError } from './errors.ts';

/** Numbers from 1 for things that a client names by number. A dead process keeps them valid for ever. */
export class Handles<T> {
  readonly #items: T[] = [];

  add(item: T): number {
    return this.#items.push(item);
  }

  /** Throws NO_SUCH_REFERENCE for a number that was never given out. */
  get(reference: number): T {
    const item = this.#items[reference - 1];
    if (item === undefined)
      throw new AdapterError('NO_SUCH_REFERENCE', `There is no reference ${reference}.`);
    return item;
  }
}
