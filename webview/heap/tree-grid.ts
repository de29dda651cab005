/** A tree of rows of which only those in sight are in the document; rows come in pages when they are looked at. */
import { h } from '../elements.ts';

export interface Column<Row> {
  readonly title: string;
  readonly numeric?: boolean;
  /** The name that rows are sorted by; columns without one cannot be sorted by. */
  readonly sort?: string;
  readonly cell: (row: Row) => string | Node;
}

export interface RowPage<Row> {
  readonly items: readonly Row[];
  readonly total: number;
}

export interface TreeOptions<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  /** Rows below `parent`, or at the top. */
  readonly load: (
    parent: Row | null,
    start: number,
    count: number,
    signal: AbortSignal,
  ) => Promise<RowPage<Row>>;
  readonly canExpand?: (row: Row) => boolean;
  readonly onOpen?: (row: Row) => void;
  readonly sorting?: { readonly sort: string; readonly ascending: boolean };
  readonly onSort?: (sort: string, ascending: boolean) => void;
  readonly empty?: string;
  /** Remembers where the grid stands. */
  readonly scroll?: { read(): GridPlace | null; keep(place: GridPlace): void };
}

/** The row that is active, and the one at the top of what is shown. */
export interface GridPlace {
  readonly active: number;
  readonly top: number;
}

const ROW_HEIGHT = 22;
const PAGE = 100;
/** Browsers limit the height of elements; longer lists scroll in proportion. */
const MAX_HEIGHT = 8_000_000;
const OVERSCAN = 8;

class Level<Row> {
  readonly parent: Row | null;
  readonly depth: number;
  total = 0;
  readonly rows = new Map<number, Row>();
  readonly loading = new Set<number>();
  readonly open = new Map<number, Level<Row>>();

  constructor(parent: Row | null, depth: number) {
    this.parent = parent;
    this.depth = depth;
  }

  get length(): number {
    let sum = this.total;
    for (const level of this.open.values()) sum += level.length;
    return sum;
  }
}

/** A row in the document. */
interface ShownRow<Row> {
  readonly row: Row | undefined;
  readonly level: Level<Row>;
  readonly isOpen: boolean;
  readonly element: HTMLElement;
}

interface Place<Row> {
  readonly level: Level<Row>;
  readonly index: number;
  /** Position of the parent's row, -1 at the top. */
  readonly parentAt: number;
}

let grids = 0;

export class TreeGrid<Row> {
  readonly element: HTMLElement;
  readonly #grid: HTMLElement;
  readonly #header: HTMLElement;
  readonly #options: TreeOptions<Row>;
  readonly #id = `grid-${grids++}`;
  readonly #spacer: HTMLElement;
  readonly #body: HTMLElement;
  readonly #message: HTMLElement;
  #top: Level<Row> = new Level<Row>(null, 0);
  /** What takes the place of `#top` once its first rows are there. */
  #next: Level<Row> | null = null;
  #abort = new AbortController();
  #shown: ReadonlyMap<number, ShownRow<Row>> = new Map();
  #active = 0;
  #scheduled = false;
  #loaded = false;
  /** How often its rows were to be read anew, and of which time those in sight are. */
  #asked = 0;
  #isReading = false;
  /** Where to scroll to as soon as there are rows. */
  #wanted: GridPlace | null;

