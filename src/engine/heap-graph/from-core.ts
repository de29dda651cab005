import { attemptOr } from '../absence.ts';
import type { Tagged } from '../address.ts';
import { dominatorInput } from '../graph/dominator-input.ts';
import { dominatorsOf } from '../graph/dominators.ts';
import { Heap } from '../graph/heap.ts';
import type { Memory } from '../memory/memory.ts';
import { outlineOf } from '../memory/memory-outline.ts';
import type { CoreSession } from '../session.ts';
import type { Isolate } from '../v8/isolate.ts';
import { globalsOf, nativeContextOf } from '../v8/objects/realm.ts';
import type { CoreHelper } from './core-tasks.ts';
import { embedderGraph } from './embedder-graph.ts';
import { embedderInput } from './embedder-input.ts';
import { GraphBuilder } from './graph-builder.ts';
import { HeapImage, type ImageShape } from './heap-image.ts';
import { markLive } from './live-heap.ts';
import type { ObjectKinds } from './object-kinds.ts';
import { originalPlaces } from './original-places.ts';
import { claimPages, loadPage, positionsIn, shapeOfHeap } from './page-loader.ts';
import { PassProgress, type Progress, type Share } from './pass-progress.ts';
import { gcRoots } from './roots.ts';
import { stackVariables } from './stack-variables.ts';
import { variableTexts } from './variable-texts.ts';

export interface CoreHeapOptions {
  /** A second thread. */
  readonly helper?: CoreHelper | undefined;
  /** Told bytes of heap pages that are done, of how many, as far as the time is concerned. */
  readonly report?: Progress | undefined;
  /** Variables of blocks, which V8's own snapshots leave nameless, have no names either: to compare with these. */
  readonly asV8?: boolean | undefined;
  /** Shown the marked objects, once all are described. */
  readonly visit?: ((image: HeapImage, kinds: ObjectKinds) => void) | undefined;
}

/**
 * The heap of one isolate of a core as V8's own snapshot would show it: what its collector would keep, with
 * V8's names and kinds of edges. Garbage that was not swept yet is left out.
 *
 *     pages → image → roots → marks → ordinals → edges → nodes
 *
 * The helper loads pages, marks and connects objects together with this thread, and computes dominators while this one
 * describes nodes; without one, or where it fails, this thread does everything.
 */
export async function heapFromCore(
  session: CoreSession,
  isolate: Isolate,
  { helper, report, visit, asV8 }: CoreHeapOptions = {},
): Promise<Heap> {
  const progress = new PassProgress(report);
  const shape = shapeOfHeap(isolate);
  const image = new HeapImage(shape);
  progress.total = 8 * shape.words;
  const loading = new Loading(session.path, isolate, image, shape, helper);
  const { view } = session.inspectorOf(isolate);
  const embedder = embedderInput(view, isolate);
  const theirEmbedder =
    typeof embedder === 'string'
      ? undefined
      : helper?.run('embedder', { memory: outlineOf(view.memory), input: embedder });
  const roots = gcRoots(session, isolate);
  const unreadable = await loading.finish(progress.of('load'));
  const other = loading.hasHelped ? helper : undefined;
  const live = await markLive(session, isolate, image, roots, unreadable, {
    followed: progress.of('mark'),
    helper: other,
  });
  const builder = new GraphBuilder(
    session.inspectorOf(isolate),
    image,
    live,
    globalObjects(session, isolate),
    (await theirEmbedder?.catch(() => undefined)) ?? embedderGraph(view.memory, embedder),
    asV8 === true,
  );
  await builder.connect(progress, other);
  const graph = builder.graph();
  const dominators = other?.run('dominators', dominatorInput(graph));
  builder.describe(graph);
  visit?.(image, live.kinds);
  const finished = progress.of('finish');
  finished(0.5);
  const heap = new Heap(graph);
  const { addresses } = graph;
  if (addresses) {
    heap.tellVariables(() => stackVariables(session, isolate, addresses));
    heap.tellTexts(variableTexts(session, isolate, addresses));
  }
  graph.originalsBy(originalPlaces(session, isolate));
  heap.shallowSizes;
  const theirs = await dominators?.catch(() => undefined);
  if (theirs) heap.adopt(dominatorsOf(theirs));
  heap.retainedSizes;
  finished(1);
  return heap;
}

/** Loads the pages of an image, those that lie in the dump as they are together with a helper. */
class Loading {
  /** True if the helper has loaded its share. */
  hasHelped = false;
  readonly #image: HeapImage;
  readonly #memory: Memory;
  readonly #positions: Float64Array;
  readonly #next = new Int32Array(new SharedArrayBuffer(4));
  readonly #theirs: Promise<number> | undefined;

  constructor(
    path: string,
    isolate: Isolate,
    image: HeapImage,
    shape: ImageShape,
    helper: CoreHelper | undefined,
  ) {
    const { memory } = isolate.runtime;
    this.#image = image;
    this.#memory = memory;
    this.#positions = positionsIn(path, shape, memory);
    this.#theirs = helper?.run('load', { shape, path, positions: this.#positions, next: this.#next });
  }

  /** Resolves to the bytes that are not in the dump once all is loaded. */
  async finish(loaded: Share): Promise<number> {
    let unreadable = 0;
    const load = (n: number) => {
      unreadable += loadPage(this.#image, this.#memory, n);
      loaded(n / this.#positions.length);
    };
    for (const [n, position] of this.#positions.entries()) if (position < 0) load(n);
    claimPages(this.#next, this.#positions, load);
    const missing = (await this.#theirs?.catch(() => undefined)) ?? -1;
    this.hasHelped = missing >= 0;
    if (this.hasHelped) return unreadable + missing;
    if (!this.#theirs) return unreadable;
    // Nobody knows which pages it has left undone.
    unreadable = 0;
    for (const n of this.#positions.keys()) load(n);
    return unreadable;
  }
}

/** The global objects that V8 counts as the user's roots. */
function globalObjects(session: CoreSession, isolate: Isolate): Tagged[] {
  const { view } = session.inspectorOf(isolate);
  return attemptOr([], () => {
    const context = isolate.context;
    const realm = context === undefined ? undefined : nativeContextOf(view, context);
    const globals = realm === undefined ? undefined : globalsOf(view, realm);
    return globals ? [globals.object] : [];
  });
}
