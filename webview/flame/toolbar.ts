import { comparedMeasures } from '../../src/engine/profile/difference.ts';
import type { Profile, Subject } from '../../src/engine/profile/profile.ts';
import { h } from '../elements.ts';
import { type Filter, filterLabel, type ViewName, type ViewState } from './view-model.ts';

export interface ToolbarEvents {
  change(change: Partial<ViewState>): void;
  reset(): void;
  export(format: ExportFormat): void;
  compare(): void;
  /** Something else of the same dump is wanted. */
  subject(subject: Subject): void;
}

export type ExportFormat = 'png' | 'svg' | 'html' | 'folded' | 'speedscope';

const subjectNames: Readonly<Record<Subject, string>> = {
  stacks: 'thread stacks',
  async: 'async chains',
  retained: 'retained bytes',
  allocations: 'allocations',
};

const views: readonly [ViewName, string, string][] = [
  ['flame', 'Flame', 'Callers below, callees above, sorted by name'],
  ['icicle', 'Icicle', 'Callers above, callees below, sorted by name'],
  ['heavy', 'Left heavy', 'The heaviest stacks at the left'],
  ['time', 'Time order', 'Samples as they came'],
  ['sandwich', 'Sandwich', 'Callers and callees of one function'],
  ['bottom-up', 'Bottom up', 'What ran, and who called it'],
  ['table', 'Table', 'Functions with self and total'],
];

type Choice = readonly [value: string, label: string];

