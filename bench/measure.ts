import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Measured {
  /** Seconds of wall clock, of the whole process. */
  readonly wall: number;
  /** Peak resident set of the process, in bytes; undefined where /proc is not there. */
  readonly rss: number | undefined;
  readonly code: number | null;
  readonly bytesOut: number;
}

/** Runs a command to its end, output thrown away, and says what it took. */
export function measure(command: string, args: readonly string[], timeout = 600_000): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let rss: number | undefined;
    let bytesOut = 0;
    // VmHWM only grows, so the last look before the end is the peak but for the last few milliseconds.
    const look = () => {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
        rss = Math.max(rss ?? 0, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024);
      } catch {
        // Not Linux, or it has ended.
      }
    };
    const poll = setInterval(look, 5);
    const timer = setTimeout(() => child.kill('SIGKILL'), timeout);
    child.stdout.on('data', (chunk: Buffer) => {
      bytesOut += chunk.length;
      look();
    });
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(poll);
      clearTimeout(timer);
      resolve({ wall: (performance.now() - started) / 1000, rss, code, bytesOut });
    });
  });
}

/** The run with the median wall time, after one run that warms the file cache. */
export async function median(runs: number, command: string, args: readonly string[]): Promise<Measured> {
  await measure(command, args);
  const all: Measured[] = [];
  for (let i = 0; i < runs; i++) all.push(await measure(command, args));
  all.sort((a, b) => a.wall - b.wall);
  return all[Math.floor(all.length / 2)]!;
}

/** True if the command can be started. */
export async function installed(command: string): Promise<boolean> {
  try {
    return (await measure(command, ['--version'])).code === 0;
  } catch {
    return false;
  }
}
