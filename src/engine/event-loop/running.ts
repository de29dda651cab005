import { attemptOr } from '../absence.ts';
import type { Tagged } from '../address.ts';
import type { CoreSession } from '../session.ts';
import type { Isolate } from '../v8/isolate.ts';
import { TIMERS_SCRIPT } from './timer-lists.ts';

/** What the functions that run timers and immediates had in their hands, and so was in no list. */
export interface Running {
  /** The timer whose callback was being run. */
  readonly timer: Tagged | undefined;
  /** The immediate whose callback was being run; those behind it still waited. */
  readonly immediate: Tagged | undefined;
}

/** Reads the variables of these functions, where they are on the stack of the isolate's thread. */
export function runningIn(session: CoreSession, isolate: Isolate): Running {
  const variable = (name: string, of: string): Tagged | undefined =>
    attemptOr(undefined, () => {
      const { thread } = isolate;
      if (thread === undefined) return undefined;
      const index = session
        .thread(thread)
        .frames.findIndex((f) => f.functionName?.split('.').at(-1) === of && f.js?.url === TIMERS_SCRIPT);
      const scopes = index < 0 ? [] : session.scopes(thread, index);
      const value = scopes.flatMap((s) => s.variables).find((v) => v.name === name)?.value;
      return value?.kind === 'tagged' ? value.word : undefined;
    });
  return {
    timer: variable('timer', 'listOnTimeout'),
    immediate: variable('immediate', 'processImmediate'),
  };
}
