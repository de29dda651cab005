import type { FrameInfo, ScopeInfo, StackInfo, VariableInfo } from '../../engine/contract.ts';
import { wasmPlace } from '../../engine/report/frame.ts';
import { type FoldedFrames, foldRecursion } from '../../engine/stack/recursion.ts';
import { openCore, requireThread } from '../open.ts';
import {
  crashText,
  grouped,
  notesText,
  type Output,
  type Paint,
  painter,
  plain,
  printJson,
} from '../output.ts';
import type { CommonOptions } from '../run.ts';

export interface StackOptions extends CommonOptions {
  readonly locals?: boolean;
  readonly depth: number;
  readonly limit: number;
}

/** Frames that are shown of a recursion at either end. */
const KEPT_OF_RECURSION = 3;

/** `dayafter stack`: every thread's mixed stack, the thread that died first. */
export async function stackCommand(dump: string, options: StackOptions, output: Output): Promise<void> {
  await openCore(dump, options, output, (session) => {
    const ids =
      options.thread === undefined
        ? session.threads().map((t) => t.id)
        : [requireThread(session, options.thread)];
    const locals = options.locals ? { depth: options.depth, limit: options.limit } : undefined;
    const threads = ids
      .map((id) => session.stack(id, locals))
      .filter((s) => options.isolate === undefined || s.isolate === options.isolate);
    if (options.json) printJson(output, { threads, notes: session.notes() });
    // People read the thread first that the story is about; scripts get the dump's order.
    else
      output.stdout.write(
        byFocus(threads, session.focusThread())
          .map((t) => threadText(t, crashText(session.core.format), painter(output)))
          .join('\n') + notesText(session.notes(), painter(output)),
      );
  });
}

function byFocus(threads: readonly StackInfo[], focus: number): StackInfo[] {
  return [...threads].sort((a, b) => Number(b.id === focus) - Number(a.id === focus));
}

function threadText(thread: StackInfo, crashed: string, paint: Paint): string {
  const name = thread.name ?? 'thread';
  const lines = [
    paint('bold', `${name} (${thread.id})`) + (thread.crashed ? paint('red', `  ${crashed}`) : ''),
  ];
  if (thread.captured) {
    lines.push(paint('cyan', `     -- ${plain(thread.captured.label)} --`));
    lines.push(...thread.captured.frames.flatMap((f) => frameLines(f, undefined, paint)));
    lines.push(paint('cyan', '     -- where it ended the process --'));
  }
  for (const part of foldRecursion(thread.frames.map(placeKey), KEPT_OF_RECURSION)) {
    if ('index' in part) lines.push(...frameLines(thread.frames[part.index]!, part.index, paint));
    else lines.push(paint('cyan', foldedText(thread.frames, part)));
  }
  for (const { label, frames } of thread.asyncFrames) {
    lines.push(
      paint('cyan', `     -- ${plain(label)} --`),
      ...frames.flatMap((f) => frameLines(f, undefined, paint)),
    );
  }
  lines.push(paint('dim', `     ${plain(thread.end)}`));
  return `${lines.join('\n')}\n`;
}

/** Frames of the same function at the same place are of one recursion, whatever tier they run in. */
function placeKey(frame: FrameInfo): string {
  const { kind, function: name, source, line, column, address } = frame;
  return line === null ? `${kind} ${name} ${address}` : `${kind} ${name} ${source}:${line}:${column}`;
}

function foldedText(frames: readonly FrameInfo[], { from, to, period }: FoldedFrames): string {
  const names = frames.slice(from, from + period).map((f) => plain(f.original?.name ?? f.function ?? '???'));
  const round = period === 1 ? names[0] : `${names.join(' < ')}`;
  return `     -- #${from} to #${to}: ${grouped(to - from + 1)} more frames of the recursion ${round} --`;
}

/** A frame, with its variables where it has them. */
export function frameLines(frame: FrameInfo, index: number | undefined, paint: Paint): string[] {
  const number = paint('dim', (index === undefined ? '' : `#${index}`).padEnd(4));
  const marks = [frame.tier, frame.inlined ? 'inlined' : undefined].filter(Boolean).join(', ');
  const name =
    plain(frame.original?.name ?? frame.function ?? '') || (frame.kind === 'js' ? '(anonymous)' : '???');
  const place = placeOf(frame);
  const line =
    frame.kind === 'js'
      ? `${number} ${paint(frame.source?.startsWith('node:') ? 'dim' : 'bold', name)} ${place}${marks ? paint('dim', `  [${marks}]`) : ''}`
      : `${number} ${paint('dim', `${name}${place ? ` ${place}` : ''}`)}`;
  return [line, ...(frame.scopes ?? []).flatMap((scope) => scopeLines(scope, paint))];
}

function placeOf(frame: FrameInfo): string {
  if (frame.original)
    return plain(`${frame.original.source}:${frame.original.line}:${frame.original.column}`);
  if (frame.wasmFunction !== null) return plain(`${frame.source ?? 'wasm'}:${wasmPlace(frame)}`);
  if (frame.source)
    return plain(`${frame.source}${frame.line === null ? '' : `:${frame.line}:${frame.column}`}`);
  // As stack traces write code of eval.
  if (frame.kind === 'js' && frame.line !== null) return `<anonymous>:${frame.line}:${frame.column}`;
  if (!frame.module) return '';
  return plain(`${frame.module.split(/[\\/]/).at(-1)}+0x${(frame.offset ?? 0).toString(16)}`);
}

function scopeLines({ kind, name, variables, note }: ScopeInfo, paint: Paint): string[] {
  const title = paint('cyan', `       ${kind}${name ? ` (${plain(name)})` : ''}`);
  const lines = variables.map((v) => `         ${plain(v.name)} = ${valueText(v, paint)}`);
  return [title, ...lines, ...(note === null ? [] : [paint('dim', `         ${plain(note)}`)])];
}

/** One line for a value. */
export function valueText(variable: VariableInfo, paint: Paint): string {
  if (variable.description === null)
    return paint('dim', `<${plain(variable.unavailable ?? 'not available')}>`);
  if (variable.type === 'string') return paint('green', plain(JSON.stringify(clip(String(variable.value)))));
  const text = plain(clip(variable.description));
  const isObject = variable.type === 'object' || variable.type === 'function';
  return isObject && variable.address ? `${text} ${paint('dim', variable.address)}` : paint('yellow', text);
}

function clip(text: string): string {
  const line = text.split('\n', 1)[0]!;
  const short = line.length > 200 ? `${line.slice(0, 200)}…` : line;
  return short.length < text.length && short === line ? `${short} …` : short;
}
