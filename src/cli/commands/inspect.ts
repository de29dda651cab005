import type { VariableInfo } from '../../engine/contract.ts';
import { openCore, requireThread } from '../open.ts';
import { notesText, type Output, type Paint, painter, plain, printJson } from '../output.ts';
import type { CommonOptions } from '../run.ts';
import { valueText } from './stack.ts';

export interface InspectOptions extends CommonOptions {
  readonly frame?: number;
  readonly depth: number;
  readonly limit: number;
}

/** `dayafter inspect`: the value of a read-only expression. */
export async function inspectCommand(
  dump: string,
  expression: string,
  options: InspectOptions,
  output: Output,
): Promise<void> {
  await openCore(dump, options, output, (session) => {
    const thread = options.thread === undefined ? undefined : requireThread(session, options.thread);
    const value = session.inspect(expression, {
      thread,
      frame: options.frame,
      isolate: options.isolate,
      depth: options.depth,
      limit: options.limit,
    });
    if (options.json) printJson(output, { value, notes: session.notes() });
    else
      output.stdout.write(
        `${[valueText(value, painter(output)), ...childLines(value, 1, painter(output))].join('\n')}\n` +
          notesText(session.notes(), painter(output)),
      );
  });
}

function childLines(variable: VariableInfo, level: number, paint: Paint): string[] {
  const indent = '  '.repeat(level);
  const lines: string[] = [];
  const add = (label: string, child: VariableInfo) => {
    lines.push(`${indent}${label}: ${valueText(child, paint)}`, ...childLines(child, level + 1, paint));
  };
  for (const { key, value } of variable.entries) {
    if (key) add(`${valueText(key, paint)} =>`.replace(/:$/, ''), value);
    else add('-', value);
  }
  for (const property of variable.properties) add(plain(property.name), property);
  for (const slot of variable.internal) add(paint('dim', plain(slot.name)), slot);
  if (variable.truncated) lines.push(paint('dim', `${indent}… ${variable.truncated}`));
  return lines;
}
