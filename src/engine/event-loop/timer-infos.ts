import type { Tagged } from '../address.ts';
import type { CallbackInfo, LoopImmediateInfo, LoopTimerInfo } from '../contract.ts';
import type { LoopContext } from './loop-context.ts';
import { addressOf } from './objects.ts';
import type { Immediate, Timer } from './timer-lists.ts';

/** A timer as the contract gives it; `now` by the clock that timers count by. */
export function timerInfo(context: LoopContext, timer: Timer, now: number | null): LoopTimerInfo {
  const { start, duration } = timer;
  const isKnown = now !== null && start !== undefined && duration !== undefined;
  return {
    isolate: context.isolate.index,
    // Node cuts fractions off (insert, lib/internal/timers.js).
    dueIn: isKnown ? start + Math.trunc(duration) - now : null,
    repeat: timer.repeat ?? null,
    duration: duration ?? null,
    referenced: timer.referenced ?? null,
    ...callback(context, timer.callback, timer.argument),
    address: addressOf(timer.object),
  };
}

export function immediateInfo(context: LoopContext, immediate: Immediate): LoopImmediateInfo {
  return {
    isolate: context.isolate.index,
    referenced: immediate.referenced ?? null,
    ...callback(context, immediate.callback, undefined),
    address: addressOf(immediate.object),
  };
}

/** What a timer or an immediate calls, or who awaits it; `argument` is the first that it is called with. */
function callback(context: LoopContext, word: Tagged | undefined, argument: Tagged | undefined) {
  const info = context.callbacks.of(word);
  return {
    callback: info?.text ?? null,
    source: info?.source ?? null,
    line: info?.line ?? null,
    column: info?.column ?? null,
    original: info?.original ?? null,
    internal: info?.internal ?? false,
    detail: (info && callbackDetail(context, word, info, argument)) ?? null,
  };
}

/** Of Node's own functions, the object that they are for. */
function callbackDetail(
  { callbacks, objects, owners, descriptors }: LoopContext,
  word: Tagged | undefined,
  info: CallbackInfo,
  argument: Tagged | undefined,
): string | undefined {
  // Whether timers/promises or the program's own code made it so is not to be seen.
  if (info.promise) return info.source === null ? 'no function waits for it' : undefined;
  const bound = info.internal ? (callbacks.boundThis(word) ?? argument) : undefined;
  const name = objects.className(bound);
  if (bound === undefined || name === undefined) return undefined;
  const where = owners.serverAddress(bound) ?? owners.peer(bound);
  const fd = descriptors.get(bound);
  const known = [...(fd === undefined ? [] : [`fd ${fd}`]), ...(where === undefined ? [] : [where])];
  return `of a ${name}${known.length === 0 ? '' : ` (${known.join(', ')})`}`;
}
