import assert from 'node:assert/strict';
import { run } from '../../src/cli/run.ts';

export interface Ended {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line in this process. */
export async function dayafter(...argv: string[]): Promise<Ended> {
  const out: string[] = [];
  const err: string[] = [];
  const status = await run(argv, {
    stdout: { write: (text) => void out.push(text) },
    stderr: { write: (text) => void err.push(text) },
    env: {},
  });
  return { status, out: out.join(''), err: err.join('') };
}

/** What a command prints that succeeds. */
export async function printed(...argv: string[]): Promise<string> {
  const { status, out, err } = await dayafter(...argv);
  assert.equal(status, 0, `${out}${err}`);
  return out;
}

/** The document that it prints with `--json`. */
export async function json<T>(...argv: string[]): Promise<T> {
  return JSON.parse(await printed(...argv, '--json')) as T;
}
