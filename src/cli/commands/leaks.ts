import { leakSuspects, type Suspect } from '../../engine/analyses/leaks/suspects.ts';
import { coverageOf } from '../../engine/analyses/open-graph.ts';
import type { Heap } from '../../engine/graph/heap.ts';
import { pathText } from '../heap-text.ts';
import { openHeap } from '../open-heap.ts';
import { type Output, painter, plain, printJson } from '../output.ts';
import type { CommonOptions } from '../run.ts';

export interface LeaksOptions extends CommonOptions {
  readonly baseline?: string;
  readonly limit: number;
}

/** `dayafter leaks`: leak suspects, worst first. */
export async function leaksCommand(dump: string, options: LeaksOptions, output: Output): Promise<void> {
  const show = (heap: Heap, baseline?: Heap) => {
    const suspects = leakSuspects(heap, { baseline, limit: options.limit });
    if (options.json) printJson(output, { suspects, coverage: coverageOf(heap) });
    else print(suspects, output);
  };
  await openHeap(dump, options, output, (heap) => {
    if (options.baseline === undefined) return show(heap);
    return openHeap(options.baseline, options, output, (baseline) => show(heap, baseline));
  });
}

function print(suspects: readonly Suspect[], output: Output): void {
  const paint = painter(output);
  if (suspects.length === 0) output.stdout.write('Nothing large gathers in one place.\n');
  suspects.forEach((suspect, i) => {
    output.stdout.write(`${i > 0 ? '\n' : ''}${paint('bold', `${i + 1}. ${plain(suspect.title)}`)}\n`);
    output.stdout.write(`   ${plain(suspect.explanation)}\n`);
    for (const text of suspect.evidence) output.stdout.write(`   • ${plain(text)}\n`);
    output.stdout.write(pathText(suspect.path, paint, '     '));
    for (const text of suspect.caveats) output.stdout.write(`   ${paint('dim', plain(text))}\n`);
  });
}
