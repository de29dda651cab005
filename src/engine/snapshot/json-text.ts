/** The text of a JSON string's bytes, without its quotes. Bad escapes stay as they stand. */
export function decodeText(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let plainAscii = true;
  for (let i = 0; i < buffer.length; i++) {
    const c = buffer[i]!;
    if (c === 92 || c >= 128) {
      plainAscii = false;
      break;
    }
  }
  if (plainAscii) return buffer.toString('latin1');
  const raw = buffer.toString('utf8');
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return raw.replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g, (whole, code?: string, letter?: string) => {
      if (code) return String.fromCharCode(Number.parseInt(code, 16));
      return letter === undefined ? whole : (escapes[letter] ?? whole);
    });
  }
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  '"': '"',
  '\\': '\\',
  '/': '/',
};
