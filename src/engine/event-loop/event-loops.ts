import { attemptOr } from '../absence.ts';
import { type Address, hex, type Tagged } from '../address.ts';
import type { EventLoopInfo, EventLoopsInfo } from '../contract.ts';
import type { CoreSession } from '../session.ts';
import { environmentOf } from '../v8/node-environment.ts';
import { loopNow } from './clock.ts';
import { handleInfos, loopHandles } from './handle-infos.ts';
import { loopOf, type UvLoop } from './loop.ts';
import { LoopContext } from './loop-context.ts';
import { ownPurposes, ownTimer } from './own-handles.ts';
import { counted } from './owners.ts';
import { requestInfos } from './request-infos.ts';
import { runningIn } from './running.ts';
import { immediateInfo, timerInfo } from './timer-infos.ts';
import { type TimerState, timersOf } from './timer-lists.ts';
import { requestsOf } from './wraps.ts';

/**
 * What the event loops of the process waited for: handles and requests of libuv, timers and immediates of
 * Node, of all isolates or of one. What cannot be told is null, or missing with a note. Throws
 * NO_SUCH_ISOLATE, and what `requireRuntime` throws.
 */
export function eventLoopsOf(session: CoreSession, isolate?: number): EventLoopsInfo {
  const isolates =
    isolate === undefined ? session.requireRuntime().isolates : [session.isolateFor({ isolate })];
  const result: EventLoopsInfo = {
    loops: [],
    handles: [],
    requests: [],
    timers: [],
    immediates: [],
    notes: isolates.length === 0 ? ['no isolate was found, and so no event loop'] : [],
  };
  for (const one of isolates) {
    const context = new LoopContext(session, one);
    readLoop(context, result);
    if (context.objects.isLacking) context.note('objects of Node cannot be read: details may be missing');
    result.notes.push(...context.notes);
  }
  result.timers.sort((a, b) => (a.dueIn ?? Number.POSITIVE_INFINITY) - (b.dueIn ?? Number.POSITIVE_INFINITY));
  return result;
}

/** An isolate's Environment and its loop, as far as they were found. */
interface Found {
  readonly environment: Address;
  readonly loop: UvLoop;
  /** Where the Environment's list of requests is. */
  readonly queue: Address | undefined;
}

function readLoop(context: LoopContext, result: EventLoopsInfo): void {
  const { session, isolate, objects } = context;
  const { memory, layout } = objects.view;
  const environment = environmentOf(objects.view);
  const loop = environment && attemptOr(undefined, () => loopOf(memory, layout, environment));
  const info: EventLoopInfo = {
    isolate: isolate.index,
    thread: isolate.thread ?? null,
    address: loop ? hex(loop.address) : null,
    activeHandles: loop?.activeHandles ?? null,
    activeRequests: loop?.activeRequests ?? null,
    now: null,
    running: { timer: null, immediate: null },
  };
  result.loops.push(info);
  if (environment === undefined) {
    context.note('has no environment of Node');
    return;
  }
  let found: Found | undefined;
  if (loop) found = { environment, loop, queue: readHandles(context, environment, loop, result) };
  else context.note('its event loop was not found: handles and requests are missing');
  const state = attemptOr(undefined, () =>
    timersOf(objects, context.strongHandles, runningIn(session, isolate)),
  );
  if (state) readTimers(context, found, state, info, result);
  else context.note('its timers were not found');
}

/** Handles and requests; gives where the list of requests is. */
function readHandles(
  context: LoopContext,
  environment: Address,
  loop: UvLoop,
  result: EventLoopsInfo,
): Address | undefined {
  const { view } = context.objects;
  const handles = loopHandles(context, loop);
  const wraps = new Set<Tagged>();
  const natives: Address[] = [];
  for (const { uv, wrap } of handles) {
    if (wrap === undefined) continue;
    wraps.add(wrap);
    natives.push(uv.data);
  }
  const found = attemptOr(undefined, () => requestsOf(view, environment, natives));
  const { requests, connects } = requestInfos(context, loop, found, wraps);
  for (const request of requests) result.requests.push(request);
  const purposes = ownPurposes(view, environment, loop);
  for (const handle of handleInfos(context, loop, handles, purposes, connects)) result.handles.push(handle);
  return found?.queue;
}

function readTimers(
  context: LoopContext,
  found: Found | undefined,
  state: TimerState,
  info: EventLoopInfo,
  result: EventLoopsInfo,
): void {
  const now = (found && attemptOr(undefined, () => nowOf(context, found, state))) ?? null;
  const { timer, immediate } = state.running;
  info.now = now;
  info.running = {
    timer: timer ? timerInfo(context, timer, now) : null,
    immediate: immediate ? immediateInfo(context, immediate) : null,
  };
  for (const one of state.timers) result.timers.push(timerInfo(context, one, now));
  for (const one of state.immediates) result.immediates.push(immediateInfo(context, one));
  if (now === null && state.timers.length > 0)
    context.note('the time of its clock cannot be told: when timers were due is not known');
  if (!state.isWhole) context.note('a list of timers or immediates breaks off: some are missing');
  const missing = (state.countedImmediates ?? 0) - state.immediates.length;
  if (missing > 0)
    context.note(`${counted(missing, 'immediate')} more waited, in the hands of the function that runs them`);
  const partial = state.timers.filter((t) => [t.start, t.duration, t.callback].includes(undefined)).length;
  if (partial > 0) context.note(`${counted(partial, 'timer')} cannot be read as a whole`);
}

function nowOf({ objects }: LoopContext, found: Found, state: TimerState): number | undefined {
  const { environment, loop, queue } = found;
  const starts = state.timers.flatMap(({ start }) => start ?? []);
  return loopNow(objects.view, environment, loop, {
    ownTimer: ownTimer(objects.view, environment, loop),
    nextExpiry: state.nextExpiry,
    latestStart: starts.reduce((a, b) => Math.max(a, b), 0),
    end: queue,
  });
}
