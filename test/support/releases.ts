import { join } from 'node:path';
import { cached } from './cache.ts';
import { npm } from './run.ts';

/** The release lines of Node that the tests know, with the release that stands for each. */
export const releases = {
  18: '18.20.8',
  20: '20.20.2',
  22: '22.23.5',
  24: '24.22.3',
  26: '26.12.1',
} as const;

/** Those that left the cores of other processors and systems, which are kept as recordings. */
export const recordedReleases = {
  18: '18.20.8',
  20: '20.20.2',
  22: '22.23.3',
  24: '24.21.0',
  26: '26.10.0',
} as const;

export type ReleaseLine = keyof typeof releases;

/** Oldest first. */
export const releaseLines = Object.keys(releases).map(Number) as ReleaseLine[];

/** A release line, or one of its releases: "22.11.0". */
export type Release = ReleaseLine | string;

export function versionOf(release: Release): string {
  return typeof release === 'string' ? release : releases[release];
}

/** The official build's `node` of a release line, installed into the cache where it is not there yet. */
export function releaseNode(line: ReleaseLine): Promise<string> {
  return officialNode(releases[line]);
}

export type Processor = 'x64' | 'arm64';

/** As `releaseNode`, of any version; of another processor to read its cores, since it does not run here. */
export async function officialNode(version: string, processor: Processor = 'x64'): Promise<string> {
  const name = `node-linux-${processor}`;
  const wanted = `${name}@${version}`;
  const quiet = ['--ignore-scripts', '--no-save', '--no-audit', '--no-fund'];
  const target = ['--force', '--os', 'linux', '--cpu', processor];
  const folder = await cached(`n${version}${processor === 'x64' ? '' : `-${processor}`}`, wanted, (aside) =>
    npm(['install', '--prefix', aside, ...quiet, ...target, wanted], { cwd: aside }),
  );
  return join(folder, `node_modules/${name}/bin/node`);
}
