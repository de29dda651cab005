/** memlab's own loader and graph, with a histogram by name. */
import { createRequire } from 'node:module';
import process from 'node:process';
import { report } from './report.ts';

const require = createRequire(process.argv[3]!);
const { getFullHeapFromFile } = require('@memlab/heap-analysis') as {
  getFullHeapFromFile(file: string): Promise<{
    nodes: { length: number; forEach(visit: (node: Node) => void): void };
  }>;
};
interface Node {
  name: string;
  type: string;
  self_size: number;
  retainedSize: number;
}

const heap = await getFullHeapFromFile(process.argv[2]!);
const classes = new Map<string, { count: number; size: number; retained: number }>();
let counted = 0;
let retained = 0;
heap.nodes.forEach((node) => {
  if (counted === 0) retained = node.retainedSize;
  counted++;
  const key = node.type === 'object' || node.type === 'native' ? node.name : node.type;
  const entry = classes.get(key) ?? { count: 0, size: 0, retained: 0 };
  classes.set(key, entry);
  entry.count++;
  entry.size += node.self_size;
  entry.retained = Math.max(entry.retained, node.retainedSize);
});
report({ nodes: heap.nodes.length, classes: classes.size, counted, retained });
