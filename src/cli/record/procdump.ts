import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DayAfterError } from '../../engine/errors.ts';
import { findProgram } from './find-program.ts';
import { abortingOptions } from './run-command.ts';

/**
 * Arguments of Sysinternals' procdump: it starts a command, and writes a minidump with all memory into `folder` when
 * the command fails of an exception (-e) or ends (-t).
 */
export function procdumpArguments(folder: string, command: readonly string[]): string[] {
  return ['-accepteula', '-ma', '-e', '-t', '-x', folder, ...command];
}

/**
 * Runs a command under procdump, on Windows, and returns the path of the dump in `folder`. `program` is the command's
 * executable. Rejects with NO_DUMP_WRITTEN.
 */
export async function runUnderProcdump(
  command: readonly string[],
  program: string,
  folder: string,
  outputToStderr: boolean,
): Promise<string> {
  const procdump = findProgram('procdump') ?? findProgram('procdump64');
  if (procdump === undefined) {
    throw new DayAfterError(
      'NO_DUMP_WRITTEN',
      'procdump is not on the PATH, which writes the dumps of Windows',
      'Install it: winget install Microsoft.Sysinternals.ProcDump',
    );
  }
  const since = Date.now();
  const argv = procdumpArguments(folder, [program, ...command.slice(1)]);
  const child = spawn(procdump, argv, {
    stdio: ['inherit', outputToStderr ? 2 : 'inherit', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: abortingOptions(process.env.NODE_OPTIONS) },
  });
  const survive = () => undefined;
  process.on('SIGINT', survive);
  await new Promise((done, failed) => child.once('exit', done).once('error', failed));
  process.off('SIGINT', survive);
  const dumps = readdirSync(folder)
    .filter((name) => /\.dmp$/i.test(name))
    .map((name) => ({ path: join(folder, name), time: statSync(join(folder, name)).mtimeMs }))
    .filter(({ time }) => time >= since)
    .sort((a, b) => a.time - b.time);
  if (dumps.length === 0) {
    throw new DayAfterError('NO_DUMP_WRITTEN', 'procdump wrote no dump', 'Its own output says why.');
  }
  return dumps[0]!.path;
}
