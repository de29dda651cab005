import type { Params, StringRow } from '../../src/heap-process/protocol.ts';
import { h } from '../elements.ts';
import { grouped, oneLine, size } from './format.ts';
import { ask } from './host.ts';
import { type Column, TreeGrid } from './tree-grid.ts';
import { choice, type Explorer } from './views.ts';

type Kind = Params<'strings'>['kind'];

const kinds: readonly (readonly [Kind, string])[] = [
  ['duplicates', 'Duplicates'],
  ['largest', 'Largest'],
  ['parents', 'Kept whole by slices'],
];

const countTitles: Readonly<Record<Kind, string>> = { duplicates: 'Copies', largest: '', parents: 'Slices' };
const sizeTitles: Readonly<Record<Kind, string>> = {
  duplicates: 'Wasted',
  largest: 'Size',
  parents: 'Retained',
};

export function strings(explorer: Explorer): HTMLElement {
  const holder = h('div', { class: 'fill' });
  const kept = kinds.find(([kind]) => kind === explorer.setting('strings.kind'))?.[0] ?? 'duplicates';
  const show = (kind: Kind) => {
    const columns: Column<StringRow>[] = [
      { title: 'Text', cell: ({ text }) => h('span', { class: 'text' }, `"${oneLine(text)}"`) },
    ];
    if (kind !== 'largest')
      columns.push({ title: countTitles[kind], numeric: true, cell: ({ count }) => grouped(count) });
    columns.push({ title: sizeTitles[kind], numeric: true, cell: (row) => size(row.size) });
    const grid = new TreeGrid<StringRow>({
      label: 'Strings',
      columns,
      onOpen: ({ id }) => {
        if (id !== null) explorer.showObject(id);
      },
      load: (_, start, count) => ask('strings', { kind, start, count }),
      empty: 'There are none.',
    });
    holder.replaceChildren(grid.element);
  };
  show(kept);
  return h(
    'div',
    { class: 'column' },
    h(
      'div',
      { class: 'tools' },
      choice('Which strings', kinds, kept, (value) => {
        explorer.keep('strings.kind', value);
        show(value as Kind);
      }),
    ),
    holder,
  );
}