  constructor(options: TreeOptions<Row>) {
    this.#options = options;
    this.#body = h('div', { class: 'rows', role: 'rowgroup' });
    this.#spacer = h('div', { class: 'spacer', role: 'presentation' });
    this.#message = h('p', { class: 'quiet', role: 'status' }, 'Reading…');
    this.#header = this.#headerRow();
    this.#grid = h(
      'div',
      { class: 'grid', role: 'treegrid', 'aria-label': options.label, tabindex: '0' },
      this.#header,
      h('div', { class: 'canvas', role: 'presentation' }, this.#spacer, this.#body),
    );
    this.element = h('div', { class: 'grid-holder' }, this.#grid, this.#message);
    this.#grid.style.setProperty('--columns', columnTemplate(options.columns));
    this.#wanted = options.scroll?.read() ?? null;
    this.#active = this.#wanted?.active ?? 0;
    this.#grid.addEventListener('scroll', () => this.#schedule());
    this.#grid.addEventListener('keydown', (event) => this.#key(event));
    this.#body.addEventListener('click', (event) => this.#click(event));
    this.#body.addEventListener('dblclick', () => this.#openActive());
    new ResizeObserver(() => this.#schedule()).observe(this.#grid);
    void this.#fetch(this.#top, 0);
  }

  /** What it still waits for is no longer wanted. */
  close(): void {
    this.#abort.abort();
  }

  /**
   * Reads its rows anew, as after another filter; the focus stays where it is. One reading goes on at a time,
   * to its end, so that a quick typist sees rows after each key; those that were there stay until then.
   */
  reload(): void {
    this.#asked++;
    this.#grid.setAttribute('aria-busy', 'true');
    if (!this.#isReading) void this.#reread();
  }

  async #reread(): Promise<void> {
    this.#isReading = true;
    for (let revision = 0; revision !== this.#asked; ) {
      revision = this.#asked;
      this.close();
      this.#abort = new AbortController();
      this.#next = new Level<Row>(null, 0);
      await this.#fetch(this.#next, 0);
      this.#grid.dataset.revision = String(revision);
    }
    this.#isReading = false;
    this.#schedule();
  }

  #become(top: Level<Row>): void {
    this.#top = top;
    this.#next = null;
    this.#active = 0;
    this.#wanted = null;
    this.#grid.scrollTop = 0;
  }

  /** Pixels of rows in sight, below the header. */
  get #height(): number {
    return Math.max(0, this.#grid.clientHeight - this.#header.offsetHeight);
  }

  #headerRow(): HTMLElement {
    const { columns, sorting, onSort } = this.#options;
    return h(
      'div',
      { class: 'header', role: 'row' },
      ...columns.map(({ title, sort, numeric }) => {
        const isSorted = sort !== undefined && sorting?.sort === sort;
        const cell = h('div', { role: 'columnheader', class: numeric ? 'cell numeric' : 'cell' });
        if (isSorted) cell.setAttribute('aria-sort', sorting!.ascending ? 'ascending' : 'descending');
        if (sort === undefined || !onSort) cell.append(title);
        else {
          const mark = isSorted ? (sorting!.ascending ? ' ▲' : ' ▼') : '';
          const button = h('button', { type: 'button' }, `${title}${mark}`);
          button.addEventListener('click', () =>
            onSort(sort, isSorted ? !sorting!.ascending : numeric !== true),
          );
          cell.append(button);
        }
        return cell;
      }),
    );
  }