/** The controls above the graph. */
export class Toolbar {
  readonly element: HTMLElement;
  readonly #events: ToolbarEvents;
  readonly #buttons = new Map<ViewName, HTMLElement>();
  readonly #search = h('input', {
    type: 'search',
    placeholder: 'Search (regular expression)',
    'aria-label': 'Search functions and files',
    spellcheck: 'false',
  }) as HTMLInputElement;
  /** Runs while a typed search waits. */
  #typed: ReturnType<typeof setTimeout> | undefined;
  readonly #matched = h('span', { class: 'matched', role: 'status' });
  readonly #chips = h('div', { class: 'chips' });
  readonly #updates: ((state: ViewState) => void)[] = [];

  constructor(profile: Profile, inEditor: boolean, events: ToolbarEvents) {
    this.#events = events;
    const isDifference = profile.type === 'difference';
    const available = views.filter(([view]) => view !== 'time' || !isDifference);
    const group = h('div', { class: 'views', role: 'group', 'aria-label': 'View' });
    for (const [view, label, title] of available) {
      const button = h('button', { type: 'button', title }, label);
      button.addEventListener('click', () => events.change({ view }));
      this.#buttons.set(view, button);
      group.append(button);
    }
    this.#search.addEventListener('input', () => {
      clearTimeout(this.#typed);
      this.#typed = setTimeout(() => {
        this.#typed = undefined;
        events.change({ search: this.#search.value });
      }, 120);
    });
    const reset = h('button', { type: 'button', title: 'Show the whole width (Escape)' }, 'Reset zoom');
    reset.addEventListener('click', () => events.reset());
    const compare = h('button', { type: 'button', title: 'Compare with an older profile' }, 'Compare…');
    compare.addEventListener('click', () => events.compare());
    this.element = h(
      'div',
      { class: 'toolbar' },
      h(
        'div',
        { class: 'line' },
        group,
        reset,
        h('div', { class: 'search' }, this.#search, this.#matched),
        inEditor && !isDifference ? compare : null,
        this.#exporter(inEditor),
      ),
      h(
        'div',
        { class: 'line' },
        ...this.#subjects(profile, inEditor),
        ...this.#selects(profile, isDifference),
      ),
      this.#chips,
    );
  }

  focusSearch(): void {
    this.#search.focus();
    this.#search.select();
  }

  matched(text: string): void {
    this.#matched.textContent = text;
  }

  show(state: ViewState): void {
    for (const [view, button] of this.#buttons)
      button.setAttribute('aria-pressed', String(view === state.view));
    // What was typed is not searched for at once, and stays whatever else changes in the meantime.
    if (document.activeElement !== this.#search && this.#typed === undefined)
      this.#search.value = state.search;
    for (const update of this.#updates) update(state);
    this.#chips.replaceChildren(
      ...state.filters.map((filter, i) => {
        const chip = h(
          'button',
          { type: 'button', class: 'chip', title: 'Take this back' },
          `${filter.action} ${filter.by}: ${filterLabel(filter)} ✕`,
        );
        chip.addEventListener('click', () =>
          this.#events.change({ filters: state.filters.filter((_: Filter, k: number) => k !== i) }),
        );
        return chip;
      }),
    );
  }

  /** What of a dump is shown: only the editor can read the dump again. */
  #subjects({ dump }: Profile, inEditor: boolean): HTMLElement[] {
    if (!inEditor || !dump || dump.subjects.length < 2) return [];
    const choices = dump.subjects.map((subject): Choice => [subject, subjectNames[subject]]);
    return [
      this.#select(
        'Show',
        choices,
        () => dump.subject,
        (v) => this.#events.subject(v as Subject),
      ),
    ];
  }

  #selects(profile: Profile, isDifference: boolean): HTMLElement[] {
    const { change } = this.#events;
    const controls: HTMLElement[] = [];
    if (isDifference) {
      controls.push(
        this.#select(
          'Widths',
          [
            ['both', 'larger of both'],
            ['newer', 'newer'],
            ['older', 'older'],
          ],
          (s) => s.widths,
          (v) => change({ widths: v as ViewState['widths'] }),
        ),
        this.#check(
          'Same totals',
          (s) => s.scaled,
          (scaled) => change({ scaled }),
        ),
        h(
          'span',
          { class: 'legend' },
          h('i', { class: 'grown' }),
          'grew',
          h('i', { class: 'shrunk' }),
          'shrank',
          h('i', { class: 'vanished' }),
          'vanished',
        ),
      );
    }
    const names = isDifference ? comparedMeasures(profile) : profile.measures.map((m) => m.name);
    if (names.length > 1) {
      const measures = names.map((name, i): Choice => [String(i), name]);
      controls.push(
        this.#select(
          'Measure',
          measures,
          (s) => String(s.measure),
          (v) => change({ measure: Number(v) }),
        ),
      );
    }
    if (profile.threads.length > 1) {
      const threads: Choice[] = [
        ['-1', 'all threads'],
        ...profile.threads.map((name, i): Choice => [String(i), name]),
      ];
      controls.push(
        this.#select(
          'Thread',
          threads,
          (s) => String(s.thread),
          (v) => change({ thread: Number(v) }),
        ),
      );
    }
    controls.push(
      this.#select(
        'Merge by',
        [
          ['frame', 'nothing'],
          ['function', 'function'],
          ['file', 'file'],
          ['package', 'package'],
          ['kind', 'kind and tier'],
        ],
        (s) => s.groupBy,
        (v) => change({ groupBy: v as ViewState['groupBy'] }),
      ),
      this.#select(
        'Recursion',
        [
          ['keep', 'as it is'],
          ['direct', 'direct collapsed'],
          ['mutual', 'all collapsed'],
        ],
        (s) => s.recursion,
        (v) => change({ recursion: v as ViewState['recursion'] }),
      ),
    );
    const onlyHeap = profile.frames.every((f) => f.kind === 'heap');
    if (!isDifference && !onlyHeap)
      controls.push(
        this.#select(
          'Colour',
          [
            ['kind', 'by kind'],
            ['package', 'by package'],
          ],
          (s) => s.colorBy,
          (v) => change({ colorBy: v as ViewState['colorBy'] }),
        ),
      );
    if (profile.frames.some((f) => f.kind === 'idle' || f.kind === 'program'))
      controls.push(
        this.#check(
          'Hide idle and program',
          (s) => s.hideIdle,
          (hideIdle) => change({ hideIdle }),
        ),
      );
    if (!isDifference && !onlyHeap) controls.push(legend(profile));
    return controls;
  }

  #select(
    label: string,
    choices: readonly Choice[],
    read: (state: ViewState) => string,
    write: (value: string) => void,
  ): HTMLElement {
    const select = h(
      'select',
      {},
      ...choices.map(([value, text]) => h('option', { value }, text)),
    ) as HTMLSelectElement;
    select.addEventListener('change', () => write(select.value));
    this.#updates.push((state) => {
      select.value = read(state);
    });
    return h('label', {}, `${label} `, select);
  }

  #check(label: string, read: (state: ViewState) => boolean, write: (value: boolean) => void): HTMLElement {
    const box = h('input', { type: 'checkbox' }) as HTMLInputElement;
    box.addEventListener('change', () => write(box.checked));
    this.#updates.push((state) => {
      box.checked = read(state);
    });
    return h('label', {}, box, ` ${label}`);
  }

  #exporter(inEditor: boolean): HTMLElement {
    const select = h(
      'select',
      { 'aria-label': 'Export' },
      h('option', { value: '' }, 'Export…'),
      h('option', { value: 'png' }, 'PNG picture'),
      h('option', { value: 'svg' }, 'SVG picture'),
      inEditor ? h('option', { value: 'html' }, 'Page of its own (HTML)') : null,
      h('option', { value: 'folded' }, 'Folded stacks'),
      h('option', { value: 'speedscope' }, 'speedscope file'),
    ) as HTMLSelectElement;
    select.addEventListener('change', () => {
      const { value } = select;
      select.value = '';
      if (value !== '') this.#events.export(value as ExportFormat);
    });
    // The table is text: it has no picture.
    this.#updates.push(({ view }) => {
      for (const option of select.options)
        option.disabled = view === 'table' && (option.value === 'png' || option.value === 'svg');
    });
    return select;
  }
}

/** The kinds that the profile has, with their colours. */
function legend(profile: Profile): HTMLElement {
  const kinds = [...new Set(profile.frames.map((f) => f.kind))];
  return h(
    'span',
    { class: 'legend' },
    ...kinds.flatMap((kind) => [h('i', { class: `kind-${kind}` }), kind === 'own' ? 'own code' : kind]),
  );
}
