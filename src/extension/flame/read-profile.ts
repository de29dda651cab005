/** Runs the command line's reader in a process of its own; no profile is parsed on the extension host's thread. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { nodeEnvironment } from '../analysis.ts';
import type { Failure } from '../messages.ts';

export type PackedProfile = { readonly packed: Uint8Array } | { readonly failure: Failure };

/** Columns of a profile, or of its difference to an older one. Aborting ends the process. */
export async function readProfile(
  extensionPath: string,
  file: string,
  older: string | undefined,
  signal: AbortSignal,
): Promise<PackedProfile> {
  // mkdtemp makes it for this user only, as profiles name what a program does.
  const folder = await mkdtemp(path.join(tmpdir(), 'dayafter-flame-'));
  try {
    const packed = path.join(folder, 'profile.flame');
    const cli = path.join(extensionPath, 'dist', 'cli.js');
    const args = [cli, 'flame', '-o', packed, ...(older === undefined ? [] : ['--diff', older]), '--', file];
    const { code, stderr } = await run(args, signal);
    if (code === 0) {
      // A Buffer would reach the webview as JSON: VS Code knows typed arrays by the names of their classes.
      const { buffer, byteOffset, length } = await readFile(packed);
      return { packed: new Uint8Array(buffer, byteOffset, length) };
    }
    const told = /^dayafter: (.*) \[([A-Z_]+)\]\n(?: {2}(.*)\n)?/.exec(stderr);
    return {
      failure: told
        ? { code: told[2]!, message: told[1]!, hint: told[3] ?? null }
        : {
            code: null,
            message: 'The profile’s reader ended without an answer.',
            hint: stderr.slice(-2000) || null,
          },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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
