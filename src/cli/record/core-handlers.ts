import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';

/** A program that gets the cores of a system by a pipe, and what is known of it. */
export interface CoreHandler {
  /** For people. */
  readonly name: string;
  /** Patterns, as of core(5), of the files in which it leaves cores. */
  readonly patterns: readonly string[];
  /** True where `coredumpctl` gives its cores. */
  readonly journal: boolean;
  /** What helps where it has left no core. */
  readonly advice: string;
}

/** What abrt and older versions of apport write beside what they keep for themselves. */
const besideProcess = ['core', 'core.%p'];

/** The program that a pattern which begins with | names. */
export function coreHandler(command: string): CoreHandler {
  const program = command.split(/\s/, 1)[0]!;
  const handler = (name: string, patterns: readonly string[], advice: string, journal = false) => {
    return { name, patterns, journal, advice };
  };
  if (/\/systemd-coredump$/.test(program)) {
    const advice =
      "'coredumpctl list' shows what it has; Storage, ExternalSizeMax and MaxUse of coredump.conf(5) limit that.";
    return handler('systemd-coredump', [], advice, true);
  }
  if (/\/apport$/.test(program)) {
    // apport's fileutils: core.<executable>.<uid>.<boot id>.<pid>.<start time>
    const kept = '/var/lib/apport/coredump/core.%e.%u.%h.%p.%t';
    const advice =
      "/var/log/apport.log tells why; where there is a report in /var/crash, 'apport-unpack' takes its CoreDump out.";
    return handler('apport', [kept, ...besideProcess], advice);
  }
  if (/\/abrt-hook-ccpp$/.test(program)) {
    return handler('abrt', besideProcess, "'abrt-cli list' shows what it has, in /var/spool/abrt.");
  }
  if (/\/wsl-capture-crash$/.test(program)) {
    const advice = 'WSL leaves cores on the side of Windows, in %LOCALAPPDATA%\\Temp\\wsl-crashes.';
    return handler('WSL', [], advice);
  }
  if (/\/(false|true)$/.test(program)) return handler(program, [], 'It throws them away.');
  return handler(program, besideProcess, 'Where it leaves them is told by its own documentation.');
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
    if (code === 'ENOENT') return 'coredumpctl is not on the PATH';
    return stderr?.trim().split('\n').at(-1) || `coredumpctl failed (${String(code)})`;
  }
  const { size } = await stat(file);
  return size > 0 ? undefined : 'coredumpctl gave an empty file';
}
