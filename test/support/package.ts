import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { npm } from './run.ts';

const projectRoot = resolve(import.meta.dirname, '../..');

/** The packed extension: the one that the tests' starter has just made, or a new one. */
export async function packageExtension(): Promise<string> {
  const file = join(projectRoot, 'dist/dayafter.vsix');
  if (!process.env.DAYAFTER_PACKAGED) await npm(['run', '--silent', 'package'], { cwd: projectRoot });
  await stat(file);
  return file;
}
