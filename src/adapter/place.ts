/** Where a client's expression is evaluated. */
import type { Environment, Limits } from '../engine/evaluate/environment.ts';
import { environmentAt } from '../engine/session/environment.ts';
import { frameScopes } from '../engine/v8/scopes/frame-scopes.ts';
import { suspendedThread } from './suspended.ts';
import type { Target } from './target.ts';

/** What an expression sees in a frame; without one, in the user's own code of the thread that died. */
export function environmentOf(target: Target, frameId: number | undefined, limits?: Limits): Environment {
  return { ...unlimited(target, frameId), limits };
}

function unlimited(target: Target, frameId: number | undefined): Environment {
  if (frameId === undefined) return target.core.environment({ thread: target.focusThread });
  const { thread, row } = target.frames.placed(frameId);
  if (row.kind === 'frame') return target.core.environment({ thread, frame: row.index });
  if (row.kind === 'label' || row.kind === 'captured')
    return target.core.environment({ thread: thread === suspendedThread ? target.focusThread : thread });
  const inspector = target.core.inspectorOf(row.js.isolate);
  return environmentAt(inspector, frameScopes(row.js, inspector), undefined, row.js);
}
