import { describeNode } from '../../engine/analyses/describe.ts';
import { findNode } from '../../engine/analyses/find-node.ts';
import {
  dominatorsOf,
  fieldsOf,
  type Page,
  type Relation,
  retainersOf,
} from '../../engine/analyses/object-view.ts';
import { nodeText } from '../heap-text.ts';
import { openHeap } from '../open-heap.ts';
import { grouped, type Output, type Paint, painter, plain, printJson } from '../output.ts';
import type { CommonOptions } from '../run.ts';

export interface ObjectOptions extends CommonOptions {
  readonly limit: number;
}

/** `dayafter object`: one object with its fields, retainers and dominators. */
export async function objectCommand(
  dump: string,
  id: string,
  options: ObjectOptions,
  output: Output,
): Promise<void> {
  await openHeap(dump, options, output, (heap) => {
    const node = findNode(heap, id);
    const page = { count: options.limit };
    const fields = fieldsOf(heap, node, page);
    const retainers = retainersOf(heap, node, page);
    const dominators = dominatorsOf(heap, node);
    const info = describeNode(heap, node);
    if (options.json) {
      printJson(output, {
        node: info,
        fields: fields.items,
        fieldsTotal: fields.total,
        retainers: retainers.items,
        retainersTotal: retainers.total,
        dominators,
      });
      return;
    }
    const paint = painter(output);
    output.stdout.write(`${nodeText(info, paint)}\n`);
    output.stdout.write(relations('holds', '→', fields, paint));
    output.stdout.write(relations('is held by', '←', retainers, paint));
    output.stdout.write(`${paint('bold', 'dominators')}\n`);
    for (const dominator of dominators) output.stdout.write(`  ${nodeText(dominator, paint)}\n`);
  });
}

function relations(title: string, arrow: string, { items, total }: Page<Relation>, paint: Paint): string {
  const lines = items.map(({ edge, node }) => `  ${plain(edge)} ${arrow} ${nodeText(node, paint)}\n`);
  const left = total - items.length;
  if (left > 0) lines.push(paint('dim', `  … and ${grouped(left)} more (--limit)\n`));
  return `${paint('bold', title)}\n${lines.join('')}`;
}
