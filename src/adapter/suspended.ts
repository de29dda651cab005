/** A thread that stands for what is on no stack: suspended async functions and generators. */
import { DayAfterError } from '../engine/errors.ts';
import type { Progress } from '../engine/heap-graph/pass-progress.ts';
import { type SuspendedGroup, suspendedGroups } from '../engine/waiting/async-groups.ts';
import type { Row } from './frame-table.ts';
import { printable } from './printable.ts';
import type { Target } from './target.ts';

/** No kernel gives a thread this number: those of Linux end at 2^22, and those of Windows are even. */
export const suspendedThread = 2 ** 31 - 1;
export const suspendedName = 'suspended functions';

/** Groups that are shown, and functions of one. */
const maxGroups = 200;
const maxFunctions = 100;

/** True where the dump can tell of suspended functions. */
export function tellsSuspended({ core }: Target): boolean {
  const { runtime } = core;
  return !(runtime instanceof DayAfterError) && runtime.isolates.length > 0;
}

/** Has the rows of the thread made, once. */
export async function loadSuspended(target: Target, report?: Progress): Promise<void> {
  if (target.frames.has(suspendedThread)) return;
  const { groups, notes } = await suspendedGroups(target.core, { report });
  target.frames.place(suspendedThread, [
    ...(groups.length === 0 ? [label('no suspended async function or generator was found')] : []),
    ...groups.slice(0, maxGroups).flatMap(rowsOf),
    ...(groups.length > maxGroups
      ? [label(`${(groups.length - maxGroups).toLocaleString('en')} more groups`)]
      : []),
    ...notes.map(label),
  ]);
}

function rowsOf({ count, state, awaiting, hops }: SuspendedGroup): Row[] {
  const title = `${count.toLocaleString('en')} × ${awaiting ?? state}`;
  const rows = hops.slice(0, maxFunctions).map(({ label: name, frame }): Row => {
    return frame ? { kind: 'async', js: frame } : label(name);
  });
  const left = hops.length - rows.length;
  return [label(title), ...rows, ...(left > 0 ? [label(`${left} more that wait for these`)] : [])];
}

function label(text: string): Row {
  return { kind: 'label', text: printable(text.replace(/[\r\n]+/g, ' ')) };
}
