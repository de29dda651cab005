/**
 * `npm run bench:heap-core [-- --line 24 --mb 100 --mb 400 --program varied --runs 3]`: the heap of a core beside
 * V8's own snapshot of the same heap, in one run. Core to graph with retained sizes against our reader on the
 * snapshot; core to .heapsnapshot against what V8 took to write its own.
 */
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { recordLarge, type SizedProgram } from '../test/heap-core/large-core.ts';
import { cacheFolder } from '../test/support/cache.ts';
import { type ReleaseLine, releaseNode } from '../test/support/releases.ts';
import { run as runCommand } from '../test/support/run.ts';

const { values } = parseArgs({
  options: {
    line: { type: 'string', multiple: true, default: ['22', '24'] },
    mb: { type: 'string', multiple: true, default: ['100'] },
    program: { type: 'string', multiple: true, default: ['large', 'varied'] },
    runs: { type: 'string', default: '3' },
  },
});

const folder = path.join(cacheFolder, 'bench-heap-core');
mkdirSync(folder, { recursive: true });
writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}\n');
await bundle();
const node = await releaseNode(24);
console.log(
  `Node 24 on ${availableParallelism()} cores; medians of ${values.runs} runs, after one that warms the file cache`,
);
for (const line of values.line.map(Number) as ReleaseLine[])
  for (const program of values.program as SizedProgram[])
    for (const mb of values.mb.map(Number)) await compare(line, mb, program);

async function compare(line: ReleaseLine, mb: number, program: SizedProgram): Promise<void> {
  const { core, snapshot, milliseconds } = await recordLarge(line, mb, program);
  const size = (file: string) => `${(statSync(file).size / 1e6).toFixed(0)} MB`;
  console.log(
    `\ncore of Node ${line}, ${mb} MB of heap (${program}): ${size(core)}, its snapshot ${size(snapshot)}`,
  );
  const out = path.join(folder, 'out.heapsnapshot');
  const fromSnapshot = await run('graph', snapshot);
  const fromCore = await run('graph', core);
  const written = await run('export', core, out);
  const row = (name: string, cells: readonly string[]) =>
    console.log(`  ${name.padEnd(52)}${cells.map((cell) => cell.padStart(11)).join('')}`);
  row('', ['wall', 'CPU', 'peak']);
  for (const [name, taken] of [
    ['our reader on V8’s snapshot: graph, retained sizes', fromSnapshot],
    ['core: graph, retained sizes', fromCore],
    ['core: .heapsnapshot', written],
  ] as const)
    row(name, [
      `${taken.wall.toFixed(2)} s`,
      `${taken.cpu.toFixed(2)} s`,
      `${(taken.rss / 1e6).toFixed(0)} MB`,
    ]);
  row('V8 writes its own snapshot', [`${(milliseconds / 1000).toFixed(2)} s`]);
  const ratio = (a: number, b: number) => `${(a / b).toFixed(2)} times`;
  console.log(`  core to graph takes ${ratio(fromCore.wall, fromSnapshot.wall)} what our reader takes`);
  console.log(`  core to .heapsnapshot takes ${ratio(written.wall, milliseconds / 1000)} what V8 took`);
}

interface Taken {
  /** Seconds. */
  readonly wall: number;
  readonly cpu: number;
  /** Bytes at the peak. */
  readonly rss: number;
}

async function run(task: string, ...args: string[]): Promise<Taken> {
  const all: Taken[] = [];
  for (let i = 0; i <= Number(values.runs); i++) {
    const ended = await runCommand(
      node,
      ['--max-old-space-size=8000', path.join(folder, 'dayafter-core.js'), task, ...args],
      { timeout: 600_000 },
    );
    if (ended.code !== 0) throw new Error(`${task} failed: ${ended.stderr}`);
    if (i > 0) all.push(JSON.parse(ended.stdout) as Taken);
  }
  all.sort((a, b) => a.wall - b.wall);
  return all[Math.floor(all.length / 2)]!;
}

async function bundle(): Promise<void> {
  const here = (name: string) => path.resolve(import.meta.dirname, name);
  await build({
    entryPoints: {
      'dayafter-core': here('heap/dayafter-core.ts'),
      'heap-worker': here('../src/engine/snapshot/worker.ts'),
      'core-thread': here('../src/engine/heap-graph/core-thread.ts'),
    },
    outdir: folder,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
    banner: {
      js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);",
    },
  });
}
