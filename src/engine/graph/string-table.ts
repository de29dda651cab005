/**
 * The texts of a graph. They are decoded when they are asked for; equal texts have one id, except for texts
 * that the writer of a snapshot cut, and, until they are interned, for the contents of strings of a core.
 */
export interface StringTable {
  readonly count: number;
  /** The text; '' for an id that the table does not have. */
  text(id: number): string;
  /** The text's bytes, where it is kept as Latin-1 anyway. */
  latin1?(id: number): Uint8Array | undefined;
  /** Gives equal texts one id where contents of strings have each their own up to then; `names` are ids by ordinal. */
  intern?(names: Uint32Array): void;
  close(): void;
}
