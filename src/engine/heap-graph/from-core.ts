import { attemptOr } from '../absence.ts';
import type { Tagged } from '../address.ts';
import type { HeapGraph } from '../graph/heap-graph.ts';
import type { CoreSession } from '../session.ts';
import type { Isolate } from '../v8/isolate.ts';
import { globalsOf, nativeContextOf } from '../v8/objects/realm.ts';
import type { CoreHelper } from './core-tasks.ts';
import { GraphBuilder } from './graph-builder.ts';
import { HeapImage, loadPages, shapeOfHeap } from './heap-image.ts';
import { markLive } from './live-heap.ts';
import { PassProgress, type Progress } from './pass-progress.ts';
import { gcRoots } from './roots.ts';

/** A graph, and when its nodes have their names and sizes; edges are there before. */
export interface CoreGraph {
  readonly graph: HeapGraph;
  readonly described: Promise<void>;
}

export interface CoreGraphOptions {
  /** A second thread that has opened the same core. */
  readonly helper?: CoreHelper | undefined;
  /** Told bytes of heap pages that are done, of how many, as far as the time is concerned. */
  readonly report?: Progress | undefined;
}

/**
 * The heap of one isolate of a core as V8's own snapshot would show it: what its collector would keep, with
 * V8's names and kinds of edges. Garbage that was not swept yet is left out.
 *
 *     pages → image → roots → marks → ordinals → edges → nodes
 *
 * The helper loads pages with this thread, and describes nodes while this one connects them; without one, or
 * where it fails, this thread does everything.
 */
export async function graphFromCore(
  session: CoreSession,
  isolate: Isolate,
  { helper, report }: CoreGraphOptions = {},
): Promise<CoreGraph> {
  const progress = new PassProgress(report);
  const inspector = session.inspectorOf(isolate);
  const shape = shapeOfHeap(isolate);
  const image = new HeapImage(shape);
  progress.total = 8 * shape.words;
  const next = new Int32Array(new SharedArrayBuffer(4));
  const number = isolate.runtime.isolates.indexOf(isolate);
  const loaded = helper?.run('load', { shape, isolate: number, next });
  const roots = gcRoots(session, isolate);
  const { memory } = isolate.runtime;
  let unreadable = loadPages(image, memory, next, progress.of('load'));
  const theirs = loaded ? await loaded.catch(() => null) : null;
  if (loaded && theirs === null) {
    // Nobody knows which pages it has left undone.
    next[0] = 0;
    unreadable = loadPages(image, memory, next);
  }
  const live = markLive(session, isolate, image, roots, unreadable + (theirs ?? 0), progress);
  const builder = new GraphBuilder(inspector, image, live, globalObjects(session, isolate));
  const other = theirs === null ? undefined : helper;
  const begun = other?.run('describe', builder.describeInput);
  builder.connect(progress);
  const graph = builder.graph();
  const describeHere = () => builder.describe(graph);
  if (!begun || !other) {
    describeHere();
    return { graph, described: Promise.resolve() };
  }
  // The helper does one after another: who computes for long now does not have to wait for it first.
  const described = other
    .run('finish', builder.finishInput)
    .then((result) => builder.adopt(result, graph))
    .catch(describeHere);
  return { graph, described };
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
