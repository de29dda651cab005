import { accessSync, constants, lstatSync, statfsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DayAfterError } from '../../engine/errors.ts';
import { coreHandler, filesAdvice } from './core-handlers.ts';
import { type CoreDestination, expandCorePattern } from './core-pattern.ts';
import { dumpsCore, type Ending, signalOf } from './ending.ts';
import type { BrokenCore } from './find-cores.ts';
import type { CoreLimit, TrackedProcess } from './process-tree.ts';

/** Less free space than any core of Node.js takes, in bytes. */
const littleSpace = 16 * 1024 * 1024;

/** Why there is no dump, and what helps. */
export interface Obstacle {
  readonly reason: string;
  readonly hint: string;
}

/** What is known of a command that left no dump. */
export interface Circumstances {
  readonly command: readonly string[];
  readonly ending: Ending;
  readonly destination: CoreDestination;
  /** The process that died, or the best guess; undefined if none was seen. */
  readonly process: TrackedProcess | undefined;
  /** What the command was allowed at most when it began. */
  readonly allowed: CoreLimit | undefined;
  /** What is in the place of its core. */
  readonly broken: readonly BrokenCore[];
  /** What the programs said that were asked for the core. */
  readonly notes: readonly string[];
}

/** The error for a command that ended without a dump: how it ended, why there is no dump, and what helps. */
export function noDump(circumstances: Circumstances): DayAfterError {
  const { command, ending, process } = circumstances;
  const signal = signalOf(ending);
  const passedOn = signal === undefined ? '' : `, which stands for ${signal},`;
  const end = ending.signal === null ? `ended with status ${ending.code}${passedOn}` : `died of ${signal}`;
  const crashed = dumpsCore(signal) || process?.dumped === true;
  const { reason, hint } = crashed ? obstacleOf(circumstances) : harmless(ending.code, signal);
  const told = `${basename(command[0]!)} ${end} and left no dump${reason && `: ${reason}`}`;
  return new DayAfterError('NO_DUMP_WRITTEN', told, hint);
}

/** Of commands that no signal with a core ended. */
function harmless(code: number | null, signal: NodeJS.Signals | undefined): Obstacle {
  const hang = 'To see what a command does that hangs, end it with Ctrl+\\ or --after <seconds>.';
  if (code === 0) return { reason: '', hint: `It ended well. ${hang}` };
  if (signal === undefined) {
    return {
      reason: '',
      hint: 'It ended by itself, as by process.exit(). Only what ends by a signal leaves a dump: process.abort() in its place does.',
    };
  }
  if (signal === 'SIGKILL') {
    return {
      reason: 'SIGKILL leaves none',
      hint: "If nobody sent it, it was the kernel, short of memory: 'dmesg' tells. With a --max-old-space-size that fits, Node.js dies itself of a full heap and leaves a dump.",
    };
  }
  return { reason: `${signal} leaves none`, hint: hang };
}

/** Why a process that died of a signal with a core left none. */
function obstacleOf(circumstances: Circumstances): Obstacle {
  const { destination, process, broken, notes } = circumstances;
  const heedsLimit =
    destination.kind === 'file' ||
    (destination.kind === 'pipe' && coreHandler(destination.command).heedsLimit);
  const limit = heedsLimit ? limitObstacle(limitOf(circumstances), circumstances.allowed) : undefined;
  const place =
    destination.kind === 'file' && process ? fileObstacle(destination, process, broken) : undefined;
  const unknown = { reason: 'the kernel wrote no core', hint: "'dmesg' may tell why." };
  return limit ?? destinationObstacle(destination, notes) ?? place ?? unknown;
}

/** The limit under which the process died, or undefined if it was not seen. */
function limitOf({ process, allowed }: Circumstances): CoreLimit | undefined {
  if (process?.limit === undefined) return allowed?.hard === 0 ? allowed : undefined;
  // The command's own process may have been seen before its limit was raised.
  const early = process.depth === 0 && process.limit.soft === 0 && process.limit.hard > 0;
  return early ? undefined : process.limit;
}

