import { foldedProfile } from '../../src/engine/profile/fold.ts';
import { rowCount } from '../../src/engine/profile/layout.ts';
import { type Frame, frameLabel, type Profile } from '../../src/engine/profile/profile.ts';
import { speedscopeFile } from '../../src/engine/profile/speedscope-file.ts';
import { h } from '../elements.ts';
import { type SvgPart, toSvg } from './export-svg.ts';
import { formatShare, formatValue } from './format.ts';
import type { Host } from './host.ts';
import { Pane } from './pane.ts';
import { TableView } from './table-view.ts';
import { css, readTheme, type Theme } from './theme.ts';
import { type ExportFormat, Toolbar } from './toolbar.ts';
import {
  type Drawn,
  type Filter,
  filterKey,
  initialState,
  matchedWeight,
  paneContent,
  searchFrames,
  ViewModel,
  type ViewState,
} from './view-model.ts';

/** The whole viewer of one profile. */
export class Viewer {
  readonly element: HTMLElement;
  readonly #profile: Profile;
  readonly #file: string;
  readonly #host: Host;
  readonly #toolbar: Toolbar;
  readonly #main = h('div', { class: 'graphs' });
  readonly #details = h('div', { class: 'details', 'aria-live': 'polite' });
  readonly #tooltip = h('div', { class: 'tooltip', role: 'tooltip', hidden: '' });
  readonly #panes: { pane: Pane; drawn: Drawn | undefined }[] = [];
  readonly #table: TableView;
  #theme: Theme;
  #state: ViewState;
  #model: ViewModel;
  #matched: Uint8Array | null = null;

