import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { cached } from '../support/cache.ts';
import { type ReleaseLine, releaseNode, releases } from '../support/releases.ts';
import { run } from '../support/run.ts';

const program = resolve(import.meta.dirname, '../programs/profile-load.js');
const allocations = resolve(import.meta.dirname, '../programs/profile-allocations.js');
const ATTEMPTS = 3;

/** What one release line records of the same program, made once and kept in the tests' cache. */
export async function recordProfiles(line: ReleaseLine): Promise<string> {
  return cached(`profiles-${releases[line]}`, '3', async (folder) => {
    const node = await releaseNode(line);
    const record = async (args: string[]) => {
      // Node 18's own --prof crashes about once in a hundred runs.
      for (let attempt = 1; ; attempt++) {
        const { code, signal, stderr } = await run(node, args, { cwd: folder, timeout: 120_000 });
        if (code === 0) return;
        if (signal === null || attempt === ATTEMPTS)
          throw new Error(`${args.join(' ')} ended with ${code ?? signal}: ${stderr.slice(-500)}`);
      }
    };
    await mkdir(folder, { recursive: true });
    await record(['--cpu-prof', '--cpu-prof-name', 'load.cpuprofile', program]);
    await record([
      '--heap-prof',
      '--heap-prof-interval',
      '16384',
      '--heap-prof-name',
      'load.heapprofile',
      program,
    ]);
    await record(['--prof', '--logfile=load-v8.log', '--no-logfile-per-isolate', program]);
    const categories = 'disabled-by-default-v8.cpu_profiler,v8';
    await record([
      '--trace-event-categories',
      categories,
      '--cpu-prof',
      '--cpu-prof-name',
      'traced.cpuprofile',
      program,
    ]);
    await record([allocations, join(folder, 'allocations.heapsnapshot')]);
    const ended = await run(node, ['--prof-process', '--preprocess', 'load-v8.log'], {
      cwd: folder,
      timeout: 120_000,
    });
    await writeFile(join(folder, 'load-v8.json'), ended.stdout);
  });
}

/** The text of `perf script` for the program, where this machine has a perf that may record; else undefined. */
export async function recordPerf(line: ReleaseLine): Promise<string | undefined> {
  if (!existsSync('/usr/bin/perf')) return undefined;
  const folder = await cached(`perf-${releases[line]}`, '1', async (aside) => {
    const node = await releaseNode(line);
    const flags = ['--perf-basic-prof', '--interpreted-frames-native-stack'];
    const recorded = await run(
      '/usr/bin/perf',
      ['record', '-o', join(aside, 'perf.data'), '-F', '499', '-g', node, ...flags, program],
      { cwd: aside, timeout: 120_000 },
    );
    if (recorded.code !== 0) return;
    const printed = await run('/usr/bin/perf', ['script', '-i', join(aside, 'perf.data')], {
      cwd: aside,
      timeout: 120_000,
    });
    if (printed.code === 0) await writeFile(join(aside, 'perf.txt'), printed.stdout);
  });
  const file = join(folder, 'perf.txt');
  return existsSync(file) ? file : undefined;
}
