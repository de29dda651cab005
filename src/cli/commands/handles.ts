import type {
  EventLoopInfo,
  LoopHandleInfo,
  LoopImmediateInfo,
  LoopRequestInfo,
  LoopTimerInfo,
} from '../../engine/contract.ts';
import { eventLoopsOf } from '../../engine/event-loop/event-loops.ts';
import {
  type Alike,
  alike,
  type LoopItems,
  type LoopView,
  loopViews,
} from '../../engine/event-loop/loop-view.ts';
import type { CoreSession } from '../../engine/session.ts';
import { openCore, requireIsolate } from '../open.ts';
import {
  counted,
  grouped,
  notesText,
  type Output,
  type Paint,
  painter,
  plain,
  printJson,
  table,
} from '../output.ts';
import type { CommonOptions } from '../run.ts';

export interface HandlesOptions extends CommonOptions {
  readonly all?: boolean;
  readonly limit: number;
}

/** Kinds that are named of what is not shown. */
const MOST = 3;

/** `dayafter handles`: what the event loops waited for, and what kept them alive. */
export async function handlesCommand(dump: string, options: HandlesOptions, output: Output): Promise<void> {
  await openCore(dump, options, output, (session) => {
    const found = eventLoopsOf(session, requireIsolate(session, options));
    const notes = [...session.notes(), ...found.notes];
    if (options.json) {
      printJson(output, { ...found, notes });
      return;
    }
    const paint = painter(output);
    const style = { limit: options.limit, paint };
    const texts = loopViews(found, options.all === true).map((view) => loopText(view, session, style));
    output.stdout.write(texts.join('\n') + notesText(notes, paint));
  });
}

/** How much is shown, and how. */
interface Style {
  readonly limit: number;
  readonly paint: Paint;
}

function loopText({ loop, keeping, rest, hidden }: LoopView, session: CoreSession, style: Style): string {
  const { paint } = style;
  const others = itemsText(rest, style);
  return [
    `${paint('bold', `isolate ${loop.isolate}`)}${threadText(loop, session)}: ${verdict(loop)}\n`,
    ...runningLines(loop, paint),
    itemsText(keeping, style),
    others === '' ? '' : `${paint('dim', '\n  keeping nothing alive\n')}${others}`,
    hidden === 0 ? '' : paint('dim', `\n  ${hidden} of Node’s and libuv’s own are not shown (--all)\n`),
  ].join('');
}

function itemsText({ handles, requests, timers, immediates }: LoopItems, style: Style): string {
  const { paint } = style;
  return [
    section('handles', handles, handleRow(paint), (h) => h.type, style),
    section('requests', requests, requestRow(paint), (r) => r.callback?.text ?? r.type, style),
    section('timers', timers, timerRow(paint), (t) => t.callback, style),
    section('immediates', immediates, immediateRow(paint), (i) => i.callback, style),
  ].join('');
}

function threadText(loop: EventLoopInfo, session: CoreSession): string {
  const thread = session.threads().find((t) => t.id === loop.thread);
  return thread ? ` (${plain(thread.name ?? 'thread')}, thread ${thread.id})` : '';
}

function runningLines({ running: { timer, immediate } }: EventLoopInfo, paint: Paint): string[] {
  const line = (what: string, text: string) => `  ${paint('cyan', `running ${what}`)}  ${text}\n`;
  return [
    ...(timer ? [line('timer', [callbackText(timer, paint), repeatText(timer)].join('  ').trimEnd())] : []),
    ...(immediate ? [line('immediate', callbackText(immediate, paint))] : []),
  ];
}

function repeatText({ repeat }: LoopTimerInfo): string {
  return repeat === null ? '' : `every ${grouped(repeat)} ms`;
}

function verdict({ activeHandles, activeRequests }: EventLoopInfo): string {
  if (activeHandles === null || activeRequests === null) return 'its event loop is not known';
  if (activeHandles + activeRequests === 0) return 'nothing was waited for';
  return `kept alive by ${counted(activeHandles, 'handle')} and ${counted(activeRequests, 'request')}`;
}

/** A titled table, with one row for all items that are alike; of what is beyond the limit, what there is most of. */
function section<T>(
  title: string,
  groups: readonly Alike<T>[],
  cells: (item: T) => string[],
  kindOf: (item: T) => string | null,
  { limit, paint }: Style,
): string {
  if (groups.length === 0) return '';
  const counts = groups.some((group) => group.length > 1);
  const rows = groups.slice(0, limit).map((group) => {
    const number = group.length > 1 ? paint('bold', `${grouped(group.length)} ×`) : '';
    return [...(counts ? [number] : []), ...cells(group[0])];
  });
  const rest = groups.slice(limit).flat();
  return `  ${paint('cyan', title)}\n${table(rows, '    ')}${restText(rest, kindOf, paint)}`;
}

function restText<T>(rest: readonly T[], kindOf: (item: T) => string | null, paint: Paint): string {
  if (rest.length === 0) return '';
  const kind = (item: T) => kindOf(item) ?? '(unknown)';
  const kinds = alike(rest, kind)
    .sort((a, b) => b.length - a.length)
    .slice(0, MOST)
    .map((items) => `${grouped(items.length)} × ${plain(kind(items[0]))}`);
  return paint('dim', `    … and ${grouped(rest.length)} more (--limit): ${kinds.join(', ')}\n`);
}

function handleRow(paint: Paint) {
  return (h: LoopHandleInfo): string[] => [
    plain(h.type),
    h.fd === null ? '' : `fd ${h.fd}`,
    plain(h.owner === h.type ? '' : (h.owner ?? '')),
    [
      plain(h.detail ?? ''),
      ...(h.closing ? [paint('yellow', 'closing')] : []),
      ...(h.active === false ? [paint('dim', 'not active')] : []),
      ...(h.referenced === false ? [paint('dim', 'unref’d')] : []),
    ]
      .filter((part) => part !== '')
      .join(', '),
  ];
}

function requestRow(paint: Paint) {
  return (r: LoopRequestInfo): string[] => [
    plain(r.type),
    [
      ...(r.detail === null ? [] : [plain(r.detail)]),
      ...(r.callback === null
        ? []
        : [`→ ${paint(r.callback.internal ? 'dim' : 'bold', plain(r.callback.text))}`]),
    ].join(' '),
  ];
}

function timerRow(paint: Paint) {
  return (t: LoopTimerInfo): string[] => [dueText(t.dueIn, paint), repeatText(t), callbackText(t, paint)];
}

function immediateRow(paint: Paint) {
  return (i: LoopImmediateInfo): string[] => [callbackText(i, paint)];
}

function callbackText(item: LoopImmediateInfo, paint: Paint): string {
  const name = paint(item.internal ? 'dim' : 'bold', plain(item.callback ?? '(unknown)'));
  return item.detail === null ? name : `${name} ${paint('dim', plain(item.detail))}`;
}

function dueText(dueIn: number | null, paint: Paint): string {
  if (dueIn === null) return '?'.padStart(16);
  const text = `${grouped(Math.abs(dueIn))} ms`;
  return dueIn < 0 ? paint('red', `overdue ${text}`.padStart(16)) : `in ${text}`.padStart(16);
}
