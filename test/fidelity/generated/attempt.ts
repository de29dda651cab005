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

export type Attempt =
  | { readonly kind: 'skipped' }
  /** Compared; the folder is kept where something differs. */
  | { readonly kind: 'compared'; readonly comparison: Comparison; readonly folder: string | undefined }
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
  const program = join(folder, 'program.js');
  await writeFile(program, generateProgram(seed).text);
  const result = await run(node, program, folder, flags);
  const isKept = result.kind === 'failed' || (result.kind === 'compared' && result.folder !== undefined);
  if (!isKept) await rm(folder, { recursive: true });
  return result;
}

async function run(
  node: string,
  program: string,
  folder: string,
  flags: readonly string[],
): Promise<Attempt> {
  if (!(await diesAsMeant(node, program, flags))) return { kind: 'skipped' };
  try {
    await record({ node, program, folder, flags, debug: true, patience });
    const recording = JSON.parse(await readFile(join(folder, 'recording.json'), 'utf8'));
    const session = await openDump(join(folder, 'core'), { program: node });
    try {
      const comparison = compare(recording, session);
      return { kind: 'compared', comparison, folder: comparison.misses.length > 0 ? folder : undefined };
    } finally {
      session.close();
    }
  } catch (error) {
    return { kind: 'failed', reason: String((error as Error).stack), folder };
  }
}
