import { FileSource } from '../dump/byte-source.ts';
import { ownShallowSizes } from '../graph/ownership.ts';
import { serve, Transferred } from '../threads/serve.ts';
import type { CoreTasks } from './core-tasks.ts';
import { HeapImage } from './heap-image.ts';
import type { NodeColumns } from './node-columns.ts';
import { claimPages } from './page-loader.ts';
import { applyTags } from './role-tags.ts';
import { StringArena } from './string-arena.ts';
import { FIRST_APART, TextNodes } from './text-nodes.ts';

let image: HeapImage;
let columns: NodeColumns;
let texts: TextNodes;
let isFinished = false;

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
  texts({ numbers, ...input }) {
    ({ columns } = input);
    // Not more texts than objects, and less of them than the heap has bytes.
    const room = { first: FIRST_APART, texts: input.end - input.first, words: image.halves.length };
    texts = new TextNodes(image, new StringArena(numbers, room), input);
    texts.describe();
    return undefined;
  },
  finish({ tags, unnamed, strings }) {
    texts.join(strings);
    applyTags(tags, columns, unnamed);
    isFinished = true;
    const state = texts.strings.take();
    const { words, starts, lengths, hashes } = state;
    return new Transferred(
      state,
      [words, starts, lengths, hashes].map((column) => column.buffer),
    );
  },
  ownership(input) {
    if (!isFinished) throw new Error('the nodes are not described');
    return ownShallowSizes(input);
  },
});
