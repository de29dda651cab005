import { stringReport } from '../../engine/analyses/strings.ts';
import { nodeText } from '../heap-text.ts';
import { openHeap } from '../open-heap.ts';
import { bytes, grouped, type Output, painter, plain, printJson, table } from '../output.ts';
import type { CommonOptions } from '../run.ts';

export interface StringsOptions extends CommonOptions {
  readonly limit: number;
}

/** `dayafter strings`: duplicates and the largest. */
export async function stringsCommand(dump: string, options: StringsOptions, output: Output): Promise<void> {
  await openHeap(dump, options, output, (heap) => {
    const report = stringReport(heap, options.limit);
    if (options.json) {
      printJson(output, report);
      return;
    }
    const paint = painter(output);
    const shown = (text: string) => plain(JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text));
    output.stdout.write(`${grouped(report.total.count)} strings, ${bytes(report.total.size)}\n`);
    output.stdout.write(`${paint('bold', 'duplicates')}: wasted, how many, text\n`);
    output.stdout.write(
      table(
        report.duplicates.map((d) => [
          bytes(d.wasted).padStart(11),
          grouped(d.count).padStart(9),
          shown(d.text),
        ]),
      ),
    );
    output.stdout.write(`${paint('bold', 'largest')}\n`);
    output.stdout.write(
      table(report.largest.map((s) => [bytes(s.size).padStart(11), paint('dim', `@${s.id}`), shown(s.text)])),
    );
    if (report.heldParents.length === 0) return;
    output.stdout.write(`${paint('bold', 'kept whole by slices of them')}: slices, text\n`);
    for (const held of report.heldParents)
      output.stdout.write(`${grouped(held.slices).padStart(11)}  ${nodeText(held.parent, paint)}\n`);
  });
}
