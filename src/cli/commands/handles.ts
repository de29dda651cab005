import type {
  EventLoopInfo,
  EventLoopsInfo,
  LoopHandleInfo,
  LoopImmediateInfo,
  LoopRequestInfo,
  LoopTimerInfo,
} from '../../engine/contract.ts';
import { DayAfterError } from '../../engine/errors.ts';
import { eventLoopsOf } from '../../engine/event-loop/event-loops.ts';
import type { CoreSession } from '../../engine/session.ts';
import { openCore, requireThread } from '../open.ts';
import { grouped, notesText, type Output, type Paint, painter, plain, printJson, table } from '../output.ts';
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
    const found = eventLoopsOf(session, isolateOf(session, options));
    const notes = [...session.notes(), ...found.notes];
    if (options.json) {
      printJson(output, { ...found, notes });
      return;
    }
    const paint = painter(output);
    const style = { all: options.all === true, limit: options.limit, paint };
    const texts = found.loops.map((loop) => loopText(loop, found, session, style));
    output.stdout.write(texts.join('\n') + notesText(notes, paint));
  });
}

/** `--thread` names the isolate that it has entered. */
function isolateOf(session: CoreSession, { isolate, thread }: HandlesOptions): number | undefined {
  if (isolate !== undefined || thread === undefined) return isolate;
  const entered = session.requireRuntime().isolateOf(requireThread(session, thread));
  if (!entered) throw new DayAfterError('NO_ISOLATE', `thread ${thread} runs no JavaScript`);
  return entered.index;
}

/** How much is shown, and how. */
interface Style {
  readonly all: boolean;
  readonly limit: number;
  readonly paint: Paint;
}

function loopText(loop: EventLoopInfo, found: EventLoopsInfo, session: CoreSession, style: Style): string {
  const { all, paint } = style;
  const own = <T extends { readonly isolate: number }>(items: readonly T[]) =>
    items.filter((item) => item.isolate === loop.isolate);
  const handles = own(found.handles);
  const timers = own(found.timers);
  const immediates = own(found.immediates);
  const keeps = (h: LoopHandleInfo) => h.active === true && h.referenced === true;
  const isShown = (item: { internal: boolean }) => all || !item.internal;
  // Node's own timer and idle handle stand for what is listed by itself.
  const isForLists = (h: LoopHandleInfo) => h.internal && (h.type === 'timer' || h.type === 'idle');
  const keeping = handles.filter((h) => keeps(h) && (all || !isForLists(h)));
  const looseHandles = handles.filter((h) => !keeps(h) && isShown(h));
  const looseTimers = timers.filter((t) => !t.referenced && isShown(t));
  const isReferenced = (item: { referenced: boolean | null }) => item.referenced === true;
  const alive = [
    section('handles', keeping, handleRows, style),
    section('requests', own(found.requests), requestRows, style),
    section('timers', timers.filter(isReferenced), timerRows, style),
    section('immediates', immediates.filter(isReferenced), immediateRows, style),
  ].join('');
  const looseImmediates = immediates.filter((i) => !isReferenced(i));
  const rest = [
    section('handles', looseHandles, handleRows, style),
    section('timers', looseTimers, timerRows, style),
    section('immediates', looseImmediates, immediateRows, style),
  ].join('');
  const hidden = all
    ? 0
    : handles.filter((h) => h.internal && (!keeps(h) || isForLists(h))).length +
      timers.filter((t) => t.internal && !t.referenced).length;
  return [
    `${paint('bold', `isolate ${loop.isolate}`)}${threadText(loop, session)}: ${verdict(loop)}\n`,
    ...runningLines(loop, paint),
    alive,
    rest === '' ? '' : `${paint('dim', '\n  keeping nothing alive\n')}${rest}`,
    hidden === 0 ? '' : paint('dim', `\n  ${hidden} of Node’s and libuv’s own are not shown (--all)\n`),
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
  return `kept alive by ${count(activeHandles, 'handle')} and ${count(activeRequests, 'request')}`;
}

function count(number: number, what: string): string {
  return `${grouped(number)} ${what}${number === 1 ? '' : 's'}`;
}

/** How the items of a section are shown. */
interface Rows<T> {
  row(paint: Paint): (item: T) => string[];
  /** The same for items that need no row each. */
  key(item: T): string;
  /** What they are, where there is no row for them. */
  kind(item: T): string | null;
}

/** A titled table, with one row for all items that are alike; of what is beyond the limit, what there is most of. */
function section<T>(
  title: string,
  items: readonly T[],
  { row, key, kind }: Rows<T>,
  { all, limit, paint }: Style,
): string {
  if (items.length === 0) return '';
  const groups = all ? items.map((item) => [item]) : alike(items, key);
  const cells = row(paint);
  const counts = groups.some((group) => group.length > 1);
  const rows = groups.slice(0, limit).map((group) => {
    const number = group.length > 1 ? paint('bold', `${grouped(group.length)} ×`) : '';
    return [...(counts ? [number] : []), ...cells(group[0]!)];
  });
  const rest = groups.slice(limit).flat();
  return `  ${paint('cyan', title)}\n${table(rows, '    ')}${restText(rest, kind, paint)}`;
}

function restText<T>(rest: readonly T[], kindOf: (item: T) => string | null, paint: Paint): string {
  if (rest.length === 0) return '';
  const kind = (item: T) => kindOf(item) ?? '(unknown)';
  const kinds = alike(rest, kind)
    .sort((a, b) => b.length - a.length)
    .slice(0, MOST)
    .map((items) => `${grouped(items.length)} × ${plain(kind(items[0]!))}`);
  return paint('dim', `    … and ${grouped(rest.length)} more (--limit): ${kinds.join(', ')}\n`);
}

/** Items of one key together, in the order of their first. */
function alike<T>(items: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return [...groups.values()];
}

/** Numbers aside: ports, ids, bytes. */
function withoutNumbers(...texts: readonly (string | number | boolean | null)[]): string {
  return texts.map((text) => String(text).replace(/\d[\d,.]*/g, '0')).join('\0');
}

const handleRows: Rows<LoopHandleInfo> = {
  row: handleRow,
  key: (h) => withoutNumbers(h.type, h.owner, h.detail, h.active, h.referenced, h.closing),
  kind: (h) => h.type,
};
const requestRows: Rows<LoopRequestInfo> = {
  row: requestRow,
  key: (r) => `${withoutNumbers(r.type, r.detail)}\0${r.callback?.text}`,
  kind: (r) => r.callback?.text ?? r.type,
};
const timerRows: Rows<LoopTimerInfo> = {
  row: timerRow,
  key: (t) => `${t.callback}\0${t.repeat}\0${t.detail}`,
  kind: (t) => t.callback,
};
const immediateRows: Rows<LoopImmediateInfo> = {
  row: immediateRow,
  key: (i) => `${i.callback}\0${i.detail}`,
  kind: (i) => i.callback,
};

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

function callbackText(item: LoopTimerInfo | LoopImmediateInfo, paint: Paint): string {
  const name = paint(item.internal ? 'dim' : 'bold', plain(item.callback ?? '(unknown)'));
  return item.detail === null ? name : `${name} ${paint('dim', plain(item.detail))}`;
}

function dueText(dueIn: number | null, paint: Paint): string {
  if (dueIn === null) return '?'.padStart(16);
  const text = `${grouped(Math.abs(dueIn))} ms`;
  return dueIn < 0 ? paint('red', `overdue ${text}`.padStart(16)) : `in ${text}`.padStart(16);
}
