import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Recording } from '../oracle/recording.ts';
import { officialNode, type ReleaseLine, recordedReleases } from '../support/releases.ts';

/**
 * Cores of AArch64 that `npm run record:arm64` made: official builds of Node under a real kernel, in an emulated
 * machine. For each release line:
 *
 *     tiers-<line>.core.zst, tiers-<line>.json.gz    frames of every tier, and what the live debugger showed of them
 *
 * and for one line:
 *
 *     natives-<line>.core.zst, natives-<line>.heapsnapshot.zst    a heap, and V8's own snapshot of it
 *     spinning-interrupted-<line>.core.zst                        an optimized loop, under the handler of a signal
 */
export const recordingsFolder = join(import.meta.dirname, 'recordings');

/** The release line of which there is more than frames. */
export const fullLine: ReleaseLine = 24;

interface Recorded {
  /** Path of the core. */
  readonly core: string;
  /** The executable, which does not run here. */
  readonly node: string;
}

/** The core of tiers.js, and what the live debugger showed. */
export async function recordedTiers(
  line: ReleaseLine,
): Promise<Recorded & { readonly recording: Recording }> {
  const told = await readFile(join(recordingsFolder, `tiers-${line}.json.gz`));
  return {
    core: join(recordingsFolder, `tiers-${line}.core.zst`),
    node: await officialNode(recordedReleases[line], 'arm64'),
    recording: JSON.parse((await promisify(gunzip)(told)).toString()),
  };
}

/** The core of spinning-interrupted.js. */
export async function recordedLoop(): Promise<Recorded> {
  return {
    core: join(recordingsFolder, `spinning-interrupted-${fullLine}.core.zst`),
    node: await officialNode(recordedReleases[fullLine], 'arm64'),
  };
}

/** The core of natives.cjs, and V8's own snapshot. */
export async function recordedHeap(): Promise<Recorded & { readonly snapshot: string }> {
  return {
    core: join(recordingsFolder, `natives-${fullLine}.core.zst`),
    node: await officialNode(recordedReleases[fullLine], 'arm64'),
    snapshot: join(recordingsFolder, `natives-${fullLine}.heapsnapshot.zst`),
  };
}
