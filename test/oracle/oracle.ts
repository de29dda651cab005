import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cached } from '../support/cache.ts';
import { officialNode, type Release, versionOf } from '../support/releases.ts';
import { record } from './record.ts';
import type { Recording } from './recording.ts';

/** A program's core, and what the live debugger showed just before it was written. */
export interface Oracle {
  readonly node: string;
  readonly program: string;
  /** Path of the core. */
  readonly core: string;
  /** Null for a program that says "debug: no". */
  readonly recording: Recording | null;
  readonly stderr: string;
}

/** What a program's leading comments ask for, each on a line of its own: `// flags: --no-opt`. */
export interface Header {
  readonly flags: readonly string[];
  readonly debug: boolean;
  /** Names of frames that must have been reached in this tier: `// tier: maglev hot inner`. */
  readonly tier: string | undefined;
  readonly tierOf: readonly string[];
  /** The lines that the program runs on; undefined for all. */
  readonly lines: readonly number[] | undefined;
}

export function headerOf(source: string): Header {
  const word = (key: string): string[] | undefined =>
    new RegExp(`^// ${key}: (.*)$`, 'm').exec(source)?.[1]?.trim().split(/\s+/);
  const [tier, ...tierOf] = word('tier') ?? [];
  return {
    flags: word('flags') ?? [],
    debug: word('debug')?.[0] !== 'no',
    tier,
    tierOf,
    lines: word('lines')?.map(Number),
  };
}

/** Records a program with a release of Node, or gives the recording made before of the same program. */
export async function oracle(release: Release, program: string): Promise<Oracle> {
  const version = versionOf(release);
  const node = await officialNode(version);
  const source = await readFile(program, 'utf8');
  const header = headerOf(source);
  const stamp = createHash('sha256').update(JSON.stringify([version, node, program, source]));
  for (const part of ['record.ts', 'recording.ts', 'values.ts', 'cdp.ts', 'pause.cjs']) {
    stamp.update(await readFile(join(import.meta.dirname, part)));
  }
  const name = `oracle/${basename(program).replace(/\W+/g, '-')}-${release}`;
  const folder = await cached(name, stamp.digest('hex'), (aside) =>
    record({ node, program, folder: aside, flags: header.flags, debug: header.debug }),
  );
  return {
    node,
    program,
    core: join(folder, 'core'),
    recording: JSON.parse(await readFile(join(folder, 'recording.json'), 'utf8')),
    stderr: await readFile(join(folder, 'stderr.txt'), 'utf8'),
  };
}
