/** Keys whose text is about the reading itself, not about the dumped process. */
const remarks = new Set(['notes', 'note', 'layout', 'end', 'truncated', 'unavailable', 'status']);

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * Compares what was read from a damaged dump with what was read from the clean one, and returns the paths of
 * the values that differ without a word: not null, not `unavailable`, nor missing from a list
 * beside which a `truncated`, an `end` or `notes` say that something is missing, or in which an item does.
 */
export function unexplained(clean: unknown, damaged: unknown): string[] {
  const found: string[] = [];
  const work: { clean: Json | undefined; damaged: Json | undefined; path: string }[] = [
    { clean: clean as Json, damaged: damaged as Json, path: '' },
  ];
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    const { clean: a, damaged: b, path } = next;
    if (a === b || b === null) continue;
    if (isRecord(b) && (isText(b.unavailable) || 'error' in b)) continue;
    if (isRecord(a) && (isText(a.unavailable) || 'error' in a)) continue;
    if (isText(b) && /<unreadable|the dump does not tell/.test(b)) continue;
    // A scope that says why its variables are missing.
    if (isRecord(b) && isText(b.note)) continue;
    // A frame whose function cannot be read.
    if (isRecord(b) && isText(b.function) && b.function.startsWith('<unreadable')) continue;
    if (Array.isArray(a) && Array.isArray(b)) compareLists(a, b, path);
    else if (isRecord(a) && isRecord(b)) compareRecords(a, b, path);
    // A null of the clean dump is an unknown too.
    else if (a !== null) found.push(`${path}: ${brief(a)} became ${brief(b)}`);
  }
  return found;

  function compareRecords(a: Record<string, Json>, b: Record<string, Json>, path: string): void {
    // Sizes of a heap that is not all there.
    const isPartial = typeof a.used === 'number' && b.used === null;
    const cut =
      isPartial || isText(b.truncated) || (isText(b.end) && b.end !== a.end) || hasNews(a.notes, b.notes);
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      if (remarks.has(key)) continue;
      // Prose about a kind that the damaged dump does not tell any more says just that.
      if (key === 'message' && b.kind === null) continue;
      const [left, right] = [a[key], b[key]];
      if (cut && Array.isArray(left) && Array.isArray(right)) {
        work.push({
          clean: commonPart(left, right),
          damaged: commonPart(right, left),
          path: `${path}.${key}`,
        });
      } else {
        work.push({ clean: left, damaged: right, path: `${path}.${key}` });
      }
    }
  }

  function compareLists(a: Json[], b: Json[], path: string): void {
    const left = byLabel(a);
    const right = byLabel(b);
    if (left && right) {
      // Properties that are there, but whose names are not: as many others may be missing.
      const nameless = [...right.keys()].filter((name) => /^\((unreadable|properties|elements)\)/.test(name));
      const missing = [...left.keys()].filter((name) => !right.has(name));
      const areTold =
        missing.length <= nameless.length || nameless.some((name) => !name.startsWith('(unreadable)'));
      const untold = nameless.length > 0 && areTold ? new Set([...missing, ...nameless]) : new Set();
      for (const name of new Set([...left.keys(), ...right.keys()])) {
        if (untold.has(name)) continue;
        work.push({ clean: left.get(name), damaged: right.get(name), path: `${path}.${name}` });
      }
      return;
    }
    const isEnded = isRecord(b.at(-1)) && isText((b.at(-1) as Record<string, Json>).note);
    for (let i = 0; i < (isEnded ? b.length : Math.max(a.length, b.length)); i++) {
      work.push({ clean: a[i], damaged: b[i], path: `${path}[${i}]` });
    }
  }
}

function hasNews(clean: Json | undefined, damaged: Json | undefined): boolean {
  return Array.isArray(clean) && Array.isArray(damaged) && damaged.some((note) => !clean.includes(note));
}

/** The items of `list` that `other` has too: by label where items have one, else by index. */
function commonPart(list: Json[], other: Json[]): Json[] {
  const mine = byLabel(list);
  const others = byLabel(other);
  if (!mine || !others) return list.slice(0, other.length);
  return [...mine].filter(([label]) => others.has(label)).map(([, item]) => item);
}

/** Items by what tells them apart, equal ones numbered; undefined if nothing does. */
function byLabel(list: Json[]): Map<string, Json> | undefined {
  const map = new Map<string, Json>();
  for (const item of list) {
    const label = isRecord(item) ? (item.id ?? item.url ?? item.path ?? item.name) : null;
    if (label === null || label === undefined) return undefined;
    let key = String(label);
    for (let i = 2; map.has(key); i++) key = `${label} (${i})`;
    map.set(key, item);
  }
  return map;
}

function isRecord(value: Json | undefined): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: Json | undefined): value is string {
  return typeof value === 'string';
}

function brief(value: Json | undefined): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 80);
}
