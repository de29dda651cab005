import { writeSnapshot } from '../../engine/snapshot/writer.ts';
import { openHeap } from '../open-heap.ts';
import { bytes, grouped, type Output, plain, printJson } from '../output.ts';
import type { CommonOptions } from '../run.ts';

export interface SnapshotOptions extends CommonOptions {
  readonly output: string;
  readonly redact?: boolean;
}

/** `dayafter snapshot`: the heap of a dump as a .heapsnapshot that Chrome DevTools opens. */
export async function snapshotCommand(dump: string, options: SnapshotOptions, output: Output): Promise<void> {
  await openHeap(dump, options, output, (heap) => {
    const written = writeSnapshot(heap.graph, options.output, { redact: options.redact });
    if (options.json) {
      printJson(output, written);
      return;
    }
    output.stdout.write(
      `${plain(options.output)}: ${grouped(written.nodes)} nodes, ${grouped(written.edges)} edges, ${grouped(written.strings)} strings, ${bytes(written.bytes)}\n`,
    );
  });
}
