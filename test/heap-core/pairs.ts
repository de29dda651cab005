import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cached } from '../support/cache.ts';
import { record } from '../support/cores.ts';
import { officialNode, type Release, type ReleaseLine, versionOf } from '../support/releases.ts';

/** A core, and the snapshot that V8 wrote of one isolate's heap just before. */
export interface Pair {
  readonly name: string;
  readonly core: string;
  readonly snapshot: string;
  /** Isolate that the snapshot is of; the main thread's is 0. */
  readonly isolate: number;
}

/** Programs of this folder, and the isolates whose snapshots each writes: main thread first. */
export const programs = {
  /** Many kinds of objects, on the main thread alone. */
  shop: ['shop'],
  /** The language and Node's own modules, sockets, files, a vm context and a worker. */
  zoo: ['zoo', 'zoo’s worker'],
  /** Objects of Node's C++ of many classes. */
  natives: ['natives'],
  /** A library at work, with optimized code. */
  compiler: ['compiler'],
  /** Many objects of each kind that programs have many of. */
  varied: ['varied'],
} as const;

export type Program = keyof typeof programs;

/** The pairs of a program on a release, made once. */
export async function heapPairs(program: Program, release: Release): Promise<Pair[]> {
  const script = resolve(import.meta.dirname, `programs/${program}.cjs`);
  const source = createHash('sha256').update(readFileSync(script)).digest('hex');
  const files = programs[program].map((_, i) => `isolate-${i}.heapsnapshot`);
  const folder = await cached(
    `heap-core/${program}-${release}`,
    `${versionOf(release)} ${script} ${source}`,
    async (aside) => {
      const paths = files.map((file) => join(aside, file));
      const node = await officialNode(versionOf(release));
      await record(node, script, { nodeFlags: [], args: paths, timeout: 170_000 }, aside);
      for (const path of paths) if (!existsSync(path)) throw new Error(`${script} wrote no snapshot`);
    },
  );
  return programs[program].map((name, isolate) => ({
    name,
    core: join(folder, 'core'),
    snapshot: join(folder, files[isolate]!),
    isolate,
  }));
}

/** The pair of the program shop.cjs. */
export async function shopPair(line: ReleaseLine): Promise<Pair> {
  return (await heapPairs('shop', line))[0]!;
}