  constructor(profile: Profile, file: string, host: Host) {
    this.#profile = profile;
    this.#file = file;
    this.#host = host;
    this.#theme = readTheme(document.documentElement);
    this.#state = { ...initialState, ...(host.getState() as Partial<ViewState> | undefined) };
    if (this.#state.thread >= profile.threads.length) this.#state.thread = -1;
    this.#model = new ViewModel(profile, this.#state);
    this.#toolbar = new Toolbar(profile, host.editor, {
      change: (change) => this.#change(change),
      reset: () => {
        for (const { pane } of this.#panes) if (pane.content) pane.reset();
      },
      export: (format) => void this.#export(format),
      compare: () => host.post({ type: 'compare' }),
      subject: (subject) => host.post({ type: 'subject', subject }),
    });
    this.#table = new TableView(
      (frame) => this.#sandwich(this.#model.profile.frames[frame]!),
      (frame) => this.#openSource(this.#model.profile.frames[frame]!),
    );
    for (const label of ['Flame graph', 'Callees'])
      this.#panes.push({ pane: this.#makePane(label), drawn: undefined });
    this.element = h(
      'div',
      { class: 'viewer' },
      this.#toolbar.element,
      this.#main,
      this.#details,
      this.#tooltip,
    );
    this.#watchTheme();
    document.addEventListener('keydown', (event) => {
      const find = (event.key === 'f' && (event.ctrlKey || event.metaKey)) || event.key === '/';
      if (!find || (event.key === '/' && event.target instanceof HTMLInputElement)) return;
      event.preventDefault();
      this.#toolbar.focusSearch();
    });
    this.#show(false);
  }

  /** Milliseconds of each pane's last picture. */
  get drawTimes(): number[] {
    return this.#panes.map(({ pane }) => pane.lastDraw);
  }

  /** Boxes of the graph that is shown. */
  get boxCount(): number {
    return this.#panes[0]!.drawn?.layout.stack.length ?? 0;
  }

  #makePane(label: string): Pane {
    const index = this.#panes.length;
    return new Pane(
      this.#theme,
      {
        hover: (box, x, y) => this.#hover(index, box, x, y),
        select: (box) => this.#select(index, box),
        open: (box) => {
          const frame = this.#frameOf(index, box);
          if (frame) this.#openSource(frame);
        },
      },
      label,
    );
  }

  #change(change: Partial<ViewState>): void {
    this.#state = { ...this.#state, ...change };
    this.#host.setState(this.#state);
    const onlyLooks = Object.keys(change).every((key) => key === 'search' || key === 'colorBy');
    if (!onlyLooks) this.#model = new ViewModel(this.#profile, this.#state);
    else Object.assign(this.#model.state, change);
    this.#show(onlyLooks);
  }

  #show(keepView: boolean): void {
    const model = this.#model;
    const { view } = this.#state;
    this.#tooltip.hidden = true;
    this.#matched = searchFrames(model.profile.frames, this.#state.search);
    this.#toolbar.show(this.#state);
    if (view === 'table') {
      this.#main.replaceChildren(this.#table.element);
      this.#table.show(model, this.#matched);
      this.#toolbar.matched(this.#matchText(model.drawn()));
      this.#describe(undefined, undefined);
      return;
    }
    const first = this.#panes[0]!;
    const second = this.#panes[1]!;
    if (view === 'sandwich') {
      const frame = model.sandwichFrame();
      first.drawn = keepView && first.drawn ? first.drawn : model.callers(frame);
      second.drawn = keepView && second.drawn ? second.drawn : model.callees(frame);
      first.pane.canvas.setAttribute('aria-label', `Callers of ${frameLabel(model.profile.frames[frame]!)}`);
      this.#main.replaceChildren(
        h('div', { class: 'caption' }, 'Callers'),
        first.pane.canvas,
        h('div', { class: 'caption focal' }, frameLabel(model.profile.frames[frame]!)),
        second.pane.canvas,
        h('div', { class: 'caption' }, 'Callees'),
      );
      const rows = [first, second].map(({ drawn }) => rowCount(drawn!.layout));
      const most = Math.max(...rows) / 3;
      [first, second].forEach(({ pane }, i) => {
        pane.canvas.style.flexGrow = String(Math.max(rows[i]!, most, 1));
      });
      this.#showPane(first, true, keepView);
      this.#showPane(second, false, keepView);
      this.#toolbar.matched('');
      if (!keepView) this.#describe(model.profile.frames[frame]!, undefined);
      return;
    }
    first.drawn = keepView && first.drawn ? first.drawn : model.drawn();
    first.pane.canvas.style.flexGrow = '1';
    first.pane.canvas.setAttribute('aria-label', 'Flame graph; the Table view has the same as text');
    this.#main.replaceChildren(first.pane.canvas);
    this.#showPane(first, view === 'flame', keepView);
    this.#toolbar.matched(this.#matchText(first.drawn));
    if (!keepView) this.#describe(undefined, undefined);
  }

  #showPane(entry: { pane: Pane; drawn: Drawn | undefined }, upright: boolean, keepView: boolean): void {
    const content = paneContent(this.#model, entry.drawn!, this.#theme, this.#matched, upright);
    entry.pane.show(content, keepView);
  }

  #matchText(drawn: Drawn): string {
    if (!this.#matched) return '';
    const matched =
      drawn.profile.frames === this.#model.profile.frames
        ? this.#matched
        : searchFrames(drawn.profile.frames, this.#state.search)!;
    const weight = matchedWeight(drawn, matched);
    return `${formatShare(weight, drawn.weights.sum)} matched, ${formatValue(weight, this.#model.measure.unit)}`;
  }

  #frameOf(index: number, box: number): Frame | undefined {
    const drawn = this.#panes[index]!.drawn;
    if (!drawn || box < 0) return undefined;
    return drawn.profile.frames[drawn.profile.stacks.frame[drawn.layout.stack[box]!]!];
  }

  #hover(index: number, box: number, x: number, y: number): void {
    const frame = this.#frameOf(index, box);
    this.#tooltip.hidden = frame === undefined;
    if (!frame) return;
    this.#tooltip.replaceChildren(
      ...this.#boxLines(index, box, frame).map((line, i) => h('div', i === 0 ? { class: 'name' } : {}, line)),
    );
    const { width, height } = this.#tooltip.getBoundingClientRect();
    this.#tooltip.style.left = `${Math.max(4, Math.min(x + 14, window.innerWidth - width - 8))}px`;
    this.#tooltip.style.top = `${y + 22 + height > window.innerHeight ? y - height - 10 : y + 18}px`;
  }

  /** A box in words. */
  #boxLines(index: number, box: number, frame: Frame): string[] {
    const { drawn } = this.#panes[index]!;
    const { layout, weights } = drawn!;
    const { unit } = this.#model.measure;
    const stack = layout.stack[box]!;
    const width = layout.right[box]! - layout.left[box]!;
    const lines = [frameLabel(frame)];
    const place = placeText(frame);
    if (place) lines.push(place);
    lines.push(`${formatValue(width, unit)}, ${formatShare(width, layout.width)}`);
    if (this.#state.view !== 'time') lines.push(`self ${formatValue(weights.self[stack]!, unit)}`);
    const { sides } = drawn!;
    if (sides) {
      const after = sides.newer.total[stack]!;
      const before = sides.older.total[stack]!;
      lines.push(
        `newer ${formatValue(after, unit)}, older ${formatValue(before, unit)}${after === 0 ? ' (vanished)' : before === 0 ? ' (new)' : ''}`,
      );
    }
    lines.push([frame.kind, frame.tier].filter(Boolean).join(', '));
    return lines;
  }

  #select(index: number, box: number): void {
    const frame = this.#frameOf(index, box);
    this.#describe(frame, frame && this.#boxLines(index, box, frame).slice(2).join(' · '));
  }

  /** The line below the graph: the selected function and what can be done with it. */
  #describe(frame: Frame | undefined, text: string | undefined): void {
    if (!frame) {
      const notes = this.#profile.notes.length > 0 ? ` · ${this.#profile.notes.join('; ')}` : '';
      this.#details.replaceChildren(h('span', {}, `${this.#profile.format} · ${this.#wholeText()}${notes}`));
      return;
    }
    const number = this.#model.profile.frames.indexOf(frame);
    const summary = number >= 0 ? this.#summary(number) : '';
    const action = (label: string, run: () => void) => {
      const button = h('button', { type: 'button' }, label);
      button.addEventListener('click', run);
      return button;
    };
    const canOpen = this.#host.editor && frame.source !== '' && frame.kind !== 'node' && frame.kind !== 'v8';
    const by = h(
      'select',
      { 'aria-label': 'What is focused or hidden' },
      ...(['function', 'file', 'package', 'kind'] as const).map((value) => h('option', { value }, value)),
    ) as HTMLSelectElement;
    const filter = (what: Filter['action']) => {
      const chosen = by.value as Filter['by'];
      const added: Filter = { action: what, by: chosen, key: filterKey(frame, chosen) };
      this.#change({ filters: [...this.#state.filters, added] });
    };
    this.#details.replaceChildren(
      h('strong', {}, frameLabel(frame)),
      canOpen
        ? action(placeText(frame), () => this.#openSource(frame))
        : h('span', { class: 'place' }, placeText(frame)),
      h('span', { class: 'numbers' }, [text, summary].filter(Boolean).join(' · ')),
      h(
        'span',
        { class: 'actions' },
        action('Sandwich', () => this.#sandwich(frame)),
        action('Focus', () => filter('focus')),
        action('Hide', () => filter('hide')),
        by,
        action('Copy name', () => this.#host.post({ type: 'copy', text: frameLabel(frame) })),
      ),
    );
  }

  #wholeText(): string {
    const { difference, measure, weights } = this.#model;
    if (!difference) {
      const text = formatValue(weights.sum, measure.unit);
      return measure.unit === 'count' ? `${text} ${measure.name}` : text;
    }
    return `newer ${formatValue(difference.newer.sum, measure.unit)}, older ${formatValue(difference.older.sum, measure.unit)}`;
  }

  /** A function in all its places. */
  #summary(number: number): string {
    const model = this.#model;
    const { unit } = model.measure;
    const sides = model.sidesOfFunctions;
    if (sides) {
      const both = (key: 'self' | 'total') =>
        `${key} ${formatValue(sides.newer[key][number]!, unit)}, was ${formatValue(sides.older[key][number]!, unit)}`;
      return `all in all: ${both('self')}; ${both('total')}`;
    }
    const share = (value: number) => `${formatValue(value, unit)} (${formatShare(value, model.weights.sum)})`;
    return `all in all: self ${share(model.functions.self[number]!)}, total ${share(model.functions.total[number]!)}`;
  }

  #sandwich(frame: Frame): void {
    this.#change({
      view: 'sandwich',
      function: { name: frame.name, source: frame.source, line: frame.line },
    });
  }

  #openSource(frame: Frame): void {
    if (frame.source === '') return;
    this.#host.post({ type: 'openSource', source: frame.source, line: frame.line, column: frame.column });
  }

  async #export(format: ExportFormat): Promise<void> {
    const name = this.#file.slice(Math.max(this.#file.lastIndexOf('/'), this.#file.lastIndexOf('\\')) + 1);
    const save = (suffix: string, bytes: Uint8Array) =>
      this.#host.post({ type: 'save', name: `${name}.${suffix}`, bytes });
    switch (format) {
      case 'png': {
        const blob = await new Promise<Blob | null>((resolve) => this.#picture().toBlob(resolve));
        if (blob) save('png', new Uint8Array(await blob.arrayBuffer()));
        break;
      }
      case 'svg':
        save('svg', new TextEncoder().encode(toSvg(this.#svgParts(), this.#theme)));
        break;
      case 'html':
        this.#host.post({ type: 'savePage', name: `${name}.html` });
        break;
      case 'folded':
        save('folded', await joined(foldedProfile(this.#model.profile, this.#model.measure)));
        break;
      case 'speedscope':
        save('speedscope.json', await joined(speedscopeFile(this.#model.profile, name)));
        break;
    }
  }

  get #shownPanes(): Pane[] {
    if (this.#state.view === 'table') return [];
    return this.#panes.slice(0, this.#state.view === 'sandwich' ? 2 : 1).map(({ pane }) => pane);
  }

  /** What is on the screen; the sandwich's two graphs as one picture. */
  #picture(): HTMLCanvasElement {
    const canvases = this.#shownPanes.map(({ canvas }) => canvas);
    if (canvases.length === 1) return canvases[0]!;
    const whole = document.createElement('canvas');
    const gap = 2;
    whole.width = Math.max(...canvases.map((c) => c.width));
    whole.height = canvases.reduce((sum, c) => sum + c.height + gap, -gap);
    const context = whole.getContext('2d')!;
    context.fillStyle = css(this.#theme.foreground);
    context.fillRect(0, 0, whole.width, whole.height);
    let y = 0;
    for (const canvas of canvases) {
      context.drawImage(canvas, 0, y);
      y += canvas.height + gap;
    }
    return whole;
  }

  #svgParts(): SvgPart[] {
    const { unit } = this.#model.measure;
    return this.#panes.slice(0, this.#shownPanes.length).map(({ pane, drawn }) => {
      const { profile, layout } = drawn!;
      return {
        content: pane.content!,
        range: pane.range,
        title: (box) => {
          const frame = profile.frames[profile.stacks.frame[layout.stack[box]!]!]!;
          return `${frameLabel(frame)} ${placeText(frame)}, ${formatValue(layout.right[box]! - layout.left[box]!, unit)}`;
        },
      };
    });
  }

  #watchTheme(): void {
    const update = () => {
      this.#theme = readTheme(document.documentElement);
      for (const { pane } of this.#panes) pane.theme = this.#theme;
      this.#show(true);
    };
    new MutationObserver(update).observe(document.body, {
      attributes: true,
      attributeFilter: ['class', 'data-vscode-theme-id'],
    });
    for (const query of [
      '(prefers-color-scheme: dark)',
      '(forced-colors: active)',
      '(prefers-contrast: more)',
    ])
      matchMedia(query).addEventListener('change', update);
  }
}

/** Parts of a text as bytes, with no text of all of it. */
async function joined(parts: Iterable<string>): Promise<Uint8Array> {
  const blobs: string[] = [];
  const pieces: Blob[] = [];
  let size = 0;
  for (const part of parts) {
    blobs.push(part);
    size += part.length;
    if (size > 1 << 22) {
      pieces.push(new Blob(blobs.splice(0)));
      size = 0;
    }
  }
  pieces.push(new Blob(blobs));
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

function placeText(frame: Frame): string {
  if (frame.source === '') return frame.module;
  return `${frame.source}${frame.line > 0 ? `:${frame.line}${frame.column > 0 ? `:${frame.column}` : ''}` : ''}`;
}
