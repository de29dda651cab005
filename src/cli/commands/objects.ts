import { count, histogram } from '../../engine/analyses/histogram.ts';
import { coverageOf } from '../../engine/analyses/open-graph.ts';
import { shapes } from '../../engine/analyses/shapes.ts';
import { openHeap } from '../open-heap.ts';
import { bytes, grouped, type Output, painter, plain, printJson, table } from '../output.ts';
import type { CommonOptions } from '../run.ts';

export interface ObjectsOptions extends CommonOptions {
  /** Rows of text output. */
  readonly limit: number;
  /** Plain objects apart by the properties that they have. */
  readonly shapes?: boolean;
}

/** `dayafter objects`: histogram by constructor. */
export async function objectsCommand(dump: string, options: ObjectsOptions, output: Output): Promise<void> {
  await openHeap(dump, options, output, (heap) => {
    const result = options.shapes ? count(heap, shapes(heap)) : histogram(heap);
    const coverage = coverageOf(heap);
    if (options.json) {
      printJson(output, {
        classes: result.classes.map(({ index: _, ...row }) => row),
        total: result.total,
        coverage,
      });
      return;
    }
    const paint = painter(output);
    const rows = result.classes.slice(0, options.limit);
    const share = (size: number) => `${((100 * size) / Math.max(1, heap.totalSize)).toFixed(1)} %`;
    output.stdout.write(
      table([
        ['count', 'shallow', 'retained', '', 'constructor'].map((cell, i) =>
          paint('bold', i < 4 ? cell.padStart(i === 0 ? 10 : 9) : cell),
        ),
        ...rows.map((row) => [
          grouped(row.count).padStart(10),
          bytes(row.shallowSize).padStart(9),
          bytes(row.retainedSize).padStart(9),
          paint('dim', share(row.retainedSize).padStart(9)),
          plain(row.name) +
            (row.constructedAt
              ? paint('dim', `  ${plain(row.constructedAt.source ?? '')}:${row.constructedAt.line}`)
              : ''),
        ]),
      ]),
    );
    const left = result.classes.length - rows.length;
    if (left > 0) output.stdout.write(paint('dim', `… and ${grouped(left)} more (--limit)\n`));
    output.stdout.write(
      `${grouped(result.total.count)} objects, ${bytes(result.total.shallowSize)} in all\n`,
    );
    for (const note of coverage.notes) output.stdout.write(`${paint('yellow', plain(note))}\n`);
  });
}
