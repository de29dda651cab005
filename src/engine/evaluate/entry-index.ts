import { entriesCursor } from './iteration.ts';
import type { Machine } from './machine.ts';
import { type Cursor, type DumpObject, done, identity, type Operand, type Steps } from './operand.ts';

export type Entry = [Operand, Operand];

/** Entries of a Map or Set of the dump by key, read as far as the keys asked for need. */
export class EntryIndex {
  readonly #machine: Machine;
  readonly #next: Cursor;
  readonly #entries = new Map<unknown, Entry>();
  #last: Entry | undefined;

  constructor(machine: Machine, object: DumpObject, isMap: boolean) {
    this.#machine = machine;
    this.#next = entriesCursor(machine, object, ([key, value]) => {
      machine.meter.allocate(100);
      this.#last = isMap ? [key, value] : [value, value];
      this.#entries.set(identity(this.#last[0]), this.#last);
      return undefined;
    });
  }

  *find(key: Operand): Steps<Entry | undefined> {
    const id = identity(key);
    let found = this.#entries.get(id);
    while (!found && this.#next() !== done) {
      if (this.#machine.meter.tick()) yield;
      found = this.#entries.get(id);
    }
    return found;
  }
}