  async #fetch(level: Level<Row>, index: number): Promise<void> {
    const start = index - (index % PAGE);
    if (level.loading.has(start)) return;
    level.loading.add(start);
    const { signal } = this.#abort;
    try {
      const { items, total } = await this.#options.load(level.parent, start, PAGE, signal);
      if (signal.aborted) return;
      if (level === this.#next) this.#become(level);
      level.total = total;
      items.forEach((row, i) => {
        level.rows.set(start + i, row);
      });
      this.#loaded = true;
    } catch (failure) {
      if (signal.aborted) return;
      this.#message.textContent = (failure as { message: string }).message;
      this.#message.hidden = false;
      return;
    }
    this.#message.hidden = this.#top.total > 0;
    if (this.#top.total === 0) this.#message.textContent = this.#options.empty ?? 'Nothing to show.';
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      this.#render();
    });
  }

  /** The row at a position among all that are shown. */
  #at(position: number): Place<Row> | null {
    let level = this.#top;
    let offset = position;
    let levelAt = 0;
    let parentAt = -1;
    for (;;) {
      if (offset < 0 || offset >= level.length) return null;
      let before = 0;
      let inside: { index: number; child: Level<Row>; at: number } | null = null;
      for (const [index, child] of [...level.open].sort((a, b) => a[0] - b[0])) {
        const childAt = index + 1 + before;
        if (offset < childAt) break;
        if (offset < childAt + child.length) {
          inside = { index, child, at: childAt };
          break;
        }
        before += child.length;
      }
      if (!inside) return { level, index: offset - before, parentAt };
      parentAt = levelAt + inside.at - 1;
      levelAt += inside.at;
      offset -= inside.at;
      level = inside.child;
    }
  }

  get #scale(): number {
    return Math.max(1, (this.#top.length * ROW_HEIGHT) / MAX_HEIGHT);
  }

  #render(): void {
    const count = this.#top.length;
    const height = Math.min(MAX_HEIGHT, count * ROW_HEIGHT);
    this.#spacer.style.height = `${height}px`;
    this.#grid.setAttribute('aria-rowcount', String(count + 1));
    if (this.#wanted && count > 0 && this.#height > 0) {
      this.#grid.scrollTop = this.#wanted.top;
      this.#active = Math.min(this.#wanted.active, count - 1);
      this.#wanted = null;
    }
    const { scrollTop } = this.#grid;
    const clientHeight = this.#height;
    const scale = this.#scale;
    const first =
      scale === 1
        ? Math.floor(scrollTop / ROW_HEIGHT)
        : Math.floor((scrollTop / Math.max(1, height - clientHeight)) * (count - clientHeight / ROW_HEIGHT));
    const from = Math.max(0, first - OVERSCAN);
    const to = Math.min(count, first + Math.ceil(clientHeight / ROW_HEIGHT) + OVERSCAN);
    const top = scale === 1 ? from * ROW_HEIGHT : scrollTop - (first - from) * ROW_HEIGHT;
    this.#body.style.transform = `translateY(${Math.max(0, top)}px)`;
    const shown = new Map<number, ShownRow<Row>>();
    for (let position = from; position < to; position++) {
      const place = this.#at(position);
      if (place) shown.set(position, this.#reused(position, place));
    }
    this.#put(shown);
    if (count > 0) this.#grid.setAttribute('aria-activedescendant', `${this.#id}-${this.#active}`);
    else this.#grid.removeAttribute('aria-activedescendant');
    this.#grid.setAttribute('aria-busy', String(!this.#loaded || this.#isReading));
    if (this.#loaded && !this.#wanted) this.#options.scroll?.keep({ active: this.#active, top: scrollTop });
  }

  /** The element that shows the row already, if nothing of it has changed. */
  #reused(position: number, place: Place<Row>): ShownRow<Row> {
    const { level, index } = place;
    const row = level.rows.get(index);
    const isOpen = level.open.has(index);
    const known = this.#shown.get(position);
    const isSame =
      known !== undefined &&
      row !== undefined &&
      known.row === row &&
      known.level === level &&
      known.isOpen === isOpen;
    const element = isSame ? known.element : this.#row(position, place);
    const isActive = position === this.#active;
    element.classList.toggle('active', isActive);
    element.setAttribute('aria-selected', String(isActive));
    return { row, level, isOpen, element };
  }

  /** Changes the document only where rows differ from what it has: to lay rows out takes most of the time. */
  #put(shown: ReadonlyMap<number, ShownRow<Row>>): void {
    const kept = new Set([...shown.values()].map(({ element }) => element));
    for (const { element } of this.#shown.values()) if (!kept.has(element)) element.remove();
    let next = this.#body.firstChild;
    for (const { element } of shown.values()) {
      if (element === next) next = next.nextSibling;
      else this.#body.insertBefore(element, next);
    }
    this.#shown = shown;
  }

  #row(position: number, { level, index }: Place<Row>): HTMLElement {
    const { columns, canExpand } = this.#options;
    const row = level.rows.get(index);
    const element = h('div', {
      class: 'row',
      role: 'row',
      id: `${this.#id}-${position}`,
      'data-at': String(position),
      'aria-rowindex': String(position + 2),
      'aria-level': String(level.depth + 1),
    });
    if (row === undefined) {
      void this.#fetch(level, index);
      element.append(h('div', { class: 'cell quiet', role: 'gridcell' }, '…'));
      return element;
    }
    const expandable = canExpand?.(row) ?? false;
    const isOpen = level.open.has(index);
    if (expandable) element.setAttribute('aria-expanded', String(isOpen));
    columns.forEach((column, i) => {
      const cell = h('div', { class: column.numeric ? 'cell numeric' : 'cell', role: 'gridcell' });
      if (i === 0 && canExpand) {
        const twistie = h(
          'span',
          { class: 'twistie', 'aria-hidden': 'true' },
          expandable ? (isOpen ? '▾' : '▸') : '',
        );
        twistie.style.marginLeft = `${Math.min(level.depth, 40) * 14}px`;
        cell.append(twistie);
      }
      cell.append(column.cell(row));
      if (!column.numeric) cell.title = cell.textContent ?? '';
      element.append(cell);
    });
    return element;
  }

  #click(event: MouseEvent): void {
    const target = event.target as HTMLElement;
    const row = target.closest<HTMLElement>('[data-at]');
    if (!row) return;
    this.#activate(Number(row.dataset.at));
    if (target.classList.contains('twistie')) this.#toggle();
  }

  #key(event: KeyboardEvent): void {
    if (event.target !== this.#grid || event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor(this.#height / ROW_HEIGHT) - 1);
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -Number.MAX_SAFE_INTEGER,
      End: Number.MAX_SAFE_INTEGER,
    };
    const step = steps[event.key];
    if (step !== undefined) this.#activate(this.#active + step);
    else if (event.key === 'ArrowRight') this.#goIn();
    else if (event.key === 'ArrowLeft') this.#goOut();
    else if (event.key === 'Enter') this.#openActive();
    else if (event.key === ' ') this.#toggle();
    else return;
    event.preventDefault();
  }

  #activate(position: number): void {
    const count = this.#top.length;
    if (count === 0) return;
    this.#active = Math.min(Math.max(0, position), count - 1);
    const { scrollTop } = this.#grid;
    const clientHeight = this.#height;
    if (this.#scale === 1) {
      const top = this.#active * ROW_HEIGHT;
      if (top < scrollTop) this.#grid.scrollTop = top;
      else if (top + ROW_HEIGHT > scrollTop + clientHeight)
        this.#grid.scrollTop = top + ROW_HEIGHT - clientHeight;
    } else {
      const shown = clientHeight / ROW_HEIGHT;
      this.#grid.scrollTop = ((this.#active - shown / 2) / (count - shown)) * (MAX_HEIGHT - clientHeight);
    }
    this.#schedule();
  }

  #toggle(): void {
    const place = this.#at(this.#active);
    const row = place?.level.rows.get(place.index);
    if (!place || row === undefined || !this.#options.canExpand?.(row)) return;
    const { level, index } = place;
    if (level.open.has(index)) level.open.delete(index);
    else {
      const child = new Level<Row>(row, level.depth + 1);
      level.open.set(index, child);
      void this.#fetch(child, 0);
    }
    this.#schedule();
  }

  #goIn(): void {
    const place = this.#at(this.#active);
    if (!place) return;
    if (place.level.open.has(place.index)) this.#activate(this.#active + 1);
    else this.#toggle();
  }

  #goOut(): void {
    const place = this.#at(this.#active);
    if (!place) return;
    if (place.level.open.has(place.index)) this.#toggle();
    else if (place.parentAt >= 0) this.#activate(place.parentAt);
  }

  #openActive(): void {
    const place = this.#at(this.#active);
    const row = place?.level.rows.get(place.index);
    if (row !== undefined) this.#options.onOpen?.(row);
  }
}

function columnTemplate(columns: readonly Column<never>[]): string {
  return columns
    .map(({ numeric, title }, i) => {
      if (numeric) return title.length > 12 ? '190px' : '110px';
      return i === 0 ? 'minmax(160px, 2fr)' : 'minmax(120px, 1fr)';
    })
    .join(' ');
}
