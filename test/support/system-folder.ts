import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export function run(command: string, args: readonly string[], cwd?: string): Buffer {
  return execFileSync(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 28 });
}

/** A folder inside of `folder` that `make` fills aside, unless that was done before. */
export function once(folder: string, name: string, make: (aside: string) => void): string {
  const made = join(folder, name);
  if (existsSync(made)) return made;
  const aside = `${made}.new`;
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(aside, { recursive: true });
  make(aside);
  renameSync(aside, made);
  return made;
}
