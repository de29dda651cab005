import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { readCoreDestination } from '../../src/cli/record/core-pattern.ts';
import { findCores } from '../../src/cli/record/find-cores.ts';
import { moveTo } from '../../src/cli/record/keep-core.ts';
import { destinationObstacle } from '../../src/cli/record/missing-dump.ts';
import { cached } from './cache.ts';
import { officialNode, type Release, versionOf } from './releases.ts';
import { run } from './run.ts';

const programsFolder = resolve(import.meta.dirname, '../programs');

export interface RecordOptions {
  /** Flags for node; without them `--abort-on-uncaught-exception`. */
  readonly nodeFlags?: readonly string[];
  /** Arguments of the program. */
  readonly args?: readonly string[];
  /** Added to a small environment that is the same everywhere. */
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds; 60 seconds without it. */
  readonly timeout?: number;
  /** Further files that the program reads: a change of one of them makes a new core. */
  readonly inputs?: readonly string[];
}

export interface Recording {
  /** Path of the core. */
  readonly core: string;
  /** The node that ran. */
  readonly node: string;
  readonly version: string;
  /** Path of the program, as the core's scripts name it. */
  readonly program: string;
  readonly pid: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: { readonly code: number | null; readonly signal: string | null };
}

/**
 * Runs a program (a path, or a name in test/programs) with a release of Node until it dies, and keeps its
 * core in the cache: the same program under the same flags is not run twice. Rejects, with a word on
 * core_pattern, where no core appears.
 */
export async function recordCore(
  line: Release,
  program: string,
  options: RecordOptions = {},
): Promise<Recording> {
  const script = isAbsolute(program) ? program : join(programsFolder, program);
  const version = versionOf(line);
  const node = await officialNode(version);
  const key = await keyOf(version, script, node, options);
  const name = `cores/${basename(script).replace(/\W+/g, '-')}-${line}-${key.slice(0, 12)}`;
  const folder = await cached(name, key, (aside) => record(node, script, options, aside));
  const told = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8'));
  return { core: join(folder, 'core'), node, version, program: script, ...told };
}

async function keyOf(version: string, script: string, node: string, options: RecordOptions): Promise<string> {
  const hash = createHash('sha256');
  const { nodeFlags, args, env } = options;
  hash.update(JSON.stringify([2, version, node, script, nodeFlags, args, env]));
  for (const file of [script, ...(options.inputs ?? [])]) hash.update(await readFile(file));
  return hash.digest('hex');
}

/**
 * Runs a program with `node` until it dies; leaves `core` and `run.json` in `folder`. Rejects where no core
 * appears.
 */
export async function record(
  node: string,
  script: string,
  options: RecordOptions,
  folder: string,
): Promise<void> {
  corePattern();
  const flags = options.nodeFlags ?? ['--abort-on-uncaught-exception'];
  const work = join(folder, 'cwd');
  await mkdir(work, { recursive: true });
  const started = Date.now();
  const ended = await run(
    'bash',
    ['-c', 'ulimit -c unlimited && exec "$@"', 'bash', node, ...flags, script, ...(options.args ?? [])],
    {
      cwd: work,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8', TZ: 'UTC', ...options.env },
      timeout: options.timeout ?? 60_000,
    },
  );
  const { pid, stdout, stderr, code, signal } = ended;
  const core = await coreOf(pid, work, started);
  if (core === undefined) {
    const how = `it ended with ${signal ?? `status ${code}`}`;
    throw new Error(`${script} left no core (${how}). ${coreAdvice}\n${stderr.slice(-2000)}`);
  }
  await moveTo(core, join(folder, 'core'));
  await rm(work, { recursive: true, force: true });
  await writeFile(join(folder, 'run.json'), JSON.stringify({ pid, stdout, stderr, exit: { code, signal } }));
}

export const coreAdvice =
  'The tests need cores as plain files: sudo sysctl -w kernel.core_pattern=core (and allow cores: ulimit -Hc unlimited).';

/** The core that a process left which was in `cwd`, written after `since` (milliseconds since 1970). */
export async function coreOf(pid: number, cwd: string, since: number): Promise<string | undefined> {
  const { cores } = await findCores(corePattern(), cwd, since, { pid });
  return cores[0]?.path;
}

function corePattern(): string {
  if (process.platform !== 'linux') throw new Error('cores for the tests can be made on Linux only');
  const destination = readCoreDestination();
  if (destination.kind === 'file') return destination.pattern;
  throw new Error(`${destinationObstacle(destination)!.reason}. ${coreAdvice}`);
}
