import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { FileSource } from '../../src/engine/dump/byte-source.ts';
import { decompress } from '../../src/engine/dump/decompress.ts';
import type { Recording } from '../oracle/recording.ts';
import { cached } from '../support/cache.ts';
import { type ReleaseLine, recordedReleases } from '../support/releases.ts';
import { loadedImage } from './loaded-image.ts';
import { unpack } from './pages.ts';
import { windowsNode } from './windows-node.ts';

/**
 * Minidumps with all memory that `npm run record:windows` made: official builds of Node for Windows, under Wine. For
 * each release line:
 *
 *     tiers-<line>.pages.zst, tiers-<line>.json.gz    frames of every tier, and what the live debugger showed of them
 *
 * and for one line:
 *
 *     natives-<line>.pages.zst, natives-<line>.heapsnapshot.zst    a heap, and V8's own snapshot of it
 *     spinning-<line>.pages.zst                                    an optimized loop, dumped from outside
 *     die-native-<line>.pages.zst                                  an addon that writes to address 0
 *     die-memory-<line>.pages.zst                                  a full heap, dumped as the process exits
 *
 * They lack the pages of node.exe, which are taken from the official build, and those of shared.pages.zst.
 */
export const recordingsFolder = join(import.meta.dirname, 'recordings');

/** The release line of which there is more than frames. */
export const fullLine: ReleaseLine = 24;

/** The dump of tiers.js, and what the live debugger showed. */
export async function recordedTiers(
  line: ReleaseLine,
): Promise<{ readonly dump: string; readonly recording: Recording }> {
  const told = await readFile(join(recordingsFolder, `tiers-${line}.json.gz`));
  return {
    dump: await unpacked('tiers', line),
    recording: JSON.parse((await promisify(gunzip)(told)).toString()),
  };
}

/** The dump of natives.cjs, and V8's own snapshot. */
export async function recordedHeap(): Promise<{ readonly dump: string; readonly snapshot: string }> {
  return {
    dump: await unpacked('natives', fullLine),
    snapshot: join(recordingsFolder, `natives-${fullLine}.heapsnapshot.zst`),
  };
}

/** The dump of spinning.js: it tells of no exception. */
export function recordedLoop(): Promise<string> {
  return unpacked('spinning', fullLine);
}

/** The dump of die-native.js: an access violation. */
export function recordedViolation(): Promise<string> {
  return unpacked('die-native', fullLine);
}

/** The dump of die-memory.js: Node ends it by an exit. */
export function recordedExit(): Promise<string> {
  return unpacked('die-memory', fullLine);
}

export function sharedPages(): Promise<Buffer> {
  return content('shared.pages.zst');
}

/** Path of the whole dump, in the cache. */
async function unpacked(name: string, line: ReleaseLine): Promise<string> {
  const file = `${name}-${line}.pages.zst`;
  const stamp = createHash('sha256').update(recordedReleases[line]);
  for (const part of [file, 'shared.pages.zst']) stamp.update(await readFile(join(recordingsFolder, part)));
  const folder = await cached(`windows/${name}-${line}`, stamp.digest('hex'), async (aside) => {
    const references = [loadedImage(await windowsNode(recordedReleases[line])), await sharedPages()];
    unpack(await content(file), references, join(aside, 'dump.dmp'));
  });
  return join(folder, 'dump.dmp');
}

async function content(name: string): Promise<Buffer> {
  const packed = new FileSource(join(recordingsFolder, name));
  const whole = await decompress(packed, 'zstd');
  try {
    return readFileSync(whole.name);
  } finally {
    whole.close();
    packed.close();
  }
}
