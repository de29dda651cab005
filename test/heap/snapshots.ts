import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cached } from '../support/cache.ts';
import { type ReleaseLine, releaseNode, releases } from '../support/releases.ts';
import { run } from '../support/run.ts';

export const programs = resolve(import.meta.dirname, 'programs');

/**
 * The heap snapshot that a program of test/heap writes, made once. The program gets the file's path as its
 * last argument.
 */
export async function recordSnapshot(
  line: ReleaseLine,
  program: string,
  args: readonly string[] = [],
  execArgv: readonly string[] = [],
): Promise<string> {
  const { mtimeMs } = statSync(program);
  const stamp = [releases[line], program, mtimeMs, ...args, ...execArgv].join(' ');
  const name = `heap-${line}-${program.replace(/^.*\/|\.[a-z]+$/g, '')}${args.map((a) => `-${a}`).join('')}`;
  const folder = await cached(name, stamp, async (aside) => {
    const file = join(aside, 'heap.heapsnapshot');
    const ended = await run(await releaseNode(line), [...execArgv, program, ...args, file], {
      cwd: aside,
      timeout: 170_000,
    });
    if (ended.code !== 0 || !existsSync(file))
      throw new Error(`${program} wrote no snapshot: ${ended.stderr}`);
  });
  return join(folder, 'heap.heapsnapshot');
}
