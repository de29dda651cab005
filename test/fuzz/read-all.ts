import { DayAfterError } from '../../src/engine/errors.ts';
import { eventLoopsOf } from '../../src/engine/event-loop/event-loops.ts';
import { memoryReport } from '../../src/engine/native-heap/memory-report.ts';
import type { CoreSession } from '../../src/engine/session.ts';
import { describeGroup, suspendedGroups } from '../../src/engine/waiting/async-groups.ts';

const few = { depth: 1, limit: 20 };
const deep = { depth: 3, limit: 20 };
const expressions = ['globalThis', 'sessions', 'sessions[7]', 'sessions[999].user.tags'];

/** What people look at in a core, as plain JSON: named errors stand where something cannot be told. */
export function readAll(session: CoreSession): Record<string, unknown> {
  const stacks = session.core.threads.map(({ tid }, i) =>
    told(() => (i === 0 ? session.stack(tid, few) : session.stack(tid))),
  );
  const values = Object.fromEntries(
    expressions.map((text) => [text, told(() => session.inspect(text, text === 'globalThis' ? few : deep))]),
  );
  return {
    info: told(() => session.info()),
    stacks,
    values,
    scripts: told(() => scripts(session)),
    loops: told(() => loops(session)),
  };
}

/** Lists of event loops, by what tells their items apart. */
function loops(session: CoreSession): unknown {
  const { handles, requests, timers, immediates, ...rest } = eventLoopsOf(session);
  const byAddress = <T extends { address: string | null }>(items: T[]) =>
    items.map((item) => ({ id: item.address ?? '', ...item }));
  return {
    ...rest,
    handles: handles.map((item) => ({ id: item.handle, ...item })),
    requests: byAddress(requests),
    timers: byAddress(timers),
    immediates: byAddress(immediates),
  };
}

/** What the process waited for, and all of its memory: its whole heap is read for it. Throws named errors only. */
export async function readWaiting(session: CoreSession): Promise<void> {
  const { groups } = await suspendedGroups(session);
  for (const group of groups) describeGroup(session, group, few);
  memoryReport(session);
}

function scripts(session: CoreSession): unknown {
  return {
    // Those without a name are told apart by their length.
    scripts: session.scripts().map(({ url, length }) => ({ url: url || `of ${length} characters`, length })),
    notes: [...session.notes(), ...session.scriptNotes()],
  };
}

function told<T>(read: () => T): T | { error: { code: string; message: string } } {
  try {
    return read();
  } catch (error) {
    if (error instanceof DayAfterError) return { error: { code: error.code, message: error.message } };
    throw error;
  }
}
