import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { DayAfterError } from '../../engine/errors.ts';
import type { Ending } from './ending.ts';
import { HangBreaker } from './hang.ts';
import { ProcessTree, type TrackedProcess } from './process-tree.ts';
import { send } from './send.ts';

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
  const tree = new ProcessTree();
  let quit = false;
  const listeners: Partial<Record<NodeJS.Signals, () => void>> = {
    SIGINT: () => undefined,
    SIGHUP: () => undefined,
    SIGTERM: () => send(tree.root, 'SIGTERM'),
    SIGQUIT: () => {
      quit = true;
    },
  };
  for (const [signal, listener] of Object.entries(listeners)) process.on(signal, listener);
  try {
    const child = await start(command, options.outputToStderr);
    tree.plant(child.pid!, process.cwd());
    const breaker = options.limit === undefined ? undefined : new HangBreaker(options.limit);
    let cost = 0;
    for (;;) {
      const ending = { code: child.exitCode, signal: child.signalCode };
      const over = ending.code !== null || ending.signal !== null;
      const began = performance.now();
      const ended = tree.update();
      if (tree.grown || ended.length > 0) await options.changed(tree, ended);
      cost += (performance.now() - began - cost) / looks;
      if (over && !tree.dumping) {
        breaker?.finish(tree);
        return { ending, tree, quit };
      }
      breaker?.step(tree);
      await pause(Math.min(Math.max(shortestPause, cost / share), longestPause), child);
    }
  } finally {
    for (const [signal, listener] of Object.entries(listeners)) process.off(signal, listener);
  }
}

/** Starts a command; its process's id is also that of the shell that raised the limit. */
async function start(command: readonly string[], outputToStderr: boolean): Promise<ChildProcess> {
  const child = spawn('sh', ['-c', raiseLimit, 'sh', ...command], {
    stdio: ['inherit', outputToStderr ? 2 : 'inherit', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: abortingOptions(process.env.NODE_OPTIONS) },
  });
  if (child.pid !== undefined) return child;
  const [error] = await once(child, 'error');
  throw new DayAfterError('FILE_NOT_FOUND', `the command cannot be started by sh (${error.message})`);
}

/** Waits for so many milliseconds, or until the process ends. */
function pause(time: number, child: ChildProcess): Promise<void> {
  return new Promise((done) => {
    const over = () => {
      clearTimeout(timer);
      child.off('exit', over);
      done();
    };
    const timer = setTimeout(over, time);
    child.on('exit', over);
  });
}
