import path from 'node:path';
import { FileSource } from '../engine/dump/byte-source.ts';
import { isElf } from '../engine/dump/elf.ts';
import { unpackedHead } from '../engine/dump/unpacked-head.ts';
import { DayAfterError } from '../engine/errors.ts';
import { asyncChainsOf, asyncChainsProfile, type CoreChains } from '../engine/profile/dumps/async-chains.ts';
import { retainedProfile } from '../engine/profile/dumps/retained.ts';
import { type CoreStacks, threadStacksProfile } from '../engine/profile/dumps/thread-stacks.ts';
import { mergeProfiles } from '../engine/profile/merge.ts';
import { openProfile } from '../engine/profile/open-profile.ts';
import type { Profile, Subject } from '../engine/profile/profile.ts';
import type { CoreSession } from '../engine/session.ts';
import { openCore, requireThread } from './open.ts';
import { openHeap } from './open-heap.ts';
import type { Output } from './output.ts';
import type { CommonOptions } from './run.ts';

export interface SubjectOptions extends CommonOptions {
  readonly of?: Subject;
}

/** Bytes that tell what a file is: of a snapshot, its whole description. */
const HEAD = 1 << 14;

/** What a file holds. */
type DumpKind = 'core' | 'snapshot' | 'traced snapshot' | 'profile';

/** The profile of a file, or of several of one kind: a profile's own, or what `--of` names of a dump. */
export async function readSubject(
  files: readonly string[],
  options: SubjectOptions,
  output: Output,
): Promise<Profile> {
  const kinds = files.map(dumpKind);
  if (kinds.every((kind) => kind === 'core')) {
    const subject = options.of ?? 'stacks';
    const profile = await ofCores(files, subject, options, output);
    return { ...profile, dump: { subject, subjects: ['stacks', 'async', 'retained'] } };
  }
  const { of } = options;
  if (of === 'async' || of === 'stacks')
    throw new DayAfterError(
      'NOT_APPLICABLE',
      `--of ${of} needs a core: ${files[kinds.findIndex((kind) => kind !== 'core')]} is none`,
    );
  const ofHeap = kinds.map((kind) => kind !== 'profile' && of !== 'allocations');
  const profile = await merged(files, (file, i) => {
    if (of === 'retained' && kinds[i] === 'profile')
      throw new DayAfterError(
        'NOT_APPLICABLE',
        `${file} is no heap: --of retained needs a heap snapshot or a core`,
      );
    return ofHeap[i] ? openHeap(file, options, output, retainedProfile) : openProfile(file);
  });
  if (!kinds.every((kind) => kind === 'traced snapshot')) return profile;
  const subjects = ['retained', 'allocations'] as const;
  return { ...profile, dump: { subject: ofHeap[0] ? 'retained' : 'allocations', subjects } };
}

async function ofCores(
  files: readonly string[],
  subject: Subject,
  options: SubjectOptions,
  output: Output,
): Promise<Profile> {
  if (subject === 'retained')
    return merged(files, (file) => openHeap(file, options, output, retainedProfile));
  if (subject === 'allocations')
    throw new DayAfterError('NOT_APPLICABLE', 'a core holds no allocation traces', 'A .heapsnapshot may.');
  const names = shortNames(files);
  if (subject === 'stacks') {
    const cores: CoreStacks[] = [];
    for (const [i, file] of files.entries())
      cores.push(await openCore(file, options, output, (s) => stacksOf(names[i]!, s, options)));
    return threadStacksProfile(cores);
  }
  const cores: CoreChains[] = [];
  for (const [i, file] of files.entries())
    cores.push(
      await openCore(file, options, output, (session) => {
        const { name, threads } = stacksOf(names[i]!, session, options);
        const ofThread = options.thread === undefined ? undefined : threads[0]?.isolate;
        return asyncChainsOf(session, name, threads, options.isolate ?? ofThread ?? undefined);
      }),
    );
  const chains = asyncChainsProfile(cores);
  if (chains.samples.stack.length > 0) return chains;
  throw new DayAfterError('NOT_APPLICABLE', 'no async function was running or suspended');
}

async function merged(
  files: readonly string[],
  read: (file: string, index: number) => Promise<Profile>,
): Promise<Profile> {
  const profiles: { name: string; profile: Profile }[] = [];
  const names = shortNames(files);
  for (const [i, file] of files.entries()) profiles.push({ name: names[i]!, profile: await read(file, i) });
  return mergeProfiles(profiles);
}

/** The files' own names; where two are the same, with their folders. */
function shortNames(files: readonly string[]): string[] {
  const names = files.map((file) => path.basename(file));
  if (new Set(names).size === names.length) return names;
  return files.map((file) => path.join(path.basename(path.dirname(path.resolve(file))), path.basename(file)));
}

function stacksOf(name: string, session: CoreSession, options: SubjectOptions): CoreStacks {
  const ids =
    options.thread === undefined
      ? session.threads().map((t) => t.id)
      : [requireThread(session, options.thread)];
  const threads = ids
    .map((id) => session.stack(id))
    .filter((stack) => options.isolate === undefined || stack.isolate === options.isolate);
  return { name, threads };
}

/** By the content, packed or not. */
function dumpKind(file: string): DumpKind {
  const source = new FileSource(file);
  try {
    const head = unpackedHead(source, HEAD);
    if (isElf(head)) return 'core';
    const text = head.toString('latin1');
    if (!/^\s*\{\s*"snapshot"\s*:/.test(text)) return 'profile';
    return /"trace_function_count"\s*:\s*[1-9]/.test(text) ? 'traced snapshot' : 'snapshot';
  } finally {
    source.close();
  }
}
