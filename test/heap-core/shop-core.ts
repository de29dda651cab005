import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cached } from '../support/cache.ts';
import { record } from '../support/cores.ts';
import { type ReleaseLine, releaseNode, releases } from '../support/releases.ts';

const program = resolve(import.meta.dirname, 'programs/shop.cjs');

/** A core, and the snapshot that V8 wrote of the same heap just before. */
export interface Pair {
  readonly core: string;
  readonly snapshot: string;
}

/** The pair of the program shop.cjs on a release line, made once. */
export async function shopPair(line: ReleaseLine): Promise<Pair> {
  const source = createHash('sha256').update(readFileSync(program)).digest('hex');
  const folder = await cached(`heap-core/shop-${line}`, `${releases[line]} ${source}`, async (aside) => {
    const snapshot = join(aside, 'own.heapsnapshot');
    await record(
      await releaseNode(line),
      program,
      { nodeFlags: [], args: [snapshot], timeout: 170_000 },
      aside,
    );
    if (!existsSync(snapshot)) throw new Error(`${program} wrote no snapshot`);
  });
  return { core: join(folder, 'core'), snapshot: join(folder, 'own.heapsnapshot') };
}
