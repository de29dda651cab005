/**
 * `graph <dump>`: loads a heap and computes its retained sizes; `export <core> <file>`: writes it. Prints
 * seconds and bytes that it took.
 */
import process from 'node:process';
import { openGraph } from '../../src/engine/analyses/open-graph.ts';
import { writeSnapshot } from '../../src/engine/snapshot/writer.ts';

const [, , task, file, out] = process.argv;
const started = performance.now();
if (task === 'export') await writeSnapshotOf(file!, out!);
else (await openGraph(file!)).close();
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
console.log(
  JSON.stringify({
    wall: (performance.now() - started) / 1000,
    cpu: (userCPUTime + systemCPUTime) / 1e6,
    rss: maxRSS * 1024,
  }),
);

async function writeSnapshotOf(core: string, path: string): Promise<void> {
  const heap = await openGraph(core);
  writeSnapshot(heap.graph, path);
  heap.close();
}
