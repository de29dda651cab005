import { DayAfterError } from '../errors.ts';
import type { CoreSession } from '../session.ts';
import type { ThreadHints } from '../stack/thread-names.ts';

/** What a dump tells of its threads beside their stacks. */
export function threadHints({ core, runtime }: CoreSession): ThreadHints {
  const isolates = runtime instanceof DayAfterError ? [] : runtime.isolates;
  return {
    called: (tid) => core.threads.find((t) => t.tid === tid)?.name,
    isWorker: (tid) => isolates.some((i) => i.index > 0 && i.thread === tid),
  };
}
