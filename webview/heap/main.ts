/** The heap explorer: a tab for each view, a history of places, and what is kept when the panel is hidden. */
import type { ToExplorer } from '../../src/extension/heap/messages.ts';
import { h } from '../elements.ts';
import { button, progressRing } from '../toolkit.ts';
import { classes } from './classes.ts';
import { closures } from './closures.ts';
import { compare } from './compare.ts';
import { dominators } from './dominators.ts';
import { size } from './format.ts';
import { listen, post, savedState, saveState } from './host.ts';
import { objectView } from './object.ts';
import { overview } from './overview.ts';
import { strings } from './strings.ts';
import { suspects } from './suspects.ts';
import { type Explorer, type Location, later, type Tab, tabs } from './views.ts';

interface Kept {
  readonly history: readonly Location[];
  readonly at: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly older: string | null;
}

const titles: Readonly<Record<Tab, string>> = {
  overview: 'Overview',
  suspects: 'Suspects',
  classes: 'Classes',
  dominators: 'Dominators',
  object: 'Object',
  strings: 'Strings',
  closures: 'Closures',
  compare: 'Compare',
};

const HISTORY = 100;
const root = document.getElementById('heap')!;
const kept = savedState() as Kept | undefined;
let history: readonly Location[] = kept?.history ?? [{ tab: 'overview', object: null }];
let at = kept?.at ?? 0;
let settings: Readonly<Record<string, string>> = kept?.settings ?? {};
let older: string | null = kept?.older ?? null;
let opened: Extract<ToExplorer, { type: 'opened' }> | null = null;
let startedAt = 0;

function keepState(): void {
  saveState({ history, at, settings, older } satisfies Kept);
}

function explorer(): Explorer {
  return {
    file: opened!.file,
    older,
    isCore: opened!.isCore,
    go,
    showObject: (id) => go({ tab: 'object', object: `@${id}` }),
    showSource: ({ source, line, column }) => {
      if (source !== null && line !== null) post({ type: 'showSource', source, line, column: column ?? 1 });
    },
    setting: (name) => settings[name] ?? null,
    keep: (name, value) => {
      settings = { ...settings, [name]: value };
      keepState();
    },
  };
}

function go(location: Location): void {
  history = [...history.slice(0, at + 1), location].slice(-HISTORY);
  at = history.length - 1;
  show(true);
}

function step(by: -1 | 1): void {
  if (!history[at + by]) return;
  at += by;
  show(true);
}

function content({ tab, object }: Location): HTMLElement {
  const to = explorer();
  switch (tab) {
    case 'overview':
      return later(overview());
    case 'suspects':
      return later(suspects(to));
    case 'classes':
      return classes(to);
    case 'dominators':
      return dominators(to);
    case 'object':
      return objectView(to, object);
    case 'strings':
      return strings(to);
    case 'closures':
      return closures(to);
    case 'compare':
      return compare(to);
  }
}

function navigation(current: Tab): HTMLElement {
  const list = h('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Views of the heap' });
  for (const tab of tabs) {
    const isCurrent = tab === current;
    const button = h(
      'button',
      {
        type: 'button',
        role: 'tab',
        id: `tab-${tab}`,
        'aria-selected': String(isCurrent),
        'aria-controls': 'view',
        tabindex: isCurrent ? '0' : '-1',
      },
      titles[tab],
    );
    button.addEventListener('click', () => openTab(tab));
    list.append(button);
  }
  list.addEventListener('keydown', (event) => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (by === 0 || event.altKey) return;
    event.preventDefault();
    openTab(tabs[(tabs.indexOf(current) + by + tabs.length) % tabs.length]!);
    document.getElementById(`tab-${history[at]!.tab}`)?.focus();
  });
  const arrow = (text: string, label: string, by: -1 | 1) => {
    const button = h('button', { type: 'button', class: 'arrow', 'aria-label': label, title: label }, text);
    (button as HTMLButtonElement).disabled = !history[at + by];
    button.addEventListener('click', () => step(by));
    return button;
  };
  return h('header', {}, arrow('←', 'Back (Alt+Left)', -1), arrow('→', 'Forward (Alt+Right)', 1), list);
}

/** The object last looked at comes back with its tab. */
function openTab(tab: Tab): void {
  const last = history.findLast((location) => location.tab === tab);
  go({ tab, object: last?.object ?? null });
}

function show(moveFocus: boolean): void {
  const location = history[at]!;
  const view = h(
    'main',
    { id: 'view', role: 'tabpanel', 'aria-labelledby': `tab-${location.tab}`, tabindex: '-1' },
    content(location),
  );
  root.replaceChildren(navigation(location.tab), view);
  if (moveFocus) (view.querySelector<HTMLElement>('.grid') ?? view).focus();
  keepState();
}

function loading({ file, done, total }: Extract<ToExplorer, { type: 'loading' }>): void {
  if (startedAt === 0 || done === 0) startedAt = Date.now();
  const share = total > 0 ? done / total : 0;
  const elapsed = (Date.now() - startedAt) / 1000;
  // Before that the rate says little.
  const left = share > 0.05 && elapsed > 1 ? Math.ceil(elapsed / share - elapsed) : null;
  const words = total === 0 ? 'Reading the heap…' : `${size(done)} of ${size(total)}`;
  const text =
    share >= 1 ? 'Computing what retains what…' : left === null ? words : `${words}, about ${left} s left`;
  const status = root.querySelector('.loading .status');
  if (status) {
    status.textContent = text;
    return;
  }
  root.replaceChildren(
    h(
      'div',
      { class: 'loading' },
      progressRing('Reading the heap'),
      h('p', { class: 'status', role: 'status' }, text),
      h('p', { class: 'quiet' }, file),
      button('Cancel', 'secondary', () => post({ type: 'stop' })),
    ),
  );
}

function failed({ file, failure }: Extract<ToExplorer, { type: 'failure' }>): void {
  opened = null;
  startedAt = 0;
  root.replaceChildren(
    h(
      'main',
      { class: 'failure', role: 'alert' },
      h('h1', {}, 'This heap cannot be shown'),
      h('p', {}, failure.message),
      failure.hint !== null && h('p', {}, failure.hint),
      h('p', { class: 'quiet' }, file),
      button('Try Again', 'primary', () => post({ type: 'again' })),
    ),
  );
}

listen((message) => {
  switch (message.type) {
    case 'loading':
      return loading(message);
    case 'failure':
      return failed(message);
    case 'opened':
      opened = message;
      if (message.older !== null && message.older !== older) {
        older = message.older;
        history = [{ tab: 'compare', object: null }];
        at = 0;
      }
      return show(false);
    case 'older':
      older = message.older;
      return go({ tab: 'compare', object: null });
  }
});

window.addEventListener('keydown', (event) => {
  if (!event.altKey || !opened) return;
  if (event.key === 'ArrowLeft') step(-1);
  else if (event.key === 'ArrowRight') step(1);
  else return;
  event.preventDefault();
});

post({ type: 'ready' });
