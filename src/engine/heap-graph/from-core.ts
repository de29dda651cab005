import { attemptOr } from '../absence.ts';
import type { Tagged } from '../address.ts';
import type { HeapGraph } from '../graph/heap-graph.ts';
import type { CoreSession } from '../session.ts';
import type { Isolate } from '../v8/isolate.ts';
import { globalsOf, nativeContextOf } from '../v8/objects/realm.ts';
import { GraphBuilder } from './graph-builder.ts';
import { markLive } from './live-heap.ts';
import { PassProgress, type Progress } from './pass-progress.ts';
import type { RootName } from './roots.ts';
import { StringArena } from './string-arena.ts';

/**
 * The heap of one isolate of a core as V8's own snapshot would show it: what its collector would keep, with
 * V8's names and kinds of edges. Garbage that was not swept yet is left out.
 *
 *     pages → image → roots → marks → ordinals → nodes and edges
 *
 * `report` is told bytes of heap pages that are done, of how many, as far as the time is concerned.
 */
export function graphFromCore(session: CoreSession, isolate: Isolate, report?: Progress): HeapGraph {
  const progress = new PassProgress(report);
  const inspector = session.inspectorOf(isolate);
  const { image, kinds, used, tables, gaps } = markLive(session, isolate, progress);
  const rootKinds = [...new Set(used.map((r) => r.root))] as RootName[];
  const builder = new GraphBuilder(inspector, image, kinds, rootKinds, new StringArena());
  return builder.build(used, rootKinds, globalObjects(session, isolate), tables, gaps, progress);
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
