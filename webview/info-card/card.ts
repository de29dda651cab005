import type { DeathKind, DumpInfo, IsolateInfo } from '../../src/engine/contract.ts';
import type { LoopsView } from '../../src/engine/event-loop/loop-view.ts';
import { type Child, h, size, table } from '../elements.ts';
import { tag } from '../toolkit.ts';
import { eventLoops } from './event-loop.ts';
import { scriptOf } from './script-name.ts';

const kinds: Readonly<Record<DeathKind, string>> = {
  'uncaught-exception': 'uncaught exception',
  'unhandled-rejection': 'unhandled rejection',
  'out-of-memory': 'out of memory',
  abort: 'abort',
  'stack-overflow': 'stack overflow',
  'native-crash': 'native crash',
  signal: 'signal',
  alive: 'alive when dumped',
};

/** Modules that are listed before the rest is folded away. */
const modulesShown = 6;

/** `waited` is null until the event loops are read. */
export function card(
  info: DumpInfo,
  waited: LoopsView | null,
  file: string,
  bytes: number,
  actions: HTMLElement[],
): HTMLElement[] {
  return [
    header(info, actions),
    exception(info),
    notes(info.notes),
    section('Process', facts(info, file, bytes)),
    section('Threads', threads(info)),
    section('Event Loop', ...(waited ? eventLoops(waited, info, notes) : [])),
    section('Heap', ...info.isolates.map((isolate) => heap(isolate, info))),
    section('Modules', ...modules(info)),
    section('Layout', ...layout(info)),
  ].filter((element) => element !== undefined);
}

function header(info: DumpInfo, actions: readonly HTMLElement[]): HTMLElement {
  const { death } = info;
  const tags = [death.kind === null ? null : kinds[death.kind], death.signal].filter((text) => text !== null);
  return h(
    'header',
    {},
    h('div', { class: 'title' }, h('h1', {}, title(info)), h('div', { class: 'actions' }, ...actions)),
    h('p', { class: 'death' }, death.message),
    h('div', { class: 'tags' }, ...tags.map(tag)),
  );
}

function title(info: DumpInfo): string {
  const { executable, argv, pid } = info.process;
  const name = scriptOf(argv) ?? executable ?? 'Dump';
  const last = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
  return pid === null ? last : `${last} (process ${pid})`;
}

function exception(info: DumpInfo): HTMLElement | undefined {
  const thrown = info.death.exception;
  if (!thrown) return undefined;
  const text = thrown.stack ?? `${thrown.className}: ${thrown.message}`;
  return h('pre', { class: 'stack', tabindex: '0', 'aria-label': 'Stack of the error' }, text);
}

function notes(texts: readonly string[]): HTMLElement | undefined {
  if (texts.length === 0) return undefined;
  return h('ul', { class: 'notes', 'aria-label': 'Notes' }, ...texts.map((text) => h('li', {}, text)));
}

function section(heading: string, ...children: (HTMLElement | undefined)[]): HTMLElement | undefined {
  const present = children.filter((child) => child !== undefined);
  return present.length === 0 ? undefined : h('section', {}, h('h2', {}, heading), ...present);
}

function facts(info: DumpInfo, file: string, bytes: number): HTMLElement {
  const { process } = info;
  const runtime = [
    process.nodeVersion && `Node.js ${process.nodeVersion.replace(/^v/, '')}`,
    process.v8Version && `V8 ${process.v8Version}`,
    process.arch,
  ];
  const pairs: [string, string | null][] = [
    ['Command', process.argv?.join(' ') ?? null],
    ['Runtime', runtime.filter(Boolean).join(', ') || null],
    ['Executable', process.executable],
    ['File', `${file} (${size(bytes)})`],
  ];
  return h(
    'dl',
    {},
    ...pairs.flatMap(([name, text]) => (text === null ? [] : [h('dt', {}, name), h('dd', {}, text)])),
  );
}

function threads(info: DumpInfo): HTMLElement | undefined {
  if (info.threads.length === 0) return undefined;
  const state = info.format === 'minidump' ? 'raised the exception' : 'took the signal';
  return table(
    'Threads',
    [{ title: 'Name' }, { title: 'Thread', numeric: true }, { title: 'State' }],
    info.threads.map((thread) => ({
      cells: [thread.name ?? '–', String(thread.id), thread.crashed ? state : ''],
      class: thread.crashed ? 'crashed' : '',
    })),
  );
}

function heap(isolate: IsolateInfo, info: DumpInfo): HTMLElement {
  const { used, committed, limit, spaces } = isolate.heap;
  const owner = info.threads.find((thread) => thread.id === isolate.thread);
  const name = owner?.name ?? (isolate.thread === null ? 'no thread' : `thread ${isolate.thread}`);
  const summary = `Isolate ${isolate.index} (${name}): ${size(used)} used, ${size(committed)} committed, limit ${size(limit)}`;
  const meter: Child = used !== null && limit !== null && limit > 0 && bar(used / limit);
  return h(
    'details',
    {},
    h('summary', {}, summary, meter),
    table(
      `Spaces of isolate ${isolate.index}`,
      [{ title: 'Space' }, { title: 'Used', numeric: true }, { title: 'Committed', numeric: true }],
      spaces.map((space) => ({ cells: [space.name, size(space.used), size(space.committed)] })),
    ),
  );
}

function bar(fraction: number): HTMLElement {
  const percent = Math.round(Math.min(1, Math.max(0, fraction)) * 100);
  const fill = h('div', { class: percent >= 90 ? 'fill full' : 'fill' });
  fill.style.width = `${percent}%`;
  return h('div', { class: 'bar', role: 'img', 'aria-label': `${percent} % of the limit` }, fill);
}

function modules(info: DumpInfo): HTMLElement[] {
  const columns = [{ title: 'Path' }, { title: 'Status' }, { title: 'Build id' }];
  const rows = info.modules.map((module) => ({
    cells: [module.path, module.status, module.buildId ?? '–'],
    class: module.status === 'matched' ? '' : 'warning',
  }));
  if (rows.length <= modulesShown) return rows.length === 0 ? [] : [table('Modules', columns, rows)];
  const counts = new Map<string, number>();
  for (const module of info.modules) counts.set(module.status, (counts.get(module.status) ?? 0) + 1);
  const summary = [...counts].map(([status, count]) => `${count} ${status}`).join(', ');
  return [h('details', {}, h('summary', {}, summary), table('Modules', columns, rows))];
}

function layout(info: DumpInfo): HTMLElement[] {
  const { confirmed, derived, guessed } = info.layout;
  const parts: [string, readonly string[]][] = [
    ['confirmed', confirmed],
    ['derived', derived],
    ['guessed', guessed],
  ];
  if (parts.every(([, names]) => names.length === 0)) return [];
  const summary = `V8 constants: ${parts.map(([word, names]) => `${names.length} ${word}`).join(', ')}`;
  const lists = parts
    .filter(([, names]) => names.length > 0)
    .map(([word, names]) => h('p', { class: 'names' }, h('strong', {}, `${word}: `), names.join(', ')));
  return [h('details', {}, h('summary', {}, summary), ...lists)];
}
