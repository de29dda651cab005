import { findNode } from '../../engine/analyses/find-node.ts';
import { pathsToRoots } from '../../engine/analyses/paths.ts';
import { pathText } from '../heap-text.ts';
import { openHeap } from '../open-heap.ts';
import { type Output, painter, printJson } from '../output.ts';
import type { CommonOptions } from '../run.ts';

export interface PathOptions extends CommonOptions {
  /** How many paths. */
  readonly limit: number;
}

/** `dayafter path`: shortest paths from the roots to an object. */
export async function pathCommand(
  dump: string,
  id: string,
  options: PathOptions,
  output: Output,
): Promise<void> {
  await openHeap(dump, options, output, (heap) => {
    const paths = pathsToRoots(heap, findNode(heap, id), options.limit);
    if (options.json) {
      printJson(output, { paths });
      return;
    }
    output.stdout.write(paths.map((path) => pathText(path, painter(output), '')).join('\n'));
  });
}
