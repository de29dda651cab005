import { openGraph } from '../engine/analyses/open-graph.ts';
import type { Heap } from '../engine/graph/heap.ts';
import { sourceRoots } from './open.ts';
import type { Output } from './output.ts';
import type { CommonOptions } from './run.ts';

/** Opens a dump's heap for one command and closes it afterwards. Progress goes to a terminal's stderr only. */
export async function openHeap<T>(
  dump: string,
  options: CommonOptions,
  output: Output,
  use: (heap: Heap) => T | Promise<T>,
): Promise<T> {
  const showsProgress = output.stderr.isTTY === true && !options.json;
  let shown = -1;
  const heap = await openGraph(dump, {
    isolate: options.isolate,
    program: options.program,
    search: options.search,
    sysroot: options.sysroot,
    sourceRoots: sourceRoots(options),
    progress: showsProgress
      ? (done, total) => {
          const percent = Math.floor((100 * done) / total);
          if (percent === shown) return;
          shown = percent;
          output.stderr.write(`\r\u001b[KReading the heap: ${percent} %`);
        }
      : undefined,
  });
  try {
    if (showsProgress) output.stderr.write('\r\u001b[K');
    return await use(heap);
  } finally {
    heap.close();
  }
}
