import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from './find-program.ts';

/** A program that gets the cores of a system by a pipe, and what is known of it. */
export interface CoreHandler {
  /** For people. */
  readonly name: string;
  /** Patterns, as of core(5), of the files in which it leaves cores. */
  readonly patterns: readonly string[];
  /** True where `coredumpctl` gives its cores. */
  readonly journal: boolean;
  /** True where RLIMIT_CORE matters to it, as it does not to the kernel then. */
  readonly heedsLimit: boolean;
  /** What helps where it has left no core. */
  readonly advice: string;
}

/** What abrt and older versions of apport write beside what they keep for themselves. */
const besideProcess = ['core', 'core.%p'];

/** The program that a pattern which begins with | names. */
export function coreHandler(command: string): CoreHandler {
  const program = command.split(/\s/, 1)[0]!;
  const unknown: CoreHandler = {
    name: program,
    patterns: [],
    journal: false,
    heedsLimit: false,
    advice: 'Where it leaves them is told by its own documentation.',
  };
  switch (basename(program)) {
    case 'systemd-coredump': {
      const journal = findProgram('coredumpctl') !== undefined;
      const advice = journal
        ? "'coredumpctl list' shows what it has; Storage, ExternalSizeMax and MaxUse of coredump.conf(5) limit that."
        : "'coredumpctl dump', which gives them, is not on the PATH here.";
      return { ...unknown, name: 'systemd-coredump', journal, heedsLimit: true, advice };
    }
    case 'apport':
      return {
        ...unknown,
        name: 'apport',
        // apport's fileutils: core.<executable>.<uid>.<boot id>.<pid>.<start time>
        patterns: ['/var/lib/apport/coredump/core.%e.%u.%h.%p.%t', ...besideProcess],
        heedsLimit: true,
        advice:
          "/var/log/apport.log tells why; 'apport-unpack' takes the CoreDump out of a report in /var/crash.",
      };
    case 'abrt-hook-ccpp':
      return {
        ...unknown,
        name: 'abrt',
        patterns: besideProcess,
        heedsLimit: true,
        advice: "'abrt-cli list' shows what it has, in /var/spool/abrt.",
      };
    case 'wsl-capture-crash': {
      const advice = 'WSL leaves cores on the side of Windows, in %LOCALAPPDATA%\\Temp\\wsl-crashes.';
      return { ...unknown, name: 'WSL', advice };
    }
    case 'false':
    case 'true':
      return { ...unknown, advice: 'It throws them away.' };
    default:
      return unknown;
  }
}

/** Whether cores that it got may be found. */
export function givesCores({ journal, patterns }: CoreHandler): boolean {
  return journal || patterns.length > 0;
}

/** How cores become files, which an administrator can do. */
export function filesAdvice(): string {
  const command = 'sudo sysctl -w kernel.core_pattern=core.%p';
  return inContainer()
    ? `The setting is that of the container's host, where this makes cores files: ${command}`
    : `This makes them files: ${command}`;
}

function inContainer(): boolean {
  return existsSync('/.dockerenv') || existsSync('/run/.containerenv');
}

/**
 * Has systemd's coredumpctl write the core of a process that died after `since` (milliseconds since 1970) to a file.
 * Returns undefined when it is there, else what was wrong, in words.
 */
export async function takeFromJournal(pid: number, since: number, file: string): Promise<string | undefined> {
  const from = `@${Math.floor(since / 1000)}`;
  const argv = ['--no-pager', `--since=${from}`, `--output=${file}`, 'dump', String(pid)];
  try {
    await promisify(execFile)('coredumpctl', argv, { maxBuffer: 1 << 20 });
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    return stderr?.trim().split('\n').at(-1) || `coredumpctl failed (${String(code)})`;
  }
  const { size } = await stat(file);
  return size > 0 ? undefined : 'coredumpctl gave an empty file';
}
