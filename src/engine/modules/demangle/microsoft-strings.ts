const PUNCTUATION = [',', '/', '\\', ':', '.', ' ', '\n', '\t', "'", '-'];
const MAX_BYTES = 128;

/**
 * The string of `text`, which is a string literal's mangled name behind "??_C@_": whether it is wide, its length
 * in bytes, a hash, and the first 32 bytes. Undefined if it is none.
 */
export function stringLiteral(text: string): string | undefined {
  const match = /^([01])(?:(\d)|([A-P]{1,8})@)[A-P]*@((?:[\w$]|\?[\dA-Za-z]|\?\$[A-P]{2})*)@$/.exec(text);
  if (!match) return undefined;
  const bytes = decoded(match[4]!);
  const isWide = match[1] === '1';
  if (bytes.length > MAX_BYTES || (isWide && bytes.length % 2 === 1)) return undefined;
  const length = match[2] === undefined ? hexadecimal(match[3]!) : Number(match[2]) + 1;
  const value = new TextDecoder(isWide ? 'utf-16be' : 'utf-8').decode(Uint8Array.from(bytes));
  const isWhole = length <= bytes.length;
  const quoted = JSON.stringify(isWhole ? value.replace(/\0$/, '') : value);
  return `${isWide ? 'L' : ''}${quoted}${isWhole ? '' : '...'}`;
}

function decoded(encoded: string): number[] {
  const bytes: number[] = [];
  for (const [character] of encoded.matchAll(/\?\$..|\?.|./g)) {
    if (character.startsWith('?$')) bytes.push(hexadecimal(character.slice(2)));
    else if (/^\?\d/.test(character)) bytes.push(PUNCTUATION[Number(character[1])]!.charCodeAt(0));
    else if (character.startsWith('?')) bytes.push(character.charCodeAt(1) + 0x80);
    else bytes.push(character.charCodeAt(0));
  }
  return bytes;
}

function hexadecimal(letters: string): number {
  let value = 0;
  for (const letter of letters) value = value * 16 + letter.charCodeAt(0) - 65;
  return value;
}
