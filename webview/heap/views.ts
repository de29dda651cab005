/** What the views share: how to go somewhere else, and how objects look. */
import type { Location } from '../../src/heap-process/places.ts';
import type { ObjectInfo, Position } from '../../src/heap-process/protocol.ts';
import { h } from '../elements.ts';
import { oneLine, place, size } from './format.ts';
import type { Column, GridPlace } from './tree-grid.ts';

export interface Explorer {
  readonly file: string;
  /** The dumps that it is compared with, oldest first. */
  readonly older: readonly string[];
  readonly isCore: boolean;
  go(location: Location): void;
  showObject(id: number): void;
  showSource(position: Place): void;
  /** A view's own setting, kept with the panel's state. */
  setting(name: string): string | null;
  keep(name: string, value: string): void;
  /** Where a grid of the present place was scrolled to. */
  readonly scroll: { read(): GridPlace | null; keep(place: GridPlace): void };
}

export function objectName({ name, type, id, detail }: ObjectInfo): HTMLElement {
  const isText = type === 'string' || type === 'concatenated string' || type === 'sliced string';
  const shown = oneLine(name);
  return h(
    'span',
    { class: 'object' },
    h('span', { class: isText ? 'name text' : 'name' }, isText ? `"${shown}"` : shown),
    h('span', { class: 'quiet' }, ` @${id}`),
    detail !== null && h('span', { class: 'quiet' }, ` ${oneLine(detail)}`),
  );
}

export function sizeColumns<Row>(node: (row: Row) => ObjectInfo): Column<Row>[] {
  return [
    { title: 'Shallow', numeric: true, cell: (row) => size(node(row).shallowSize) },
    { title: 'Retained', numeric: true, cell: (row) => size(node(row).retainedSize) },
  ];
}

/** A button that looks like a link. */
export function link(text: string, label: string, onClick: () => void): HTMLElement {
  const button = h('button', { class: 'link', type: 'button', 'aria-label': label, title: label }, text);
  button.addEventListener('click', onClick);
  return button;
}

/** A place in a script, and where that came from. */
export interface Place extends Pick<Position, 'source' | 'original'> {
  readonly line: number | null;
  readonly column: number | null;
}

/** The place in the source, to be clicked; nothing where there is none. */
export function sourceLink(explorer: Explorer, position: Place): HTMLElement | string {
  const { source, line } = position.original ?? position;
  if (source === null || line === null) return '';
  return link(place(source, line), `Show ${source}:${line}`, () => explorer.showSource(position));
}

/** A field whose value is used as it is typed. */
export function filterField(
  label: string,
  value: string,
  onChange: (value: string) => void,
): HTMLInputElement {
  const input = h('input', { type: 'search', placeholder: label, 'aria-label': label }) as HTMLInputElement;
  input.value = value;
  input.addEventListener('input', () => onChange(input.value));
  return input;
}

export function choice(
  label: string,
  values: readonly (readonly [string, string])[],
  value: string,
  onChange: (value: string) => void,
): HTMLElement {
  const select = h('select', { 'aria-label': label }) as HTMLSelectElement;
  for (const [key, text] of values) {
    const option = h('option', { value: key }, text) as HTMLOptionElement;
    option.selected = key === value;
    select.append(option);
  }
  select.addEventListener('change', () => onChange(select.value));
  return select;
}

/** Shows what a promise brings, or why it brings nothing. */
export function later(promise: Promise<HTMLElement>): HTMLElement {
  const element = h('div', { class: 'later', 'aria-busy': 'true' }, h('p', { class: 'quiet' }, 'Reading…'));
  promise
    .then((content) => element.replaceChildren(content))
    .catch((failure: { message: string }) =>
      element.replaceChildren(h('p', { class: 'failure', role: 'alert' }, failure.message)),
    )
    .finally(() => element.setAttribute('aria-busy', 'false'));
  return element;
}
