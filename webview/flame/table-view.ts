import { frameLabel } from '../../src/engine/profile/profile.ts';
import { h } from '../elements.ts';
import { formatShare, formatValue } from './format.ts';
import type { ViewModel } from './view-model.ts';

const ROWS_AT_ONCE = 300;

type SortKey = 'self' | 'total' | 'name' | 'change' | 'older';

/** The table of functions with self and total: also the graph's twin for screen readers. */
export class TableView {
  readonly element = h('div', { class: 'table-view' });
  readonly #choose: (frame: number) => void;
  readonly #open: (frame: number) => void;
  #sort: SortKey = 'self';
  #descending = true;
  #shown = ROWS_AT_ONCE;
  #model: ViewModel | undefined;
  #matched: Uint8Array | null = null;

  /** `choose` shows a function's callers and callees, `open` its source. */
  constructor(choose: (frame: number) => void, open: (frame: number) => void) {
    this.#choose = choose;
    this.#open = open;
  }

  show(model: ViewModel, matched: Uint8Array | null): void {
    if (model !== this.#model) this.#shown = ROWS_AT_ONCE;
    this.#model = model;
    this.#matched = matched;
    this.#render();
  }

  #render(): void {
    const model = this.#model!;
    const sides = model.sidesOfFunctions;
    const { self, total } = sides?.newer ?? model.functions;
    const { frames } = model.profile;
    const changes = sides && self.map((value, f) => value - sides.older.self[f]!);
    const rows = [...frames.keys()].filter(
      (f) =>
        (total[f]! > 0 || (sides && sides.older.total[f]! > 0)) && (!this.#matched || this.#matched[f] === 1),
    );
    const value: Record<SortKey, (f: number) => number> = {
      self: (f) => self[f]!,
      total: (f) => total[f]!,
      change: (f) => Math.abs(changes?.[f] ?? 0),
      older: (f) => sides?.older.self[f] ?? 0,
      name: () => 0,
    };
    const direction = this.#descending ? -1 : 1;
    rows.sort((a, b) => {
      if (this.#sort !== 'name') {
        const by = value[this.#sort];
        return direction * (by(a) - by(b)) || a - b;
      }
      const x = frameLabel(frames[a]!);
      const y = frameLabel(frames[b]!);
      return x < y ? direction : x > y ? -direction : a - b;
    });
    const { unit } = model.measure;
    const whole = model.difference?.newer.sum ?? model.weights.sum;
    const body = rows.slice(0, this.#shown).map((f) => {
      const frame = frames[f]!;
      const name = h(
        'button',
        { class: 'link', type: 'button', title: `${frameLabel(frame)}\nCallers and callees` },
        frameLabel(frame),
      );
      name.addEventListener('click', () => this.#choose(f));
      return h(
        'tr',
        {},
        h('td', { class: 'numeric' }, formatValue(self[f]!, unit)),
        h('td', { class: 'numeric' }, formatShare(self[f]!, whole)),
        h('td', { class: 'numeric' }, formatValue(total[f]!, unit)),
        h('td', { class: 'numeric' }, formatShare(total[f]!, whole)),
        ...(changes
          ? [
              h('td', { class: 'numeric' }, formatValue(sides.older.self[f]!, unit)),
              h(
                'td',
                { class: `numeric ${changes[f]! > 0 ? 'grown' : changes[f]! < 0 ? 'shrunk' : ''}` },
                `${changes[f]! > 0 ? '+' : ''}${formatValue(changes[f]!, unit)}`,
              ),
              h('td', {}, total[f] === 0 ? 'vanished' : sides.older.total[f] === 0 ? 'new' : ''),
            ]
          : []),
        h('th', { scope: 'row' }, name),
        h('td', {}, frame.kind + (frame.tier ? `, ${frame.tier}` : '')),
        h('td', { class: 'place' }, this.#place(f)),
      );
    });
    const table = h(
      'table',
      { 'aria-label': 'Functions with their own and total weights' },
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          this.#heading('Self', 'self', 2),
          this.#heading('Total', 'total', 2),
          ...(changes
            ? [
                this.#heading('Older self', 'older', 1),
                this.#heading('Change', 'change', 1),
                h('th', { scope: 'col' }, ''),
              ]
            : []),
          this.#heading('Function', 'name', 1),
          h('th', { scope: 'col' }, 'Kind'),
          h('th', { scope: 'col' }, 'Source'),
        ),
      ),
      h('tbody', {}, ...body),
    );
    const more =
      rows.length > this.#shown &&
      h('button', { type: 'button', class: 'more' }, `Show more (${rows.length - this.#shown} left)`);
    if (more) {
      more.addEventListener('click', () => {
        this.#shown += ROWS_AT_ONCE * 4;
        this.#render();
      });
    }
    this.element.replaceChildren(table, ...(more ? [more] : []));
  }

  #heading(title: string, key: SortKey, span: number): HTMLElement {
    const active = this.#sort === key;
    const button = h(
      'button',
      { type: 'button', class: 'link' },
      `${title}${active ? (this.#descending ? ' ▾' : ' ▴') : ''}`,
    );
    button.addEventListener('click', () => {
      this.#descending = active ? !this.#descending : key !== 'name';
      this.#sort = key;
      this.#render();
    });
    return h(
      'th',
      {
        scope: 'colgroup',
        colspan: String(span),
        class: key === 'name' ? '' : 'numeric',
        'aria-sort': active ? (this.#descending ? 'descending' : 'ascending') : 'none',
      },
      button,
    );
  }

  #place(f: number): HTMLElement | string {
    const frame = this.#model!.profile.frames[f]!;
    const text = frame.source ? `${frame.source}${frame.line > 0 ? `:${frame.line}` : ''}` : frame.module;
    if (!frame.source || frame.kind === 'node' || frame.kind === 'v8') return text;
    const link = h('button', { class: 'link', type: 'button', title: 'Open the source' }, text);
    link.addEventListener('click', () => this.#open(f));
    return link;
  }
}
