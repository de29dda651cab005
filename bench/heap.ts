/**
 * `npm run bench:heap`: load, sizes, dominators and histogram of heap snapshots, ours beside Chrome
 * DevTools' engine with its second worker, memlab and VS Code's v8-heap-parser, in one run. With `--large`
 * also at 1.2 GB and 3 GB, files multiplied from a real one. `--only <name,…>` and `--sizes <mb,…>` choose.
 */
import { existsSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { build } from 'esbuild';
import { devtoolsEngine } from '../test/heap/devtools.ts';
import { heapPeers } from '../test/heap/peers.ts';
import { programs, recordSnapshot } from '../test/heap/snapshots.ts';
import { cacheFolder } from '../test/support/cache.ts';
import { releaseNode } from '../test/support/releases.ts';
import { run } from '../test/support/run.ts';
import { multiplySnapshot } from './multiply-snapshot.ts';

const line = 20;

interface Contender {
  readonly name: string;
  readonly entry: string;
  readonly args: (peers: string) => Promise<string[]>;
  /** Megabytes above which it is known to fail. */
  readonly limit?: number;
}

const contenders: readonly Contender[] = [
  { name: 'dayafter', entry: 'dayafter', args: async () => [] },
  { name: 'Chrome DevTools', entry: 'devtools', args: async () => [await devtoolsEngine()] },
  { name: 'memlab', entry: 'memlab', args: async (peers) => [peers] },
  { name: 'v8-heap-parser', entry: 'v8-heap-parser', args: async (peers) => [peers], limit: 450 },
];

const option = (name: string) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
};
const only = option('--only')?.split(',');
const sizes =
  option('--sizes')?.split(',').map(Number) ??
  (process.argv.includes('--large') ? [50, 300, 1200, 3000] : [50, 300]);
const runs = Number(option('--runs') ?? 3);

const node = await releaseNode(line);
const folder = path.join(cacheFolder, 'bench-heap');
mkdirSync(folder, { recursive: true });
writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}\n');
await bundle();
const peers = await heapPeers();

console.log(
  `Node ${line} on ${availableParallelism()} cores; median of ${runs} runs, after one that warms the file cache`,
);
const widths = [12, 18, 9, 9, 9, 12, 0];
const print = (cells: readonly string[]) =>
  console.log(cells.map((cell, i) => cell.padEnd(widths[i]!)).join(''));
print(['file', 'engine', 'wall s', 'CPU s', 'peak MB', 'RSS/file', 'wall and CPU against dayafter']);
for (const megabytes of sizes) {
  const file = await snapshotOf(megabytes);
  const size = statSync(file).size;
  let ours: Measured | null = null;
  for (const contender of contenders) {
    if (only && !only.includes(contender.entry)) continue;
    const label = [`${(size / 1e6).toFixed(0)} MB`, contender.name];
    if (contender.limit !== undefined && megabytes > contender.limit) {
      print([...label, 'cannot open files of that size']);
      continue;
    }
    const measured = await median(contender, file);
    if (!measured) {
      print([...label, 'failed']);
      continue;
    }
    if (contender.entry === 'dayafter') ours = measured;
    print([
      ...label,
      measured.wall.toFixed(2),
      measured.cpu.toFixed(2),
      (measured.rss / 1e6).toFixed(0),
      `${(measured.rss / size).toFixed(2)}`,
      ours ? `${(measured.wall / ours.wall).toFixed(2)} and ${(measured.cpu / ours.cpu).toFixed(2)}` : '',
    ]);
  }
}

interface Measured {
  readonly wall: number;
  readonly cpu: number;
  readonly rss: number;
}

async function median(contender: Contender, file: string): Promise<Measured | null> {
  const all: Measured[] = [];
  for (let i = 0; i <= (statSync(file).size > 1e9 ? 1 : runs); i++) {
    const started = performance.now();
    const ended = await run(
      node,
      [
        '--max-old-space-size=16000',
        path.join(folder, `${contender.entry}.mjs`),
        file,
        ...(await contender.args(peers)),
      ],
      { timeout: 1_200_000, cwd: folder },
    );
    const wall = (performance.now() - started) / 1000;
    const reported = ended.stdout.trim().split('\n').at(-1);
    if (ended.code !== 0 || !reported?.startsWith('{')) return null;
    const { cpu, rss } = JSON.parse(reported) as { cpu: number; rss: number };
    all.push({ wall, cpu, rss });
  }
  // The first run warms the file cache.
  const counted = all.slice(1).sort((a, b) => a.wall - b.wall);
  return counted[Math.floor(counted.length / 2)]!;
}

/** A snapshot of about that size, real up to 300 MB. */
async function snapshotOf(megabytes: number): Promise<string> {
  const objects = megabytes <= 100 ? 40_000 : 250_000;
  const real = await recordSnapshot(
    line,
    path.join(programs, 'service.cjs'),
    [String(objects)],
    ['--max-old-space-size=8000'],
  );
  const times = Math.round(megabytes / (statSync(real).size / 1e6));
  if (times <= 1) return real;
  const file = path.join(folder, `${objects}x${times}.heapsnapshot`);
  if (!existsSync(file)) {
    await multiplySnapshot(real, times, `${file}.new`);
    renameSync(`${file}.new`, file);
  }
  return file;
}

async function bundle(): Promise<void> {
  const here = (name: string) => path.resolve(import.meta.dirname, name);
  await build({
    entryPoints: {
      ...Object.fromEntries(contenders.map(({ entry }) => [entry, here(`heap/${entry}.ts`)])),
      'heap-worker': here('../src/engine/snapshot/worker.ts'),
    },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // As in what is shipped: what a command does not need is not loaded.
    splitting: true,
    chunkNames: 'chunk-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
  });
  renameSync(path.join(folder, 'heap-worker.mjs'), path.join(folder, 'heap-worker.js'));
}
