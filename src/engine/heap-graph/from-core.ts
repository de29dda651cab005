import { attemptOr } from '../absence.ts';
import type { Tagged } from '../address.ts';
import type { HeapGraph } from '../graph/heap-graph.ts';
import type { CoreSession } from '../session.ts';
import type { Isolate } from '../v8/isolate.ts';
import { globalsOf, nativeContextOf } from '../v8/objects/realm.ts';
import { GraphBuilder } from './graph-builder.ts';
import { HeapImage } from './heap-image.ts';
import { Liveness } from './liveness.ts';
import { ObjectKinds } from './object-kinds.ts';
import { gcRoots, type RootName, type RootSlot } from './roots.ts';

/**
 * The heap of one isolate of a core as V8's own snapshot would show it: what its collector would keep, with
 * V8's names and kinds of edges. Garbage that was not swept yet is left out.
 *
 *     pages → image → roots → marks → ordinals → nodes and edges
 */
export function graphFromCore(session: CoreSession, isolate: Isolate): HeapGraph {
  const inspector = session.inspectorOf(isolate);
  const image = new HeapImage(isolate);
  const kinds = new ObjectKinds(inspector.view);
  const { slots, notes } = gcRoots(session, isolate);
  const live = new Liveness(image, kinds);
  const { memory } = isolate.runtime;
  const used: RootSlot[] = [];
  for (const root of slots) {
    if (!memory.has(root.slot, 8)) continue;
    const low = memory.u32(root.slot);
    const high = memory.u32((root.slot + 4) as typeof root.slot);
    if (root.weak ? (low & 3) === 1 : live.root(low, high)) used.push(root);
  }
  live.finish();
  const gaps = [...notes];
  if (image.unreadable > 0) gaps.push(`${image.unreadable} bytes of heap pages are not in the dump`);
  const rootKinds = [...new Set(used.map((r) => r.root))] as RootName[];
  const builder = new GraphBuilder(inspector, image, kinds, rootKinds);
  return builder.build(used, rootKinds, globalObjects(session, isolate), gaps);
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
