import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDump } from '../../../src/engine/session.ts';
import { type Comparison, compare } from '../../oracle/compare.ts';
import { record } from '../../oracle/record.ts';
import { cacheFolder } from '../../support/cache.ts';
import { type ReleaseLine, releaseNode } from '../../support/releases.ts';
import { generateProgram } from './program.ts';
import { diesAsMeant } from './trial.ts';

const patience = 30_000;

/** The folder is kept where something differs or failed. */
export type Attempt =
  | { readonly kind: 'skipped' }
  | { readonly kind: 'compared'; readonly comparison: Comparison; readonly folder: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly folder: string };

/** Runs the program of a seed with a release line of Node, and compares its core with what the debugger showed. */
export async function attempt(line: ReleaseLine, seed: number, flags: readonly string[]): Promise<Attempt> {
  const node = await releaseNode(line);
  const folder = join(
    cacheFolder,
    'generated',
    ['run', line, seed, ...flags].join('-').replace(/[^\w-]+/g, '-'),
  );
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const program = join(folder, 'program.cjs');
  const { text, ending } = generateProgram(seed);
  await writeFile(program, text);
  const isMeant = await diesAsMeant(node, program, ending, flags);
  const result: Attempt = isMeant ? await comparison(node, program, folder, flags) : { kind: 'skipped' };
  if (!differs(result)) await rm(folder, { recursive: true });
  return result;
}

/** True if there is something to look into. */
export function differs(made: Attempt): made is Extract<Attempt, { folder: string }> {
  return made.kind === 'failed' || (made.kind === 'compared' && made.comparison.misses.length > 0);
}

async function comparison(
  node: string,
  program: string,
  folder: string,
  flags: readonly string[],
): Promise<Attempt> {
  try {
    await record({ node, program, folder, flags, debug: true, patience });
    const recording = JSON.parse(await readFile(join(folder, 'recording.json'), 'utf8'));
    const session = await openDump(join(folder, 'core'), { program: node });
    try {
      return { kind: 'compared', comparison: compare(recording, session), folder };
    } finally {
      session.close();
    }
  } catch (error) {
    return { kind: 'failed', reason: String((error as Error).stack), folder };
  }
}
