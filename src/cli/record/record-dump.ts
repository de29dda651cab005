import { DayAfterError } from '../../engine/errors.ts';
import { CoreCollector, type Suspects } from './collect-cores.ts';
import { coreHandler, givesCores } from './core-handlers.ts';
import { type CoreDestination, namesProcess, readCoreDestination } from './core-pattern.ts';
import { dumpsCore, signalOf } from './ending.ts';
import { destinationObstacle, limitObstacle, noDump } from './missing-dump.ts';
import { runUnderProcdump } from './procdump.ts';
import { type CoreLimit, readLimit } from './process-tree.ts';
import { type Run, runCommand } from './run-command.ts';

export interface RecordDumpOptions {
  /** The folder that the dumps go to, absolute. */
  readonly folder: string;
  /** Gives the command's standard output to this process's standard error. */
  readonly outputToStderr: boolean;
  /** Milliseconds after which a command that still runs is aborted. */
  readonly limit: number | undefined;
  /** Told why there can be no dump, before the command runs. */
  readonly warn: (text: string) => void;
}

export interface RecordedDumps {
  /** Absolute paths, in the order in which the processes died; one at least. */
  readonly dumps: readonly string[];
  /** What the user should know of them, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Runs a command to its end; resolves to the dumps that its processes left. `program` is the command's executable.
 * Rejects with NO_DUMP_WRITTEN, which says why there is none.
 */
export async function recordDump(
  command: readonly string[],
  program: string,
  options: RecordDumpOptions,
): Promise<RecordedDumps> {
  switch (process.platform) {
    case 'linux':
      return recordCores(command, options);
    case 'win32': {
      const { folder, outputToStderr, limit } = options;
      if (limit !== undefined) throw new DayAfterError('NOT_APPLICABLE', '--after works on Linux alone');
      return { dumps: [await runUnderProcdump(command, program, folder, outputToStderr)], notes: [] };
    }
    default:
      throw new DayAfterError(
        'NO_DUMP_WRITTEN',
        `the dumps of ${process.platform === 'darwin' ? 'macOS' : process.platform} cannot be read`,
        'Cores of Linux can, also of a container: run it there.',
      );
  }
}

async function recordCores(command: readonly string[], options: RecordDumpOptions): Promise<RecordedDumps> {
  const destination = readCoreDestination();
  const allowed = readLimit(process.pid);
  warn(destination, allowed, options.warn);
  const collector = new CoreCollector(destination, options.folder, Date.now());
  const run = await runCommand(command, {
    ...options,
    changed: (tree, ended) => collector.take(ended, tree.processes),
  });
  const suspects = suspectsOf(run);
  await collector.finish(run.tree.processes, suspects);
  const { cores, broken, notes } = collector;
  if (cores.length === 0) {
    const { ending, tree } = run;
    throw noDump({
      ...{ command, ending, destination, allowed, notes, broken },
      process: suspects.processes[0] ?? tree.get(tree.root),
    });
  }
  const mixed = mayBeMixed(run, destination) ? [mixedNote] : [];
  return { dumps: cores.map((core) => core.path), notes: [...notes, ...mixed] };
}

const mixedNote =
  'Several processes got SIGQUIT at once and wrote into one file, so that the dump may be mixed up. ' +
  'kill -ABRT <pid> or --after make one process dump core; sudo sysctl -w kernel.core_uses_pid=1 keeps them apart.';

/** Says before the command runs, which may take long, that there will be no dump of it. */
function warn(
  destination: CoreDestination,
  allowed: CoreLimit | undefined,
  tell: (text: string) => void,
): void {
  const found = destination.kind === 'pipe' && givesCores(coreHandler(destination.command));
  // Root may raise the limit.
  const none = allowed?.hard === 0 && process.getuid?.() !== 0;
  const obstacle = none
    ? limitObstacle(allowed, allowed)
    : found
      ? undefined
      : destinationObstacle(destination);
  if (obstacle) tell(`There will be no dump: ${obstacle.reason}.`);
}

/** The processes that may have dumped core, innermost first. */
function suspectsOf({ tree, ending }: Run): Suspects {
  const ended = tree.processes.filter((p) => p.ended).sort((a, b) => b.depth - a.depth);
  const dumping = dumpsCore(signalOf(ending));
  const sure = ended.filter((p) => p.dumped || (p.pid === tree.root && dumping && ending.signal !== null));
  return sure.length > 0 || !dumping
    ? { processes: sure, certain: true }
    : { processes: ended, certain: false };
}

/** Whether processes may have written into one file at the same time. */
function mayBeMixed({ quit, tree }: Run, destination: CoreDestination): boolean {
  if (!quit || destination.kind !== 'file' || namesProcess(destination.pattern)) return false;
  const folders = tree.processes.map((p) => (destination.pattern.startsWith('/') ? '/' : p.cwd));
  return new Set(folders).size < folders.length;
}
