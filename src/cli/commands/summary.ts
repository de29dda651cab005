import { coverageOf } from '../../engine/analyses/open-graph.ts';
import { summarize } from '../../engine/analyses/summary.ts';
import { openHeap } from '../open-heap.ts';
import { bytes, grouped, type Output, painter, plain, printJson, table } from '../output.ts';
import type { CommonOptions } from '../run.ts';

/** `dayafter summary`: where the memory is. */
export async function summaryCommand(dump: string, options: CommonOptions, output: Output): Promise<void> {
  await openHeap(dump, options, output, (heap) => {
    const summary = summarize(heap);
    const coverage = coverageOf(heap);
    if (options.json) {
      printJson(output, { ...summary, coverage });
      return;
    }
    const paint = painter(output);
    output.stdout.write(
      table([
        ...summary.parts.map((part) => [
          bytes(part.size).padStart(9),
          paint('dim', `${((100 * part.size) / Math.max(1, summary.total)).toFixed(1)} %`.padStart(7)),
          grouped(part.count).padStart(11),
          plain(part.name),
        ]),
        [paint('bold', bytes(summary.total).padStart(9)), '', '', 'in all'],
      ]),
    );
    for (const note of coverage.notes) output.stdout.write(`${paint('yellow', plain(note))}\n`);
  });
}
