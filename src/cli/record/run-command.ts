import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { DayAfterError } from '../../engine/errors.ts';
import { HangBreaker } from './hang.ts';
import { ProcessTree, type TrackedProcess } from './process-tree.ts';

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunOptions {
  /** Gives the command's standard output to this process's standard error. */
  readonly outputToStderr: boolean;
  /** Milliseconds after which it is aborted. */
  readonly limit: number | undefined;
  /** Called when processes began, and with those of the command that just ended. */
  readonly changed: (tree: ProcessTree, ended: readonly TrackedProcess[]) => Promise<void>;
}

export interface Run {
  readonly ending: Ending;
  readonly tree: ProcessTree;
  /** The terminal sent SIGQUIT to all processes at once. */
  readonly quit: boolean;
}

/** Milliseconds between two looks at the processes: more than the shortest where a look takes long. */
const shortestPause = 20;
const longestPause = 200;
/** Looking at processes takes this part of the time at most, on the average of some looks. */
const share = 1 / 20;
const looks = 16;

const abortFlag = '--abort-on-uncaught-exception';

/**
 * Raises the limit as far as it goes, then becomes the command. The command is given as arguments of its own, so that
 * no shell reads it.
 */
const raiseLimit = 'ulimit -c unlimited 2>/dev/null || ulimit -S -c "$(ulimit -H -c)" 2>/dev/null; exec "$@"';

/** The signals that dump core by default (signal(7)), by their numbers. */
export const dumpingSignals: ReadonlyMap<number, NodeJS.Signals> = new Map(
  (
    [
      'SIGABRT',
      'SIGBUS',
      'SIGFPE',
      'SIGILL',
      'SIGQUIT',
      'SIGSEGV',
      'SIGSYS',
      'SIGTRAP',
      'SIGXCPU',
      'SIGXFSZ',
    ] as const
  ).map((name) => [constants.signals[name], name]),
);

/** NODE_OPTIONS with the flag that makes Node.js abort of an error that nobody catches. */
export function abortingOptions(options: string | undefined): string {
  const given = options?.trim() ?? '';
  const words = given.split(/\s+/).map((word) => word.replaceAll('_', '-'));
  if (words.includes(abortFlag)) return given;
  return given === '' ? abortFlag : `${given} ${abortFlag}`;
}

/**
 * Runs a command to its end, with the terminal of this process. Ctrl+C and Ctrl+\ are the command's: this process
 * lives on; SIGTERM is passed on. Rejects with FILE_NOT_FOUND where there is no shell.
 */
export async function runCommand(command: readonly string[], options: RunOptions): Promise<Run> {
  let quit = false;
  const child = { kill: (_: NodeJS.Signals): unknown => undefined };
  const listeners: [NodeJS.Signals, () => void][] = [
    ['SIGINT', () => undefined],
    ['SIGHUP', () => undefined],
    ['SIGTERM', () => child.kill('SIGTERM')],
    [
      'SIGQUIT',
      () => {
        quit = true;
      },
    ],
  ];
  for (const [signal, listener] of listeners) process.on(signal, listener);
  try {
    const tree = new ProcessTree();
    const started = spawn('sh', ['-c', raiseLimit, 'sh', ...command], {
      stdio: ['inherit', options.outputToStderr ? 2 : 'inherit', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: abortingOptions(process.env.NODE_OPTIONS) },
    });
    child.kill = (signal) => started.kill(signal);
    let ending: Ending | undefined;
    const end = new Promise<void>((done, failed) => {
      started.once('exit', (code, signal) => {
        ending = { code, signal };
        done();
      });
      started.once('error', (error) => {
        failed(new DayAfterError('FILE_NOT_FOUND', `the command cannot be started by sh (${error.message})`));
      });
    });
    if (started.pid === undefined) await end;
    tree.plant(started.pid!, process.cwd());
    const breaker = options.limit === undefined ? undefined : new HangBreaker(options.limit);
    let cost = 0;
    for (;;) {
      const over = ending;
      const began = performance.now();
      const ended = tree.update();
      cost += (performance.now() - began - cost) / looks;
      if (tree.grown || ended.length > 0) await options.changed(tree, ended);
      if (over && !tree.dumping) return { ending: over, tree, quit };
      breaker?.step(tree);
      const pause = sleep(Math.min(Math.max(shortestPause, cost / share), longestPause));
      await (over ? pause : Promise.race([pause, end]));
    }
  } finally {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  }
}
