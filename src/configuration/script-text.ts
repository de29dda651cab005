/** What Node puts behind a script whose types it has stripped (lib/internal/modules/typescript.js). */
const STRIPPED = /\n\n\/\/# sourceURL=[^\n]*$/;
/** What stands in place of types, character by character, and what is needed where a line would go on otherwise. */
const BLANK = /[^\S\n]|[;)]/;

/**
 * Whether a file has the text of a dump's script: line ends and a byte order mark aside, and types that Node has
 * blanked out, which leaves every line and column where it was.
 */
export function isTextOfScript(file: string, script: string): boolean {
  const own = plain(file);
  const text = plain(script);
  if (own === text) return true;
  const code = text.replace(STRIPPED, '');
  if (code === text || code.length !== own.length) return false;
  for (let i = 0; i < code.length; i++) {
    if (code[i] !== own[i] && (own[i] === '\n' || !BLANK.test(code[i]!))) return false;
  }
  return true;
}

/** The greatest size in bytes that a file with the text of a script can have. */
export function maxFileSize(script: string): number {
  // UTF-8 takes up to three bytes per UTF-16 unit; the file may have CRLF for LF, and a byte order mark.
  return script.length * 4 + 3;
}

function plain(text: string): string {
  return text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
}
