import { eventLoopsOf } from '../../engine/event-loop/event-loops.ts';
import { openCore } from '../open.ts';
import { type Output, printJson } from '../output.ts';
import type { CommonOptions } from '../run.ts';

export interface HandlesOptions extends CommonOptions {
  readonly all?: boolean;
}

/** `dayafter handles`: what the event loops waited for, and what kept them alive. */
export async function handlesCommand(dump: string, options: HandlesOptions, output: Output): Promise<void> {
  await openCore(dump, options, output, (session) => {
    const loops = eventLoopsOf(session, options.isolate);
    const notes = [...session.notes(), ...loops.notes];
    if (options.json) printJson(output, { ...loops, notes });
  });
}
