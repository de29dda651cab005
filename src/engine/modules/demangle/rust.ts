const ESCAPES: Readonly<Record<string, string>> = {
  SP: '@',
  BP: '*',
  RF: '&',
  LT: '<',
  GT: '>',
  LP: '(',
  RP: ')',
  C: ',',
};

/** Legacy names end in a hash: 17 characters, "h" and 16 hexadecimal digits. */
const LEGACY = /17h[0-9a-f]{16}E(\.llvm\.[0-9A-F]+)?$/;

/**
 * A Rust path, or undefined if `name` is none. Understands legacy names (`_ZN…17h<hash>E`) whole, and the
 * paths of v0 names (RFC 2603, `_R…`) without generic arguments.
 */
export function demangleRust(name: string): string | undefined {
  if (name.startsWith('_R')) return v0Path(name.slice(2));
  if (!name.startsWith('_ZN') || !LEGACY.test(name)) return undefined;
  const parts: string[] = [];
  for (let at = 3; name[at] !== 'E'; ) {
    const length = Number.parseInt(name.slice(at, at + 4), 10);
    if (!(length > 0)) return undefined;
    at += String(length).length;
    const part = name.slice(at, at + length);
    if (part.length < length) return undefined;
    parts.push(part);
    at += length;
  }
  parts.pop();
  return parts.map(decodeEscapes).join('::');
}

/** "$LT$", "$u20$", ".." of legacy names. */
function decodeEscapes(part: string): string {
  return part
    .replace(/^_\$/, '$')
    .replace(
      /\$(?:u([0-9a-f]{1,6})|([A-Z]{1,2}))\$/g,
      (whole, hex: string | undefined, code: string | undefined) => {
        if (code) return ESCAPES[code] ?? whole;
        const point = Number.parseInt(hex!, 16);
        return point < 0x110000 ? String.fromCodePoint(point) : whole;
      },
    )
    .replace(/\.\./g, '::');
}

/** N…: nested paths with identifiers; C: a crate root. Anything with types in it is not spelled out. */
function v0Path(text: string): string | undefined {
  let at = 0;
  let depth = 0;
  while (text[at] === 'N' && depth < 64) {
    at += 2;
    depth++;
  }
  if (depth === 0 || text[at] !== 'C') return undefined;
  at++;
  const parts: string[] = [];
  for (let i = 0; i <= depth; i++) {
    const match = /^(?:s[0-9A-Za-z]*_)?(u?)(\d+)_?/.exec(text.slice(at));
    if (!match || match[1] === 'u') return undefined;
    at += match[0].length;
    const length = Number.parseInt(match[2]!, 10);
    // The separator belongs to the name only where the length says so.
    if (
      match[0].endsWith('_') &&
      text.slice(at - 1, at - 1 + length).length === length &&
      !/^[0-9_]/.test(text[at] ?? '')
    ) {
      at -= needsSeparator(text, at, length) ? 0 : 1;
    }
    parts.push(text.slice(at, at + length));
    at += length;
  }
  return parts.join('::');
}

/** An identifier that starts with a digit or underscore has a "_" in front of it. */
function needsSeparator(text: string, at: number, length: number): boolean {
  return /^[0-9_]/.test(text.slice(at, at + length));
}
