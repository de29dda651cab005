import type {
  DumpInfo,
  EventLoopInfo,
  LoopHandleInfo,
  LoopRequestInfo,
  LoopTimerInfo,
} from '../../src/engine/contract.ts';
import type { Alike, LoopItems, LoopsView, LoopView } from '../../src/engine/event-loop/loop-view.ts';
import { h, table } from '../elements.ts';

/** Rows of a table. */
const shown = 40;

interface Row {
  readonly what: string;
  readonly count: number;
  readonly text: string;
}

/** What the event loops waited for; `notesOf` shows what is to be said beside the dump's own notes. */
export function eventLoops(
  { loops, notes }: LoopsView,
  info: DumpInfo,
  notesOf: (texts: readonly string[]) => HTMLElement | undefined,
): (HTMLElement | undefined)[] {
  const own = notes.filter((note) => !info.notes.includes(note));
  return [...loops.flatMap((view) => eventLoop(view, info)), notesOf(own)];
}

/** One of them: what kept the process alive, and folded away what did not. */
function eventLoop({ loop, keeping, rest }: LoopView, info: DumpInfo): HTMLElement[] {
  const thread = info.threads.find(({ id }) => id === loop.thread);
  const { activeHandles: handles, activeRequests: requests } = loop;
  const verdict =
    handles === null || requests === null
      ? 'its event loop is not known'
      : handles + requests === 0
        ? 'nothing was waited for'
        : `kept alive by ${counted(handles, 'handle')} and ${counted(requests, 'request')}`;
  const name = thread?.name ?? `isolate ${loop.isolate}`;
  const alive = rowsOf(keeping);
  const others = rowsOf(rest);
  return [
    h('p', {}, `${name}: ${verdict}`),
    ...runningTexts(loop).map((text) => h('p', {}, text)),
    ...(alive.length > 0 ? [rowsTable(`Event loop of ${name}`, alive)] : []),
    ...(others.length > 0
      ? [
          h(
            'details',
            {},
            h('summary', {}, `${counted(total(others), 'more')} that kept nothing alive`),
            rowsTable(`What did not keep ${name} alive`, others),
          ),
        ]
      : []),
  ];
}

function runningTexts({ running: { timer, immediate } }: EventLoopInfo): string[] {
  return [
    ...(timer ? [`It was running the timer ${timer.callback ?? '(unknown)'}`] : []),
    ...(immediate ? [`It was running the immediate ${immediate.callback ?? '(unknown)'}`] : []),
  ];
}

function rowsTable(caption: string, rows: readonly Row[]): HTMLElement {
  const cells = rows.slice(0, shown).map(({ what, count, text }) => ({
    cells: [what, count === 1 ? '' : `${count.toLocaleString('en')} ×`, text],
  }));
  const left = total(rows.slice(shown));
  if (left > 0) cells.push({ cells: ['', '', `… and ${counted(left, 'more')}`] });
  const made = table(
    caption,
    [{ title: 'What' }, { title: 'Count', numeric: true }, { title: 'Detail' }],
    cells,
  );
  made.classList.add('waited');
  return made;
}

function rowsOf({ handles, requests, timers, immediates }: LoopItems): Row[] {
  const row = <T>(items: Alike<T>, what: string, text: string): Row => ({ what, count: items.length, text });
  return [
    ...handles.map((items) => row(items, items[0].type, handleText(items[0]))),
    ...requests.map((items) => row(items, items[0].type, requestText(items[0]))),
    ...timers.map((items) => row(items, 'timer', timerText(items[0]))),
    ...immediates.map((items) => row(items, 'immediate', items[0].callback ?? '(unknown)')),
  ];
}

function handleText(handle: LoopHandleInfo): string {
  const { type, fd, owner, detail, closing, active, referenced } = handle;
  return [
    owner === type ? null : owner,
    fd === null ? null : `fd ${fd}`,
    detail,
    closing ? 'closing' : null,
    active === false ? 'not active' : null,
    referenced === false ? 'unref’d' : null,
  ]
    .filter((part) => part !== null && part !== '')
    .join(', ');
}

function requestText({ detail, callback }: LoopRequestInfo): string {
  return [detail, callback && `→ ${callback.text}`].filter(Boolean).join(' ');
}

function timerText({ dueIn, repeat, callback, detail }: LoopTimerInfo): string {
  const due =
    dueIn === null
      ? null
      : dueIn < 0
        ? `overdue ${(-dueIn).toLocaleString('en')} ms`
        : `in ${dueIn.toLocaleString('en')} ms`;
  const every = repeat === null ? null : `every ${repeat.toLocaleString('en')} ms`;
  const when = [due, every].filter(Boolean).join(', ');
  return [when && `${when}:`, callback ?? '(unknown)', detail].filter(Boolean).join(' ');
}

function total(rows: readonly Row[]): number {
  return rows.reduce((sum, { count }) => sum + count, 0);
}

function counted(number: number, what: string): string {
  const plural = what === 'more' || number === 1 ? '' : 's';
  return `${number.toLocaleString('en')} ${what}${plural}`;
}
