import { describeNode } from '../../engine/analyses/describe.ts';
import { findNode } from '../../engine/analyses/find-node.ts';
import { dominatedBy } from '../../engine/analyses/object-view.ts';
import { ROOT } from '../../engine/graph/types.ts';
import { nodeText } from '../heap-text.ts';
import { openHeap } from '../open-heap.ts';
import { grouped, type Output, painter, printJson } from '../output.ts';
import type { CommonOptions } from '../run.ts';

export interface DominatorsOptions extends CommonOptions {
  readonly limit: number;
  /** How many children are left out first. */
  readonly start: number;
}

/** `dayafter dominators`: a level of the dominator tree, the root's where no object is named. */
export async function dominatorsCommand(
  dump: string,
  id: string | undefined,
  options: DominatorsOptions,
  output: Output,
): Promise<void> {
  await openHeap(dump, options, output, (heap) => {
    const node = id === undefined ? ROOT : findNode(heap, id);
    const { items, total } = dominatedBy(heap, node, { start: options.start, count: options.limit });
    const info = describeNode(heap, node);
    if (options.json) {
      printJson(output, { node: info, children: items, total });
      return;
    }
    const paint = painter(output);
    output.stdout.write(`${nodeText(info, paint)}\n`);
    for (const child of items) output.stdout.write(`  ${nodeText(child, paint)}\n`);
    const left = total - options.start - items.length;
    if (left > 0) output.stdout.write(paint('dim', `  … and ${grouped(left)} more (--start, --limit)\n`));
  });
}
