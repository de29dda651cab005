/** Runs the command line in a process of its own: no dump is ever read on the extension host's thread. */
import { spawn } from 'node:child_process';
import * as path from 'node:path';
import type { DumpInfo, EventLoopsInfo } from '../engine/contract.ts';
import { type LoopsView, loopViews } from '../engine/event-loop/loop-view.ts';
import type { Failure } from './messages.ts';

/** Characters of output that are read; an info document has a few ten thousand. */
const maxOutput = 64 * 1024 * 1024;

/** Environment in which this editor's own runtime is a plain Node.js. */
export const nodeEnvironment: Readonly<Record<string, string>> = {
  ELECTRON_RUN_AS_NODE: '1',
  NODE_OPTIONS: '',
};

export type Analysis = { readonly info: DumpInfo } | { readonly failure: Failure };

/** What `dayafter info` says of a dump. Aborting ends the process. */
export async function analyse(extensionPath: string, dump: string, signal: AbortSignal): Promise<Analysis> {
  const { stdout, stderr } = await runCommandLine(extensionPath, ['info', '--json', '--', dump], signal);
  let answer: unknown;
  try {
    answer = JSON.parse(stdout);
  } catch {
    return {
      failure: {
        code: null,
        message: 'The analysis ended without an answer.',
        hint: stderr.slice(-2000) || null,
      },
    };
  }
  const { error } = answer as { error?: Failure };
  return error ? { failure: error } : { info: answer as DumpInfo };
}

/** What `dayafter handles` says of a dump's event loops, as people look at it; null where it says nothing. */
export async function analyseLoops(
  extensionPath: string,
  dump: string,
  signal: AbortSignal,
): Promise<LoopsView | null> {
  const { stdout } = await runCommandLine(extensionPath, ['handles', '--json', '--', dump], signal);
  const answer = JSON.parse(stdout) as EventLoopsInfo | { readonly error: Failure };
  return 'error' in answer ? null : { loops: loopViews(answer, false), notes: answer.notes };
}

/** Runs the command line; aborting ends its process. */
export function runCommandLine(
  extensionPath: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<{ stdout: string; stderr: string }> {
  const cli = path.join(extensionPath, 'dist', 'cli.js');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], {
      env: { ...process.env, ...nodeEnvironment },
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      signal,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (stdout.length > maxOutput) child.kill();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-10_000);
    });
    child.on('error', reject);
    child.on('close', () => resolve({ stdout, stderr }));
  });
}
