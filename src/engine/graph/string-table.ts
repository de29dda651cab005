import type { StringId } from './types.ts';

/**
 * The texts of a graph. They are decoded when they are asked for; equal texts have one id, except for texts
 * that the writer of a snapshot cut.
 */
export interface StringTable {
  readonly count: number;
  /** The text; '' for an id that the table does not have. */
  text(id: number): string;
  /** The text's bytes, where it is kept as Latin-1 anyway. */
  latin1?(id: number): Uint8Array | undefined;
  close(): void;
}

/** Texts in memory; equal ones are stored once. */
export class MemoryStrings implements StringTable {
  readonly #ids = new Map<string, number>();
  readonly #texts: string[] = [];

  get count(): number {
    return this.#texts.length;
  }

  text(id: number): string {
    return this.#texts[id] ?? '';
  }

  /** The id of a text, which is added where it is new. */
  add(text: string): StringId {
    let id = this.#ids.get(text);
    if (id === undefined) {
      id = this.#texts.length;
      this.#texts.push(text);
      this.#ids.set(text, id);
    }
    return id as StringId;
  }

  close(): void {}
}
