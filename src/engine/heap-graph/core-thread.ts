import { FileSource } from '../dump/byte-source.ts';
import { ownShallowSizes } from '../graph/ownership.ts';
import { CoreSession } from '../session.ts';
import { serve, Transferred } from '../threads/serve.ts';
import type { V8Inspector } from '../v8/inspector.ts';
import type { CoreTasks } from './core-tasks.ts';
import { HeapImage, loadPages } from './heap-image.ts';
import { NodeDescriber } from './node-describer.ts';
import { ObjectKinds } from './object-kinds.ts';
import { StringArena } from './string-arena.ts';

let session: CoreSession;
let inspector: V8Inspector;
let image: HeapImage;
let describer: NodeDescriber;
let isFinished = false;

serve<CoreTasks>({
  open({ path, options }) {
    session = new CoreSession({ format: 'elf', source: new FileSource(path) }, options);
    return undefined;
  },
  load({ shape, isolate, next }) {
    inspector = session.inspectorOf(session.isolateFor({ isolate }));
    image = new HeapImage(shape);
    return loadPages(image, inspector.view.memory, next);
  },
  describe({ maps, base, objects, columns, numbers, firstText }) {
    const kinds = new ObjectKinds(inspector.view, image, maps);
    // Not more texts than objects, and less of them than the heap has bytes.
    const room = { first: firstText, texts: objects + 1, words: image.halves.length };
    const strings = new StringArena(numbers, room);
    describer = new NodeDescriber(inspector, image, kinds, strings, columns);
    describer.describe(base);
    return undefined;
  },
  finish({ tags, strings }) {
    describer.join(strings);
    describer.apply(tags);
    isFinished = true;
    const state = describer.strings.take();
    const { words, starts, lengths, hashes } = state;
    const { locations } = describer;
    const columns = [words, starts, lengths, hashes, ...locations];
    const buffers = columns.map((column) => column.buffer as ArrayBuffer);
    return new Transferred({ strings: state, large: describer.large, locations }, buffers);
  },
  ownership(input) {
    if (!isFinished) throw new Error('the nodes are not described');
    return ownShallowSizes(input);
  },
});
