import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';

const pageSize = 4096;
/** Where a page of a dump is kept: nowhere, in the packed dump, or in the reference of this number and up. */
const Origin = { zeros: 0, own: 1, references: 2 } as const;

/** Pages of a dump that follow one another where they are kept, too. */
interface Run {
  readonly origin: number;
  readonly first: number;
  pages: number;
}

/** Bytes of a run: three words. */
const runSize = 12;
const zeros = Buffer.alloc(pageSize);

/**
 * A dump without the pages that references have: how many runs, the runs, and the pages of its own. What remains of a
 * dump of 200 MB, whose most is Node itself, is then small.
 */
export function pack(dump: Buffer, references: readonly Buffer[]): Buffer {
  const places = new Map<string, { origin: number; page: number }>();
  for (const [i, reference] of references.entries())
    for (const { page, bytes } of pagesOf(reference)) {
      const key = digest(bytes);
      if (!places.has(key)) places.set(key, { origin: Origin.references + i, page });
    }
  const runs: Run[] = [];
  const own: Buffer[] = [];
  for (const { bytes } of pagesOf(dump)) {
    const last = runs.at(-1);
    if (last && goesOn(last, bytes, references)) {
      last.pages++;
      continue;
    }
    const place = bytes.equals(zeros) ? { origin: Origin.zeros, page: 0 } : places.get(digest(bytes));
    const { origin, page } = place ?? { origin: Origin.own, page: own.length };
    if (origin === Origin.own) own.push(bytes);
    if (last?.origin === Origin.own && origin === Origin.own) last.pages++;
    else runs.push({ origin, first: page, pages: 1 });
  }
  const head = new Uint32Array([
    runs.length,
    ...runs.flatMap(({ origin, first, pages }) => [origin, first, pages]),
  ]);
  return Buffer.concat([new Uint8Array(head.buffer), ...own]);
}

function goesOn({ origin, first, pages }: Run, bytes: Buffer, references: readonly Buffer[]): boolean {
  if (origin === Origin.own) return false;
  const next =
    origin === Origin.zeros ? zeros : pageAt(references[origin - Origin.references]!, first + pages);
  return next.equals(bytes);
}

/** Writes the whole dump, with holes for zeros. */
export function unpack(packed: Buffer, references: readonly Buffer[], target: string): void {
  const count = packed.readUInt32LE(0);
  const own = packed.subarray(4 + count * runSize);
  const file = openSync(target, 'w');
  let position = 0;
  for (let o = 4; o < 4 + count * runSize; o += runSize) {
    const [origin, first, pages] = [0, 4, 8].map((n) => packed.readUInt32LE(o + n)) as [
      number,
      number,
      number,
    ];
    const from = origin === Origin.own ? own : references[origin - Origin.references];
    const bytes = from?.subarray(first * pageSize, (first + pages) * pageSize);
    if (bytes) writeSync(file, bytes, 0, bytes.length, position);
    position += pages * pageSize;
  }
  ftruncateSync(file, position);
  closeSync(file);
}

/** Pages that were seen twice: in a dump and in another, or in the same. */
export class SharedPages {
  readonly #seen = new Map<string, boolean>();
  readonly #pages: Buffer[] = [];

  /** Looks at the pages of a dump, but at those that a reference has. */
  add(dump: Buffer, reference: Buffer): void {
    const known = new Set(Array.from(pagesOf(reference), ({ bytes }) => digest(bytes)));
    for (const { bytes } of pagesOf(dump)) {
      const key = digest(bytes);
      if (known.has(key) || bytes.equals(zeros)) continue;
      if (this.#seen.get(key) === false) this.#pages.push(Buffer.from(bytes));
      this.#seen.set(key, this.#seen.has(key));
    }
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#pages);
  }
}

function* pagesOf(bytes: Buffer): Generator<{ page: number; bytes: Buffer }> {
  if (bytes.length % pageSize !== 0) throw new Error(`${bytes.length} bytes are not whole pages`);
  for (let page = 0; page * pageSize < bytes.length; page++) yield { page, bytes: pageAt(bytes, page) };
}

function pageAt(bytes: Buffer, page: number): Buffer {
  return bytes.subarray(page * pageSize, (page + 1) * pageSize);
}

function digest(bytes: Buffer): string {
  return createHash('sha1').update(bytes).digest('base64');
}
