import { type ClassChange, diffHeaps, type Grower, type HeapDiff } from '../../engine/analyses/diff.ts';
import { openHeap } from '../open-heap.ts';
import { bytes, grouped, type Output, type Paint, painter, plain, printJson, table } from '../output.ts';
import type { CommonOptions } from '../run.ts';

export interface DiffOptions extends CommonOptions {
  readonly limit: number;
}

/** `dayafter diff`: what grew from the oldest dump to the newest, and in each step between. */
export async function diffCommand(
  dumps: readonly string[],
  options: DiffOptions,
  output: Output,
): Promise<void> {
  const compare = (older: string, newer: string): Promise<HeapDiff> =>
    openHeap(older, options, output, (before) =>
      openHeap(newer, options, output, (after) => diffHeaps(before, after, options.limit)),
    );
  const whole = await compare(dumps[0]!, dumps.at(-1)!);
  const steps: {
    older: string;
    newer: string;
    classes: readonly ClassChange[];
    growers: readonly Grower[];
  }[] = [];
  if (dumps.length > 2) {
    for (let i = 1; i < dumps.length; i++) {
      const { classes, growers } = await compare(dumps[i - 1]!, dumps[i]!);
      steps.push({ older: dumps[i - 1]!, newer: dumps[i]!, classes, growers });
    }
  }
  if (options.json) {
    printJson(output, { ...whole, steps });
    return;
  }
  print(whole, options.limit, output);
  for (const step of steps) {
    output.stdout.write(`\n${plain(step.older)} → ${plain(step.newer)}\n`);
    print({ ...step, sameProcess: whole.sameProcess }, Math.min(10, options.limit), output);
  }
}

function print({ classes, growers, sameProcess }: HeapDiff, limit: number, output: Output): void {
  const paint = painter(output);
  const signed = (value: number, text: string) => `${value > 0 ? '+' : value < 0 ? '-' : ''}${text}`;
  const size = (value: number) => signed(value, bytes(Math.abs(value))).padStart(10);
  const count = (value: number) => signed(value, grouped(Math.abs(value))).padStart(10);
  output.stdout.write(
    table([
      ['size', 'count', 'added', 'removed', 'constructor'].map((cell, i) =>
        paint('bold', i < 4 ? cell.padStart(10) : cell),
      ),
      ...classes
        .slice(0, limit)
        .map((c) => [
          size(c.sizeDelta),
          count(c.countDelta),
          grouped(c.added).padStart(10),
          grouped(c.removed).padStart(10),
          plain(c.name),
        ]),
    ]),
  );
  if (growers.length > 0) output.stdout.write(`${paint('bold', 'what holds more than before')}\n`);
  output.stdout.write(
    table(
      growers
        .slice(0, limit)
        .map((g) => [size(g.sizeDelta), count(g.countDelta), plain(g.path) + placeOf(g, paint)]),
    ),
  );
  if (!sameProcess) output.stdout.write(paint('dim', 'Different processes: compared by class and path.\n'));
}

function placeOf(grower: Grower, paint: Paint): string {
  const { source, line } = grower.original ?? grower;
  return source === null ? '' : paint('dim', `  ${plain(source)}:${line}`);
}