/** What keeps every process of this system from leaving a core that is found, or undefined. */
export function destinationObstacle(
  destination: CoreDestination,
  answers: readonly string[] = [],
): Obstacle | undefined {
  if (destination.kind === 'file') return undefined;
  if (destination.kind === 'none') {
    return { reason: 'kernel.core_pattern is empty, which means no cores', hint: filesAdvice() };
  }
  if (destination.kind === 'socket') {
    return {
      reason: `kernel.core_pattern gives cores to the socket ${destination.path}`,
      hint: filesAdvice(),
    };
  }
  const { name, advice } = coreHandler(destination.command);
  const said = answers.length > 0 ? `, and ${answers.join(', ')}` : '';
  return {
    reason: `kernel.core_pattern gives cores to ${name} ("|${destination.command}")${said}`,
    hint: `${advice} ${filesAdvice()}`,
  };
}

/** What RLIMIT_CORE forbids a process, or undefined. `allowed`: what this process could have given it. */
export function limitObstacle(
  limit: CoreLimit | undefined,
  allowed: CoreLimit | undefined,
): Obstacle | undefined {
  if (limit === undefined || limit.soft > 0) return undefined;
  if (limit.hard > 0 || (allowed !== undefined && allowed.hard > 0)) {
    return {
      reason: 'its core size limit (ulimit -c) was 0',
      hint: 'The program, or a script that starts it, lowered the limit itself.',
    };
  }
  return {
    reason: 'the hard core size limit (ulimit -Hc) is 0',
    hint: 'It is raised where the session begins: LimitCORE=infinity of a systemd unit, --ulimit core=-1 of docker run, "core" in /etc/security/limits.conf; or for this shell by: sudo prlimit --core=unlimited --pid $$',
  };
}

/** What is wrong with the place of a core file, or undefined. */
function fileObstacle(
  destination: CoreDestination & { kind: 'file' },
  process: TrackedProcess,
  broken: readonly BrokenCore[],
): Obstacle | undefined {
  const [first] = broken;
  if (first?.problem === 'forbidden') {
    return {
      reason: `${first.path} may not be read by this user`,
      hint: `Have its owner changed: sudo chown "$USER" ${first.path}`,
    };
  }
  if (first?.problem === 'empty') {
    return {
      reason: `${first.path} was begun, but not written`,
      hint: 'The disk may be full, or a quota reached.',
    };
  }
  if (first !== undefined) {
    return {
      reason: `${first.path} is no core that can be read`,
      hint: 'Processes that die at once may write into one file: sudo sysctl -w kernel.core_uses_pid=1 keeps them apart.',
    };
  }
  if (process.hidden || isPrivileged(process.executable)) {
    return {
      reason: `the kernel protects the memory of ${process.executable ?? 'its executable'}`,
      hint: 'A program that is setuid, has capabilities (setcap) or cannot be read by its user leaves no core. A copy of it without these does.',
    };
  }
  const { pattern } = destination;
  const start = pattern.startsWith('/') ? '/' : process.cwd;
  const components = expandCorePattern(pattern, { pid: process.pid });
  const name = components.pop();
  const folders = components.filter((component) => typeof component === 'string');
  if (start === undefined || folders.length < components.length) return undefined;
  const folder = join(start, ...folders);
  const problem = folderProblem(folder);
  if (problem) return { reason: `cores go to ${folder}, which ${problem[0]}`, hint: problem[1] };
  const taken = typeof name === 'string' ? fileProblem(join(folder, name)) : undefined;
  return taken === undefined ? undefined : { reason: taken, hint: 'Move it away.' };
}

function isPrivileged(executable: string | undefined): boolean {
  try {
    return executable !== undefined && (statSync(executable).mode & 0o6000) !== 0;
  } catch {
    return false;
  }
}

/** What is wrong with a folder, and what helps. */
function folderProblem(path: string): [string, string] | undefined {
  const elsewhere =
    'Run it in another folder, or let kernel.core_pattern name one: sudo sysctl -w kernel.core_pattern=/tmp/core.%p';
  try {
    if (!statSync(path).isDirectory()) return ['is no folder', elsewhere];
    accessSync(path, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync(path);
    if (bavail * bsize < littleSpace) return ['is on a disk that is full', 'Free some space.'];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return ['is not there', `The kernel makes no folders: mkdir -p ${path}`];
    if (code === 'EROFS') return ['can only be read', elsewhere];
    if (code === 'EACCES') return ['may not be written to', elsewhere];
  }
  return undefined;
}

/** The kernel overwrites nothing but a regular file of the user's own that has one name. */
function fileProblem(path: string): string | undefined {
  try {
    const stat = lstatSync(path);
    if (!stat.isFile()) return `${path} is in the way, which is no regular file`;
    return stat.nlink > 1 ? `${path} is in the way, which has further hard links` : undefined;
  } catch {
    return undefined;
  }
}
