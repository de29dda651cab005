/** Blanks without a width count as blanks. */
const VISIBLE = /[^\s\u200b-\u200d\u2060]/u;

/** True for what stands in place of the text of programs that are shipped as bytecode. */
export function isBlank(text: string): boolean {
  return !VISIBLE.test(text);
}
