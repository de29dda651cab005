import type { ClassChange, Grower } from '../../src/heap-process/protocol.ts';
import { h } from '../elements.ts';
import { button } from '../toolkit.ts';
import { grouped, oneLine, signed, size } from './format.ts';
import { ask, post } from './host.ts';
import { type Column, TreeGrid } from './tree-grid.ts';
import { choice, type Explorer, sourceLink } from './views.ts';

/** What changed since an older dump: growing paths first, then classes. */
export function compare(explorer: Explorer): HTMLElement {
  const choose = button('Choose the Older Dump…', 'secondary', () => post({ type: 'chooseOlder' }));
  const { older } = explorer;
  if (older === null)
    return h(
      'div',
      { class: 'scroll' },
      h('p', {}, 'What grows shows best between two dumps of one process, some load apart.'),
      h('div', { class: 'actions' }, choose),
    );
  const holder = h('div', { class: 'fill' });
  const kept = explorer.setting('compare.view') === 'classes' ? 'classes' : 'growers';
  const show = (view: string) =>
    holder.replaceChildren(view === 'classes' ? changes(explorer, older) : growers(explorer, older));
  show(kept);
  return h(
    'div',
    { class: 'column' },
    h(
      'div',
      { class: 'tools' },
      choice(
        'What changed',
        [
          ['growers', 'Growing paths'],
          ['classes', 'Classes'],
        ],
        kept,
        (value) => {
          explorer.keep('compare.view', value);
          show(value);
        },
      ),
      h('span', { class: 'quiet' }, `since ${older}`),
      choose,
    ),
    holder,
  );
}

function growers(explorer: Explorer, older: string): HTMLElement {
  return new TreeGrid<Grower>({
    label: 'Growing paths',
    columns: [
      { title: 'Path', cell: (row) => h('code', {}, oneLine(row.path)) },
      { title: 'Place', cell: (row) => sourceLink(explorer, { ...row, column: null }) },
      { title: 'Count', numeric: true, cell: (row) => signed(row.countDelta, grouped) },
      { title: 'Size', numeric: true, cell: (row) => signed(row.sizeDelta, size) },
    ],
    onOpen: (row) => explorer.showSource({ ...row, column: null }),
    load: (_, start, count) => ask('growers', { older, start, count }),
    empty: 'No path grew.',
  }).element;
}

function changes(explorer: Explorer, older: string): HTMLElement {
  const holder = h('div', { class: 'fill' });
  const show = (sort: string, ascending: boolean) => {
    const delta = (title: string, name: 'added' | 'removed' | 'countDelta'): Column<ClassChange> => ({
      title,
      sort: name,
      numeric: true,
      cell: (row) => (name === 'countDelta' ? signed(row[name], grouped) : grouped(row[name])),
    });
    const grid = new TreeGrid<ClassChange>({
      label: 'Changed classes',
      sorting: { sort, ascending },
      onSort: show,
      columns: [
        { title: 'Class', sort: 'name', cell: (row) => oneLine(row.name) },
        delta('New', 'added'),
        delta('Gone', 'removed'),
        delta('Count', 'countDelta'),
        { title: 'Size', sort: 'sizeDelta', numeric: true, cell: (row) => signed(row.sizeDelta, size) },
      ],
      onOpen: (row) => {
        explorer.keep('classes.filter', row.name);
        explorer.go({ tab: 'classes', object: null });
      },
      load: (_, start, count) => ask('changes', { older, sort, ascending, filter: '', start, count }),
      empty: 'No class changed.',
    });
    holder.replaceChildren(grid.element);
  };
  show('sizeDelta', false);
  return holder;
}
