import { accessSync, constants, mkdirSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { DumpInfo } from '../../engine/contract.ts';
import { DayAfterError } from '../../engine/errors.ts';
import { openCore } from '../open.ts';
import { errorDocument, type Output, painter, plain, printError, printJson } from '../output.ts';
import { findProgram } from '../record/find-program.ts';
import { recordDump } from '../record/record-dump.ts';
import { infoText } from './info.ts';

export interface RecordOptions {
  /** The folder that the dump goes to. */
  readonly output: string;
  /** Milliseconds after which a command that still runs is aborted. */
  readonly after?: number;
  readonly json?: boolean;
}

/**
 * `dayafter record`: runs a command so that its death leaves a dump, and tells of it. Throws FILE_NOT_FOUND,
 * PERMISSION_DENIED and NO_DUMP_WRITTEN.
 */
export async function recordCommand(
  command: readonly string[],
  options: RecordOptions,
  output: Output,
): Promise<void> {
  const folder = prepareFolder(options.output);
  const program = findProgram(command[0]!);
  if (program === undefined) {
    throw new DayAfterError('FILE_NOT_FOUND', `there is no program ${command[0]}`, 'Check the PATH.');
  }
  const note = (text: string) => output.stderr.write(`dayafter: ${plain(text)}\n`);
  const { dumps, notes } = await recordDump(command, program, {
    folder,
    outputToStderr: options.json === true,
    limit: options.after,
    warn: note,
  }).catch((error) => {
    separate(options, output);
    throw error;
  });
  if (notes.length > 0) separate(options, output);
  for (const text of notes) note(text);
  const { dump, info } = await chooseDump(dumps, options, output);
  const others = dumps.filter((path) => path !== dump);
  if (options.json) {
    printJson(output, { dump, info: info instanceof DayAfterError ? errorDocument(info) : info, others });
    return;
  }
  const paint = painter(output);
  output.stdout.write(`\n${paint('bold', 'Dump')}  ${plain(dump)}\n`);
  for (const path of others) output.stdout.write(`also  ${plain(path)}\n`);
  if (info instanceof DayAfterError) {
    printError(output, info, false);
    return;
  }
  output.stdout.write(`\n${infoText(info, paint)}\n${paint('bold', 'Next')}  `);
  output.stdout.write(`dayafter stack ${shellWord(plain(shortPath(dump)))} --locals\n`);
}

/** What Node.js says at last has no line break at its end. */
function separate({ json }: RecordOptions, output: Output): void {
  if (!json) output.stderr.write('\n');
}

/** The first dump that can be read, or the first of all, and why it can't be. */
async function chooseDump(
  dumps: readonly string[],
  { json }: RecordOptions,
  output: Output,
): Promise<{ dump: string; info: DumpInfo | DayAfterError }> {
  let first: DayAfterError | undefined;
  for (const dump of dumps) {
    try {
      const info = await openCore(dump, { json: json === true }, output, (session) => session.info());
      return { dump, info };
    } catch (error) {
      if (!(error instanceof DayAfterError)) throw error;
      first ??= error;
    }
  }
  return { dump: dumps[0]!, info: first! };
}

/** Makes the folder, if it has to be, before the command runs in vain. */
function prepareFolder(name: string): string {
  const folder = resolve(name);
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return folder;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
      throw new DayAfterError(
        'PERMISSION_DENIED',
        `no dump can be written to ${folder}`,
        'Name another folder with -o.',
      );
    }
    throw new DayAfterError('FILE_NOT_FOUND', `the folder ${folder} cannot be made (${code ?? message})`);
  }
}

/** Relative to the current folder, where that is shorter. */
function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.length < path.length ? short : path;
}

function shellWord(text: string): string {
  return /^[\w./+:@%-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
