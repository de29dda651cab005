import type { ClassChange, Delta, Grower } from '../../src/heap-process/protocol.ts';
import { h } from '../elements.ts';
import { button } from '../toolkit.ts';
import { grouped, oneLine, signed, size } from './format.ts';
import { ask, post } from './host.ts';
import { type Column, TreeGrid } from './tree-grid.ts';
import { choice, type Explorer, filterField, sourceLink } from './views.ts';

/** What changed since older dumps: growing paths first, then classes. */
export function compare(explorer: Explorer): HTMLElement {
  const choose = button('Choose Older Dumps…', 'secondary', () => post({ type: 'chooseOlder' }));
  if (explorer.older.length === 0)
    return h(
      'div',
      { class: 'scroll' },
      h('p', {}, 'What grows shows best between two dumps of one process, some load apart.'),
      h('div', { class: 'actions' }, choose),
    );
  const holder = h('div', { class: 'fill' });
  const kept = explorer.setting('compare.view') === 'classes' ? 'classes' : 'growers';
  const show = (view: string) =>
    holder.replaceChildren(view === 'classes' ? changes(explorer) : growers(explorer));
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
      h('span', { class: 'quiet' }, `since ${explorer.older.map(baseName).join(', ')}`),
      choose,
    ),
    holder,
  );
}

/** With one older dump its columns are the first; with more, each has a pair of columns. */
function deltas<Row extends Delta & { readonly since: readonly (Delta | null)[] }>(
  older: readonly string[],
): Column<Row>[] {
  if (older.length === 1)
    return [
      { title: 'Count', sort: 'countDelta', numeric: true, cell: (row) => signed(row.countDelta, grouped) },
      { title: 'Size', sort: 'sizeDelta', numeric: true, cell: (row) => signed(row.sizeDelta, size) },
    ];
  return older.flatMap((file, i): Column<Row>[] => {
    const since = `since ${baseName(file)}`;
    const of = (row: Row) => row.since[i] ?? { countDelta: 0, sizeDelta: 0 };
    return [
      { title: `Count ${since}`, numeric: true, cell: (row) => signed(of(row).countDelta, grouped) },
      { title: `Size ${since}`, numeric: true, cell: (row) => signed(of(row).sizeDelta, size) },
    ];
  });
}

function growers(explorer: Explorer): HTMLElement {
  const { older } = explorer;
  return new TreeGrid<Grower>({
    label: 'Growing paths',
    columns: [
      { title: 'Path', cell: (row) => h('code', {}, oneLine(row.path)) },
      { title: 'Place', cell: (row) => sourceLink(explorer, { ...row, column: null }) },
      ...deltas<Grower>(older).map(({ sort: _, ...column }) => column),
    ],
    onOpen: (row) => explorer.showSource({ ...row, column: null }),
    load: (_, start, count) => ask('growers', { older, start, count }),
    scroll: explorer.scroll,
    empty: 'No path grew.',
  }).element;
}

function changes(explorer: Explorer): HTMLElement {
  const { older } = explorer;
  const holder = h('div', { class: 'fill' });
  let filter = '';
  let sort = 'sizeDelta';
  let ascending = false;
  let shown: TreeGrid<ClassChange> | null = null;
  const show = () => {
    shown?.close();
    shown = new TreeGrid<ClassChange>({
      label: 'Changed classes',
      sorting: { sort, ascending },
      onSort: (name, isAscending) => {
        sort = name;
        ascending = isAscending;
        show();
      },
      columns: [
        { title: 'Class', sort: 'name', cell: (row) => oneLine(row.name) },
        { title: 'New', sort: 'added', numeric: true, cell: (row) => grouped(row.added) },
        { title: 'Gone', sort: 'removed', numeric: true, cell: (row) => grouped(row.removed) },
        ...deltas<ClassChange>(older),
      ],
      onOpen: (row) => {
        explorer.keep('classes.filter', row.name);
        explorer.go({ tab: 'classes', object: null });
      },
      load: (_, start, count, signal) =>
        ask('changes', { older, sort, ascending, filter, start, count }, signal),
      empty: 'No class changed.',
    });
    holder.replaceChildren(shown.element);
  };
  show();
  const field = filterField('Filter classes', filter, (value) => {
    filter = value;
    shown?.reload();
  });
  return h('div', { class: 'fill' }, h('div', { class: 'tools' }, field), holder);
}

function baseName(file: string): string {
  return file.replace(/^.*[\\/]/s, '');
}
