import { type AsyncGroup, describeGroup, suspendedGroups } from '../../engine/waiting/async-groups.ts';
import { openCore, requireIsolate } from '../open.ts';
import { grouped, notesText, type Output, type Paint, painter, plain, printJson } from '../output.ts';
import type { CommonOptions } from '../run.ts';
import { frameLines } from './stack.ts';

export interface AsyncCommandOptions extends CommonOptions {
  readonly locals?: boolean;
  readonly depth: number;
  /** Groups of the text output. */
  readonly groups: number;
  /** Children of an object. */
  readonly limit: number;
}

/** `dayafter async`: every suspended async function and generator, as stacks, equal ones counted. */
export async function asyncCommand(
  dump: string,
  options: AsyncCommandOptions,
  output: Output,
): Promise<void> {
  await openCore(dump, options, output, async (session) => {
    const { groups: found, notes: gaps } = await suspendedGroups(session, {
      isolate: requireIsolate(session, options),
    });
    const notes = [...session.notes(), ...gaps];
    const locals = options.locals ? { depth: options.depth, limit: options.limit } : undefined;
    const shown = options.json ? found : found.slice(0, options.groups);
    const groups = shown.map((group) => describeGroup(session, group, locals));
    if (options.json) return printJson(output, { groups, notes });
    const paint = painter(output);
    const several = new Set(found.map(({ isolate }) => isolate)).size > 1;
    const left = found.length - groups.length;
    const text =
      groups.length === 0
        ? 'No suspended async function or generator was found.\n'
        : groups.map((group) => groupText(group, several, paint)).join('\n');
    const more = left > 0 ? paint('dim', `\n… and ${grouped(left)} more groups (--groups)\n`) : '';
    output.stdout.write(text + more + notesText(notes, paint));
  });
}

function groupText(
  { count, isolate, state, awaiting, frames }: AsyncGroup,
  several: boolean,
  paint: Paint,
): string {
  const what = awaiting === null ? state : `${state} ${plain(awaiting)}`;
  const where = several ? paint('dim', `  isolate ${isolate}`) : '';
  const lines = [`${paint('bold', `${grouped(count)} ×`)} ${what}${where}`];
  for (const frame of frames) lines.push(...frameLines(frame, undefined, paint));
  return `${lines.join('\n')}\n`;
}
