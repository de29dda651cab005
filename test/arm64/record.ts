/**
 * `npm run record:arm64 [-- line…]`: records the cores of AArch64 that the tests read, anew. Needs, on Debian:
 * apt-get install qemu-system-arm cpio zstd
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { headerOf } from '../oracle/oracle.ts';
import { officialNode, type ReleaseLine, recordedReleases, releaseLines } from '../support/releases.ts';
import { run } from '../support/system-folder.ts';
import { type Job, places } from './job.ts';
import { type Order, recordInMachine } from './machine.ts';
import { fullLine, recordingsFolder } from './recordings.ts';

/** Milliseconds: an emulated processor takes ten to twenty times as long. */
const patience = 20 * 60_000;

const wanted = process.argv.slice(2).map(Number) as ReleaseLine[];
mkdirSync(recordingsFolder, { recursive: true });
for (const line of wanted.length > 0 ? wanted : releaseLines) {
  console.log(`Node ${recordedReleases[line]}`);
  const orders = [order('oracle', 'programs/tiers.js')];
  if (line === fullLine) {
    orders.push(order('heap', '../heap-core/programs/natives.cjs'));
    orders.push(order('core', '../programs/spinning-interrupted.js'));
  }
  await recordInMachine(await officialNode(recordedReleases[line], 'arm64'), orders, async (job, folder) =>
    keep(job, folder, join(recordingsFolder, `${job.name}-${line}`)),
  );
}

function order(kind: Job['kind'], path: string): Order {
  const source = resolve(import.meta.dirname, path);
  const file = basename(source);
  return {
    source,
    job: {
      name: file.replace(/\.\w+$/, ''),
      kind,
      program: `${places.programs}/${file}`,
      flags: headerOf(readFileSync(source, 'utf8')).flags,
      timeout: patience,
    },
  };
}

function keep({ kind, name }: Job, folder: string, target: string): void {
  const pack = (file: string, as: string) =>
    run('zstd', ['-19', '--quiet', '--force', join(folder, file), '-o', as]);
  pack('core', `${target}.core.zst`);
  if (kind === 'heap') pack('isolate-0.heapsnapshot', `${target}.heapsnapshot.zst`);
  if (kind === 'oracle')
    writeFileSync(`${target}.json.gz`, gzipSync(readFileSync(join(folder, 'recording.json')), { level: 9 }));
  console.log(`  ${name}`);
}
