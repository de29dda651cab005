import type { ClassRow, Grouping, ObjectInfo } from '../../src/heap-process/protocol.ts';
import { h } from '../elements.ts';
import { grouped, oneLine, size } from './format.ts';
import { ask } from './host.ts';
import { type RowPage, TreeGrid } from './tree-grid.ts';
import { choice, type Explorer, filterField, objectName, sourceLink } from './views.ts';

type Row = { readonly heapClass: ClassRow } | { readonly node: ObjectInfo };

const groupings: readonly (readonly [Grouping, string])[] = [
  ['constructor', 'by constructor'],
  ['shape', 'by shape'],
  ['module', 'by module'],
];

/** The histogram; a class opens to its objects. */
export function classes(explorer: Explorer): HTMLElement {
  const holder = h('div', { class: 'fill' });
  let sort = explorer.setting('classes.sort') ?? 'retainedSize';
  let ascending = explorer.setting('classes.ascending') === 'true';
  let filter = explorer.setting('classes.filter') ?? '';
  let group: Grouping =
    groupings.find(([name]) => name === explorer.setting('classes.group'))?.[0] ?? 'constructor';
  let shown: TreeGrid<Row> | null = null;
  const show = (isFirst = false) => {
    shown?.close();
    const grid = new TreeGrid<Row>({
      label: 'Classes',
      sorting: { sort, ascending },
      onSort: (name, isAscending) => {
        sort = name;
        ascending = isAscending;
        explorer.keep('classes.sort', sort);
        explorer.keep('classes.ascending', String(ascending));
        show();
      },
      columns: [
        {
          title: 'Class',
          sort: 'name',
          cell: (row) => ('node' in row ? objectName(row.node) : oneLine(row.heapClass.name)),
        },
        {
          title: 'Defined at',
          cell: (row) =>
            'node' in row || !row.heapClass.constructedAt
              ? ''
              : sourceLink(explorer, row.heapClass.constructedAt),
        },
        {
          title: 'Count',
          sort: 'count',
          numeric: true,
          cell: (row) => ('node' in row ? '' : grouped(row.heapClass.count)),
        },
        {
          title: 'Shallow',
          sort: 'shallowSize',
          numeric: true,
          cell: (row) => size('node' in row ? row.node.shallowSize : row.heapClass.shallowSize),
        },
        {
          title: 'Retained',
          sort: 'retainedSize',
          numeric: true,
          cell: (row) => size('node' in row ? row.node.retainedSize : row.heapClass.retainedSize),
        },
      ],
      canExpand: (row) => 'heapClass' in row,
      onOpen: (row) => {
        if ('node' in row) explorer.showObject(row.node.id);
      },
      load: async (parent, start, count, signal): Promise<RowPage<Row>> => {
        if (parent && 'heapClass' in parent) {
          const page = await ask('instances', { group, index: parent.heapClass.index, start, count }, signal);
          return { total: page.total, items: page.items.map((node) => ({ node })) };
        }
        const page = await ask('classes', { group, sort, ascending, filter, start, count }, signal);
        return { total: page.total, items: page.items.map((heapClass) => ({ heapClass })) };
      },
      empty: 'No class has that in its name.',
      ...(isFirst && { scroll: explorer.scroll }),
    });
    shown = grid;
    holder.replaceChildren(grid.element);
  };
  show(true);
  return h(
    'div',
    { class: 'column' },
    h(
      'div',
      { class: 'tools' },
      filterField('Filter classes', filter, (value) => {
        filter = value;
        explorer.keep('classes.filter', filter);
        shown?.reload();
      }),
      choice('Group by', groupings, group, (value) => {
        group = value as Grouping;
        explorer.keep('classes.group', group);
        shown?.reload();
      }),
    ),
    holder,
  );
}
