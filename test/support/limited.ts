import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { killGroup } from './run.ts';

export interface Limits {
  /** Milliseconds. */
  readonly timeout: number;
  /** Bytes of resident memory. */
  readonly memory: number;
  /** Runs the process as this user (root may). */
  readonly uid?: number;
}

export interface LimitedResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: string | null;
  /** Which limit the process was killed for, if any. */
  readonly exceeded: 'timeout' | 'memory' | undefined;
  /** The largest resident size that was seen, in bytes. */
  readonly peak: number;
}

export const defaultLimits: Limits = { timeout: 30_000, memory: 2 * 1024 ** 3 };

/** Runs this node with `args`, and kills it when it takes too long or too much memory. */
export function runLimited(args: readonly string[], limits: Limits = defaultLimits): Promise<LimitedResult> {
  const { timeout, memory, uid } = limits;
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: { PATH: process.env.PATH, HOME: '/nonexistent', TMPDIR: process.env.TMPDIR },
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let exceeded: LimitedResult['exceeded'];
    let peak = 0;
    const stop = (why: LimitedResult['exceeded']) => {
      exceeded ??= why;
      killGroup(child.pid);
    };
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    const timer = setTimeout(() => stop('timeout'), timeout);
    const watch = setInterval(async () => {
      peak = Math.max(peak, await peakOf(child.pid));
      if (peak > memory) stop('memory');
    }, 50);
    const settle = () => {
      clearTimeout(timer);
      clearInterval(watch);
    };
    child.on('error', (error) => {
      settle();
      failed(error);
    });
    child.on('close', (code, signal) => {
      settle();
      const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString();
      done({ stdout: text(out), stderr: text(err), code, signal, exceeded, peak });
    });
  });
}

async function peakOf(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}
