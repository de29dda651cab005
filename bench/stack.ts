/**
 * `npm run bench`: the whole process of `dayafter stack` on a small and on a large core, and gdb's and
 * lldb's native backtrace of the same cores where they are installed (neither names JavaScript frames).
 */
import { statSync } from 'node:fs';
import path from 'node:path';
import { recordCore } from '../test/support/cores.ts';
import { installed, type Measured, median } from './measure.ts';

const cli = path.resolve(import.meta.dirname, '../dist/cli.js');
const program = path.resolve(import.meta.dirname, 'programs/heap.js');
const sizes = process.argv.includes('--small') ? [100, 400] : [100, 1900];
const line = 22;

const peers = [
  {
    name: 'gdb',
    args: (node: string, core: string) => ['-batch', '-nx', '-ex', 'thread apply all bt', node, core],
  },
  {
    name: 'lldb',
    args: (node: string, core: string) => ['-b', '-o', 'thread backtrace all', '-c', core, node],
  },
];

const rows: string[][] = [['core', 'tool', 'wall s', 'peak MB', 'ratio of walls']];
const walls: number[] = [];
for (const megabytes of sizes) {
  const { core, node } = await recordCore(line, program, {
    nodeFlags: ['--abort-on-uncaught-exception', '--max-old-space-size=6000'],
    args: [String(megabytes)],
    timeout: 300_000,
  });
  const size = `${((statSync(core).blocks * 512) / 1e9).toFixed(2)} GB on disk`;
  const ours = await median(5, process.execPath, [cli, 'stack', core]);
  if (ours.code !== 0) throw new Error(`dayafter stack ${core} ended with ${ours.code}`);
  walls.push(ours.wall);
  rows.push([size, 'dayafter stack', ...figures(ours), '1']);
  for (const peer of peers) {
    if (!(await installed(peer.name))) continue;
    const theirs = await median(1, peer.name, peer.args(node, core));
    rows.push([size, `${peer.name} backtrace`, ...figures(theirs), (theirs.wall / ours.wall).toFixed(1)]);
  }
}
for (const row of rows) console.log(row.map((cell, i) => cell.padEnd([18, 18, 8, 9, 0][i]!)).join(''));
console.log(`large core / small core: ${(walls.at(-1)! / walls[0]!).toFixed(2)}`);

function figures(measured: Measured): string[] {
  return [measured.wall.toFixed(2), measured.rss === undefined ? '?' : (measured.rss / 1e6).toFixed(0)];
}
