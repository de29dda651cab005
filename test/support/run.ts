import { spawn } from 'node:child_process';

export interface Finished {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly pid: number;
}

export interface RunOptions {
  readonly cwd?: string;
  /** The whole environment of the process; without it, this process's own. */
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds after which the process and its children are killed and the promise is rejected. */
  readonly timeout?: number;
}

/** Runs a program to its end, in a process group of its own, without standard input. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const timeout = options.timeout ?? 60_000;
  return new Promise((done, failed) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    const timer = setTimeout(() => {
      killGroup(child.pid);
      const said = Buffer.concat(err).toString().slice(-2000);
      failed(new Error(`${[command, ...args].join(' ')} did not end within ${timeout} ms\n${said}`));
    }, timeout);
    child.on('error', (error) => {
      clearTimeout(timer);
      failed(error);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString();
      done({ stdout: text(out), stderr: text(err), code, signal, pid: child.pid ?? 0 });
    });
  });
}

/** Kills a process that was started detached, with all its children. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

/** npm, as the user started it or from the PATH. Rejects with what npm said where it fails. */
export async function npm(args: readonly string[], options: RunOptions = {}): Promise<void> {
  const script = process.env.npm_execpath;
  const viaNode = script !== undefined && /\.c?js$/.test(script);
  const [command, first]: [string, string[]] = viaNode ? [process.execPath, [script]] : ['npm', []];
  const ended = await run(command, [...first, ...args], { timeout: 600_000, ...options });
  if (ended.code !== 0) throw new Error(`npm ${args.join(' ')} failed:\n${ended.stderr || ended.stdout}`);
}
