/** Our engine: load, sizes, dominators, histogram; what the other programs of this folder do with theirs. */
import process from 'node:process';
import { histogram } from '../../src/engine/analyses/histogram.ts';
import { openGraph } from '../../src/engine/analyses/open-graph.ts';
import { report } from './report.ts';

const heap = await openGraph(process.argv[2]!);
const { classes, total } = histogram(heap);
report({
  nodes: heap.graph.nodeCount,
  classes: classes.length,
  counted: total.count,
  retained: heap.retainedSizes[0]!,
});
