import { createHash } from 'node:crypto';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FileSource } from '../../src/engine/dump/byte-source.ts';
import { openSource } from '../../src/engine/dump/detect.ts';
import { recordedTiers as recordedOnArm64 } from '../arm64/recordings.ts';
import { cached } from '../support/cache.ts';
import { recordCore } from '../support/cores.ts';
import type { ReleaseLine } from '../support/releases.ts';
import { recordedTiers as recordedOnWindows } from '../windows/recordings.ts';

/** A dump to damage. */
export interface Subject {
  /** Path of the dump, unpacked. */
  readonly dump: string;
  /** The executable, where it is not found by itself. */
  readonly program: string | undefined;
  /** True where the heap is read as a whole, too. */
  readonly hasHeap?: boolean;
}

/** What is damaged: interpreted and optimized code on this processor, what waits, and code of every tier elsewhere. */
export const subjects = {
  plain: async (line: ReleaseLine) => ({
    dump: (await recordCore(line, 'uncaught.js')).core,
    program: undefined,
  }),
  tiers: async (line: ReleaseLine) => {
    const program = join(import.meta.dirname, '../arm64/programs/tiers.js');
    const flags = ['--allow-natives-syntax', '--sparkplug', '--no-concurrent-recompilation'];
    const nodeFlags = [...flags, '--abort-on-uncaught-exception'];
    return { dump: (await recordCore(line, program, { nodeFlags })).core, program: undefined };
  },
  waiting: async (line: ReleaseLine) => ({
    dump: (await recordCore(line, 'waiting.js')).core,
    program: undefined,
    hasHeap: true,
  }),
  arm64: async (line: ReleaseLine) => {
    const { core, node } = await recordedOnArm64(line);
    return { dump: await unpacked(`arm64-${line}`, core), program: node };
  },
  windows: async (line: ReleaseLine) => ({ dump: (await recordedOnWindows(line)).dump, program: undefined }),
} as const satisfies Record<string, (line: ReleaseLine) => Promise<Subject>>;

export type SubjectName = keyof typeof subjects;

/** Path of an unpacked copy in the cache. */
async function unpacked(name: string, packed: string): Promise<string> {
  const stamp = createHash('sha256')
    .update(await readFile(packed))
    .digest('hex');
  const folder = await cached(`fuzz/${name}`, stamp, async (aside) => {
    const { source } = await openSource(packed);
    try {
      if (source instanceof FileSource) await copyFile(source.name, join(aside, 'dump'));
    } finally {
      source.close();
    }
  });
  return join(folder, 'dump');
}
