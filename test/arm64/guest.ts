/**
 * Runs in the machine, under the Node that is recorded: carries out the jobs one after another, and hands out each
 * result as a tar on the disk. What happens is told by lines on the console that begin with `@@ `.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, fsyncSync, openSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { record as recordOracle } from '../oracle/record.ts';
import { record as recordCore } from '../support/cores.ts';
import { type Event, type Job, places } from './job.ts';

const disk = openSync(places.disk, 'r+');
/** Results begin at multiples, so that the host can give their place back. */
const alignment = 1 << 16;
let free = 0;

function tell(event: Event): void {
  console.log(`@@ ${JSON.stringify(event)}`);
}

/** Leaves in `folder` what the recorders of the tests leave there. */
async function carryOut(job: Job, folder: string): Promise<void> {
  if (job.kind === 'oracle') {
    const { program, flags } = job;
    await recordOracle({ node: places.node, program, folder, flags, debug: true, patience: job.timeout });
  } else {
    const args = job.kind === 'heap' ? [join(folder, 'isolate-0.heapsnapshot')] : [];
    await recordCore(places.node, job.program, { nodeFlags: [], args, timeout: job.timeout }, folder);
  }
}

async function handOut(folder: string): Promise<{ offset: number; size: number }> {
  const tar = spawn('/bin/sh', ['-c', 'exec tar -c -f - -C "$0" .', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const out = createWriteStream('', { fd: disk, start: free, autoClose: false });
  const ended = once(tar, 'close');
  let size = 0;
  for await (const chunk of tar.stdout) {
    size += chunk.length;
    if (!out.write(chunk)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  const [code] = await ended;
  if (code !== 0) throw new Error(`tar of ${folder} ended with status ${code}`);
  fsyncSync(disk);
  const offset = free;
  free += Math.ceil(size / alignment) * alignment;
  return { offset, size };
}

for (const job of JSON.parse(readFileSync(places.jobs, 'utf8')) as Job[]) {
  const folder = join(places.results, job.name);
  try {
    await mkdir(folder, { recursive: true });
    await carryOut(job, folder);
    tell({ job: job.name, ...(await handOut(folder)) });
  } catch (error) {
    tell({ job: job.name, error: String((error as Error).stack).slice(0, 4000) });
  }
  await rm(folder, { recursive: true, force: true });
}
process.exit(0);
