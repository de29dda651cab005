import { FileSource } from '../dump/byte-source.ts';
import { plainDominators } from '../graph/dominators.ts';
import { withMemoryOf } from '../memory/memory-outline.ts';
import { serve, Transferred } from '../threads/serve.ts';
import type { CoreTasks } from './core-tasks.ts';
import { assemble } from './edge-assembly.ts';
import { EdgeColumns, USUAL_EDGES } from './edge-columns.ts';
import { claimPage, countLeft, leave, PAGE_ROW, PageCell } from './edge-share.ts';
import { embedderGraph } from './embedder-graph.ts';
import { HeapImage } from './heap-image.ts';
import { helpToMark } from './mark-helper.ts';
import { claimPages } from './page-loader.ts';
import { PlannedEdges } from './planned-edges.ts';
import { roleColumns } from './role-tags.ts';

let image: HeapImage;
/** Memory that is needed no more once all edges are where they belong. */
let used: readonly Uint32Array[] = [];

serve<CoreTasks>({
  load({ shape, path, positions, next }) {
    image = new HeapImage(shape);
    const source = new FileSource(path);
    let missing = 0;
    claimPages(next, positions, (n) => {
      const target = image.bytesOf(n);
      missing += target.length - source.read(positions[n]!, target);
    });
    source.close();
    return missing;
  },
  embedder({ memory, input }) {
    return withMemoryOf(memory, (own) => embedderGraph(own, input));
  },
  mark(share) {
    return helpToMark(image, share);
  },
  connect({ planned, share, end }) {
    const edges = new EdgeColumns(USUAL_EDGES * end);
    const roles = roleColumns(end);
    const objects = new PlannedEdges(
      image,
      planned,
      { edges, roles },
      {
        add: (i, ordinal) => leave(share, i, ordinal),
      },
    );
    for (let n = 0; claimPage(share); n++) {
      const row = share.pages.subarray(PAGE_ROW * n, PAGE_ROW * (n + 1));
      row[PageCell.isTheirs] = 1;
      row[PageCell.start] = edges.length;
      row[PageCell.leftStart] = countLeft(share);
      objects.page(n);
      row[PageCell.end] = edges.length;
      row[PageCell.leftEnd] = countLeft(share);
    }
    return { edges: edges.take(), roles };
  },
  assemble(input) {
    assemble(image, input);
    const { ours, theirs } = input;
    used = [theirs.names, theirs.targets, ours.names, ours.targets];
    return true;
  },
  dominators(input) {
    const result = plainDominators(input, used);
    const { dominator, order, doubles, words } = result;
    const buffers = [dominator, order, ...words].map((column) => column.buffer);
    const own = [doubles, ...buffers].filter((buffer) => buffer instanceof ArrayBuffer);
    return new Transferred(result, [...new Set(own)]);
  },
});
