import { type ClosurePosition, closuresByPosition } from '../../engine/analyses/closures.ts';
import { openHeap } from '../open-heap.ts';
import { bytes, grouped, type Output, painter, plain, printJson, table } from '../output.ts';
import type { CommonOptions } from '../run.ts';

export interface ClosuresOptions extends CommonOptions {
  readonly limit: number;
}

/** `dayafter closures`: closures by source position. */
export async function closuresCommand(dump: string, options: ClosuresOptions, output: Output): Promise<void> {
  await openHeap(dump, options, output, (heap) => {
    const positions = closuresByPosition(heap);
    if (options.json) {
      printJson(output, { positions });
      return;
    }
    const paint = painter(output);
    output.stdout.write(
      table([
        ['count', 'retained', 'function'].map((cell, i) => paint('bold', i < 2 ? cell.padStart(10) : cell)),
        ...positions
          .slice(0, options.limit)
          .map((p) => [
            grouped(p.count).padStart(10),
            bytes(p.retainedSize).padStart(10),
            `${plain(p.function)}  ${paint('dim', p.line === null ? "V8's own" : plain(placeOf(p)))}`,
          ]),
      ]),
    );
    const left = positions.length - options.limit;
    if (left > 0) output.stdout.write(paint('dim', `… and ${grouped(left)} more (--limit)\n`));
  });
}

function placeOf(position: ClosurePosition): string {
  const { source, line, column } = position.original ?? position;
  return `${source ?? '(unknown script)'}:${line}:${column}`;
}
