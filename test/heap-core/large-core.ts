import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cached } from '../support/cache.ts';
import { record } from '../support/cores.ts';
import { type ReleaseLine, releaseNode, releases } from '../support/releases.ts';

/** Programs that make heaps of any size: of small objects, and of many kinds. */
export type SizedProgram = 'large' | 'varied';

/** A core of a heap of about that many megabytes, V8's own snapshot of it, and how long V8 took to write it. */
export async function recordLarge(
  line: ReleaseLine,
  megabytes: number,
  name: SizedProgram = 'large',
): Promise<{ core: string; snapshot: string; milliseconds: number }> {
  const program = resolve(import.meta.dirname, `programs/${name}.cjs`);
  const source = readFileSync(program, 'utf8');
  const folder = await cached(
    `heap-core/${name}-${line}-${megabytes}`,
    `${releases[line]} ${source}`,
    async (aside) => {
      const snapshot = join(aside, 'own.heapsnapshot');
      await record(
        await releaseNode(line),
        program,
        {
          nodeFlags: ['--max-old-space-size=8000'],
          args: [snapshot, String(megabytes)],
          timeout: 300_000,
        },
        aside,
      );
      if (!existsSync(snapshot)) throw new Error(`${program} wrote no snapshot`);
    },
  );
  const { stdout } = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as { stdout: string };
  const { milliseconds } = JSON.parse(stdout) as { milliseconds: number };
  return { core: join(folder, 'core'), snapshot: join(folder, 'own.heapsnapshot'), milliseconds };
}
