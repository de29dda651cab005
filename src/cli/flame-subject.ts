import path from 'node:path';
import { FileSource, readBytes } from '../engine/dump/byte-source.ts';
import { isElf } from '../engine/dump/elf.ts';
import { DayAfterError } from '../engine/errors.ts';
import { retainedProfile } from '../engine/profile/dumps/retained.ts';
import {
  asyncChainsProfile,
  type CoreStacks,
  threadStacksProfile,
} from '../engine/profile/dumps/thread-stacks.ts';
import { mergeProfiles } from '../engine/profile/merge.ts';
import { openProfile } from '../engine/profile/open-profile.ts';
import type { Profile } from '../engine/profile/profile.ts';
import { openCore, requireThread } from './open.ts';
import { openHeap } from './open-heap.ts';
import type { Output } from './output.ts';
import type { CommonOptions } from './run.ts';

export const flameSubjects = ['stacks', 'retained', 'allocations', 'async'] as const;
export type FlameSubject = (typeof flameSubjects)[number];

export interface SubjectOptions extends CommonOptions {
  readonly of?: FlameSubject;
}

/** The profile of a file, or of several of one kind: a profile's own, or what `--of` names of a dump. */
export async function readSubject(
  files: readonly string[],
  options: SubjectOptions,
  output: Output,
): Promise<Profile> {
  const { of } = options;
  const kinds = files.map(dumpKind);
  if (kinds.every((kind) => kind === 'core')) {
    if (of === 'retained') return merged(files, (file) => openHeap(file, options, output, retainedProfile));
    if (of === 'allocations')
      throw new DayAfterError('NOT_APPLICABLE', 'a core holds no allocation traces', 'A .heapsnapshot may.');
    const cores: CoreStacks[] = [];
    for (const file of files) cores.push(await coreStacks(file, options, output));
    if (of !== 'async') return threadStacksProfile(cores);
    const chains = asyncChainsProfile(cores);
    if (chains.samples.stack.length > 0) return chains;
    throw new DayAfterError(
      'NOT_APPLICABLE',
      'no thread was inside an async function that another one awaits',
    );
  }
  if (of === 'async' || (of === 'stacks' && kinds.includes('snapshot')))
    throw new DayAfterError(
      'NOT_APPLICABLE',
      `--of ${of} needs a core: ${files[kinds.indexOf('snapshot')] ?? files[0]} is none`,
    );
  return merged(files, (file, i) => {
    const ofHeap = kinds[i] === 'snapshot' && of !== 'allocations';
    if (of === 'retained' && kinds[i] !== 'snapshot')
      throw new DayAfterError(
        'NOT_APPLICABLE',
        `${file} is no heap: --of retained needs a heap snapshot or a core`,
      );
    return ofHeap ? openHeap(file, options, output, retainedProfile) : openProfile(file);
  });
}

async function merged(
  files: readonly string[],
  read: (file: string, index: number) => Promise<Profile>,
): Promise<Profile> {
  const profiles: { name: string; profile: Profile }[] = [];
  for (const [i, file] of files.entries())
    profiles.push({ name: path.basename(file), profile: await read(file, i) });
  return mergeProfiles(profiles);
}

async function coreStacks(file: string, options: SubjectOptions, output: Output): Promise<CoreStacks> {
  return openCore(file, options, output, (session) => {
    const ids =
      options.thread === undefined
        ? session.threads().map((t) => t.id)
        : [requireThread(session, options.thread)];
    const threads = ids
      .map((id) => session.stack(id))
      .filter((stack) => options.isolate === undefined || stack.isolate === options.isolate);
    return { name: path.basename(file), threads };
  });
}

/** A compressed file is taken for a profile; `stack` and `snapshot` open compressed dumps. */
function dumpKind(file: string): 'core' | 'snapshot' | 'profile' {
  const source = new FileSource(file);
  try {
    const head = readBytes(source, 0, 512);
    if (isElf(head)) return 'core';
    return /^\s*\{\s*"snapshot"\s*:/.test(head.toString('latin1')) ? 'snapshot' : 'profile';
  } finally {
    source.close();
  }
}
