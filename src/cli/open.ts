import process from 'node:process';
import { DayAfterError } from '../engine/errors.ts';
import { type CoreSession, openDump } from '../engine/session.ts';
import type { Output } from './output.ts';
import type { CommonOptions } from './run.ts';

/** Opens a core for one command and closes it afterwards. Progress goes to a terminal's stderr only. */
export async function openCore<T>(
  dump: string,
  options: CommonOptions,
  output: Output,
  use: (session: CoreSession) => T | Promise<T>,
): Promise<T> {
  const showsProgress = output.stderr.isTTY === true && !options.json;
  const session = await openDump(dump, {
    program: options.program,
    search: options.search,
    sysroot: options.sysroot,
    sourceRoots: sourceRoots(options),
    progress: showsProgress ? (text) => output.stderr.write(`\r\u001b[K${text}`) : undefined,
  });
  try {
    if (showsProgress) output.stderr.write('\r\u001b[K');
    return await use(session);
  } finally {
    session.close();
  }
}

/** Where source maps may be read: where the command runs, and what the user named. */
export function sourceRoots({ search = [] }: CommonOptions): { local: string }[] {
  return [process.cwd(), ...search].map((local) => ({ local }));
}

/** The thread that `--thread` names. */
export function requireThread(session: CoreSession, id: number): number {
  if (session.threads().some((t) => t.id === id)) return id;
  throw new DayAfterError(
    'NO_SUCH_THREAD',
    `the dump has no thread ${id}`,
    `Its threads: ${session
      .threads()
      .map((t) => t.id)
      .join(', ')}`,
  );
}

/** The isolate that `--isolate` names, or `--thread`, which has entered it; undefined for all. Throws NO_ISOLATE. */
export function requireIsolate(session: CoreSession, { isolate, thread }: CommonOptions): number | undefined {
  if (isolate !== undefined || thread === undefined) return isolate;
  const entered = session.requireRuntime().isolateOf(requireThread(session, thread));
  if (!entered) throw new DayAfterError('NO_ISOLATE', `thread ${thread} runs no JavaScript`);
  return entered.index;
}
