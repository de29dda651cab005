/** The heap explorer: a tab for each view, a history of places, and what is kept when the panel is hidden. */
import type { ToExplorer } from '../../src/extension/heap/messages.ts';
import { type Location, type Tab, tabs } from '../../src/heap-process/places.ts';
import { h } from '../elements.ts';
import { button } from '../toolkit.ts';
import { classes } from './classes.ts';
import { closures } from './closures.ts';
import { compare } from './compare.ts';
import { dominators } from './dominators.ts';
import { listen, post, savedState, saveState } from './host.ts';
import { Loading } from './loading.ts';
import { objectView } from './object.ts';
import { overview } from './overview.ts';
import { strings } from './strings.ts';
import { suspects } from './suspects.ts';
import type { GridPlace } from './tree-grid.ts';
import { type Explorer, later } from './views.ts';

/** What outlives the page. A comparison is brought back by its file and older dumps. */
interface Kept {
  readonly file: string | null;
  readonly history: readonly Location[];
  readonly at: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly older: readonly string[];
  /** By place of the history: where its grid stands. */
  readonly scrolls: Readonly<Record<string, GridPlace>>;
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
const start: Location = { tab: 'overview', object: null };
const root = document.getElementById('heap')!;
const kept = savedState() as Kept | undefined;
const loading = new Loading(root);
let history: readonly Location[] = kept?.history ?? [start];
let at = kept?.at ?? 0;
let settings: Readonly<Record<string, string>> = kept?.settings ?? {};
let older: readonly string[] = kept?.older ?? [];
let scrolls: Readonly<Record<string, GridPlace>> = kept?.scrolls ?? {};
let opened: Extract<ToExplorer, { type: 'opened' }> | null = null;

let saving = 0;
function keepState(): void {
  // Scrolling calls it with every frame.
  window.clearTimeout(saving);
  saving = window.setTimeout(() => {
    const file = opened?.file ?? null;
    saveState({ file, history, at, settings, older, scrolls } satisfies Kept);
  }, 50);
}

function explorer(): Explorer {
  const place = String(at);
  return {
    file: opened!.file,
    older,
    isCore: opened!.isCore,
    go,
    showObject: (id) => go({ tab: 'object', object: `@${id}` }),
    showSource: ({ source, line, column, original }) => {
      if (source !== null && line !== null)
        post({ type: 'showSource', source, line, column: column ?? 1, original });
    },
    setting: (name) => settings[name] ?? null,
    keep: (name, value) => {
      settings = { ...settings, [name]: value };
      keepState();
    },
    scroll: {
      read: () => scrolls[place] ?? null,
      keep: (position) => {
        scrolls = { ...scrolls, [place]: position };
        keepState();
      },
    },
  };
}

function go(location: Location): void {
  history = [...history.slice(0, at + 1), location].slice(-HISTORY);
  at = history.length - 1;
  const { [String(at)]: _, ...others } = scrolls;
  scrolls = others;
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
      return later(overview(to));
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
    if (event.altKey) return;
    const to = {
      ArrowRight: tabs.indexOf(current) + 1,
      ArrowLeft: tabs.indexOf(current) - 1 + tabs.length,
      Home: 0,
      End: tabs.length - 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    openTab(tabs[to % tabs.length]!);
    document.getElementById(`tab-${history[at]!.tab}`)?.focus();
  });
  return h(
    'header',
    {},
    headerButton('←', 'Back (Alt+Left)', !history[at - 1], () => step(-1)),
    headerButton('→', 'Forward (Alt+Right)', !history[at + 1], () => step(1)),
    list,
    headerButton('Copy Link', 'Copy a link to this place', false, () =>
      post({ type: 'copyLink', location: history[at]! }),
    ),
  );
}

function headerButton(text: string, label: string, isDisabled: boolean, onClick: () => void): HTMLElement {
  const attributes = {
    type: 'button',
    class: 'arrow',
    title: label,
    ...(text.length === 1 && { 'aria-label': label }),
  };
  const element = h('button', attributes, text) as HTMLButtonElement;
  element.disabled = isDisabled;
  element.addEventListener('click', onClick);
  return element;
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

function failed({ file, failure }: Extract<ToExplorer, { type: 'failure' }>): void {
  opened = null;
  loading.end();
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

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((file, i) => file === b[i]);
}

listen((message) => {
  switch (message.type) {
    case 'loading':
      opened = null;
      return loading.show(message);
    case 'failure':
      return failed(message);
    case 'opened':
      // Told again after this page was hidden and is back: it stays as it is.
      if (opened) return;
      loading.end();
      opened = message;
      if (!isSame(message.older, older)) {
        older = message.older;
        history = [{ tab: 'compare', object: null }];
        at = 0;
        scrolls = {};
      }
      return show(false);
    case 'older':
      older = message.older;
      return go({ tab: 'compare', object: null });
    case 'go': {
      const { tab, object } = message.location;
      if (history[at]?.tab !== tab || history[at]?.object !== object) go(message.location);
      return;
    }
  }
});

window.addEventListener('keydown', (event) => {
  if (!event.altKey || !opened) return;
  if (event.key === 'ArrowLeft') step(-1);
  else if (event.key === 'ArrowRight') step(1);
  else return;
  event.preventDefault();
});

post({ type: 'ready', older });
