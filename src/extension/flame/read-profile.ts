/** Runs the command line's reader in a process of its own; no profile is parsed on the extension host's thread. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { nodeEnvironment } from '../analysis.ts';
import type { Failure } from '../messages.ts';

export type PackedProfile = { readonly packed: Uint8Array } | { readonly failure: Failure };

export interface WantedProfile {
  readonly extensionPath: string;
  readonly file: string;
  /** What it is compared with. */
  readonly older: string | undefined;
  /** What of a dump is wanted; undefined for the command line's own choice. */
  readonly subject: string | undefined;
}

/** Columns of a profile, or of its difference to an older one. Aborting ends the process. */
export async function readProfile(wanted: WantedProfile, signal: AbortSignal): Promise<PackedProfile> {
  // mkdtemp makes it for this user only, as profiles name what a program does.
  const folder = await mkdtemp(path.join(tmpdir(), 'dayafter-flame-'));
  try {
    const packed = path.join(folder, 'profile.flame');
    const failure = await write(wanted, packed, signal);
    if (failure) return { failure };
    // A Buffer would reach the webview as JSON: VS Code knows typed arrays by the names of their classes.
    const { buffer, byteOffset, length } = await readFile(packed);
    return { packed: new Uint8Array(buffer, byteOffset, length) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes the graph as a page of its own. */
export function writePage(
  wanted: WantedProfile,
  target: string,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  return write(wanted, target, signal);
}

/** What the command line writes goes by the ending of `output`. */
async function write(
  { extensionPath, file, older, subject }: WantedProfile,
  output: string,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const cli = path.join(extensionPath, 'dist', 'cli.js');
  const diff = older === undefined ? [] : ['--diff', older];
  const of = subject === undefined ? [] : ['--of', subject];
  const { code, stderr } = await run([cli, 'flame', '-o', output, ...diff, ...of, '--', file], signal);
  if (code === 0) return undefined;
  const told = /^dayafter: (.*) \[([A-Z_]+)\]\n(?: {2}(.*)\n)?/.exec(stderr);
  return told
    ? { code: told[2]!, message: told[1]!, hint: told[3] ?? null }
    : {
        code: null,
        message: 'The profile’s reader ended without an answer.',
        hint: stderr.slice(-2000) || null,
      };
}

function run(args: readonly string[], signal: AbortSignal): Promise<{ code: number | null; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...nodeEnvironment },
      stdio: ['ignore', 'ignore', 'pipe'],
      windowsHide: true,
      signal,
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-10_000);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stderr }));
  });
}
