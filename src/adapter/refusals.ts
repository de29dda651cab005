/** What a dead process cannot do, said in one place and in the same words. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { AdapterError } from './errors.ts';

const running = new Set([
  'continue',
  'next',
  'stepIn',
  'stepOut',
  'stepBack',
  'reverseContinue',
  'restartFrame',
  'goto',
  'pause',
  'terminateThreads',
]);

const writing = new Set(['setVariable', 'setExpression', 'writeMemory']);

export const deadText =
  'This process is dead: it cannot run, step or pause. Everything it left can be looked at.';

const readOnlyText = 'This process is dead: its memory can be read, not changed.';

/** Refuses whatever would run or change the process; the user is told once, later requests fail silently. */
export class Refusals {
  #told = false;

  /** An error for a request that a dead process cannot fulfil; undefined for any other. */
  refusal(command: string): AdapterError | undefined {
    if (running.has(command)) {
      const first = !this.#told;
      this.#told = true;
      return new AdapterError('PROCESS_IS_DEAD', deadText, first);
    }
    return writing.has(command) ? new AdapterError('READ_ONLY', readOnlyText) : undefined;
  }
}

/** Every breakpoint comes back unverified, with the reason. */
export function refusedBreakpoints(wanted: readonly unknown[] | undefined): {
  breakpoints: DebugProtocol.Breakpoint[];
} {
  return {
    breakpoints: (wanted ?? []).map(() => ({
      verified: false,
      reason: 'failed',
      message: 'This process is dead: no code will run, so no breakpoint can be hit.',
    })),
  };
}
