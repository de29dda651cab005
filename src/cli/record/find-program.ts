import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * The file that a shell would run for a name, or undefined: the name itself where it has a folder, else the first
 * executable of the PATH.
 */
export function findProgram(name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const windows = process.platform === 'win32';
  const endings = windows ? ['', '.exe'] : [''];
  const hasFolder = name.includes('/') || (windows && name.includes('\\'));
  const folders = hasFolder ? [''] : pathOf(env);
  for (const folder of folders) {
    for (const ending of endings) {
      const file = join(folder, name + ending);
      if (isExecutable(file)) return file;
    }
  }
  return undefined;
}

function pathOf(env: NodeJS.ProcessEnv): string[] {
  const path = env.PATH ?? env.Path ?? '';
  // An empty entry is the current folder.
  return path.split(delimiter).map((folder) => folder || '.');
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
