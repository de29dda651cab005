import { type AsyncGroup, asyncReport } from '../../engine/waiting/async-groups.ts';
import { openCore } from '../open.ts';
import { grouped, notesText, type Output, type Paint, painter, plain, printJson } from '../output.ts';
import type { CommonOptions } from '../run.ts';
import { frameLines } from './stack.ts';

export interface AsyncCommandOptions extends CommonOptions {
  readonly limit: number;
}

/** `dayafter async`: every suspended async function and generator, as stacks, equal ones counted. */
export async function asyncCommand(
  dump: string,
  options: AsyncCommandOptions,
  output: Output,
): Promise<void> {
  await openCore(dump, options, output, async (session) => {
    const { groups, notes: gaps } = await asyncReport(session, { isolate: options.isolate });
    const notes = [...session.notes(), ...gaps];
    if (options.json) return printJson(output, { groups, notes });
    const paint = painter(output);
    const shown = groups.slice(0, options.limit);
    const left = groups.length - shown.length;
    const text =
      groups.length === 0
        ? 'No async function or generator is suspended.\n'
        : shown.map((group) => groupText(group, paint)).join('\n');
    const more = left > 0 ? paint('dim', `\n… and ${grouped(left)} more groups (--limit)\n`) : '';
    output.stdout.write(text + more + notesText(notes, paint));
  });
}

function groupText({ count, state, awaiting, frames }: AsyncGroup, paint: Paint): string {
  const what = awaiting === null ? state : `${state} ${plain(awaiting)}`;
  const lines = [`${paint('bold', `${grouped(count)} ×`)} ${what}`];
  for (const frame of frames) lines.push(...frameLines(frame, undefined, paint));
  return `${lines.join('\n')}\n`;
}
