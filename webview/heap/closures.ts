import type { ClosureRow } from '../../src/heap-process/protocol.ts';
import { h } from '../elements.ts';
import { grouped, oneLine, size } from './format.ts';
import { ask } from './host.ts';
import { TreeGrid } from './tree-grid.ts';
import { type Explorer, filterField, sourceLink } from './views.ts';

/** Closures by where their function stands. */
export function closures(explorer: Explorer): HTMLElement {
  const holder = h('div', { class: 'fill' });
  let filter = explorer.setting('closures.filter') ?? '';
  let sort = explorer.setting('closures.sort') ?? 'retainedSize';
  let ascending = explorer.setting('closures.ascending') === 'true';
  let shown: TreeGrid<ClosureRow> | null = null;
  const show = (isFirst = false) => {
    shown?.close();
    const grid = new TreeGrid<ClosureRow>({
      label: 'Closures by position',
      sorting: { sort, ascending },
      onSort: (name, isAscending) => {
        sort = name;
        ascending = isAscending;
        explorer.keep('closures.sort', sort);
        explorer.keep('closures.ascending', String(ascending));
        show();
      },
      columns: [
        { title: 'Function', sort: 'function', cell: (row) => oneLine(row.function) || '(anonymous)' },
        {
          title: 'Place',
          sort: 'source',
          cell: (row) => (row.line === null ? 'V8’s own' : sourceLink(explorer, row)),
        },
        { title: 'Count', sort: 'count', numeric: true, cell: (row) => grouped(row.count) },
        { title: 'Retained', sort: 'retainedSize', numeric: true, cell: (row) => size(row.retainedSize) },
      ],
      onOpen: (row) => explorer.showSource(row),
      load: (_, start, count, signal) => ask('closures', { filter, sort, ascending, start, count }, signal),
      empty: 'No function has that in its name or path.',
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
      filterField('Filter functions', filter, (value) => {
        filter = value;
        explorer.keep('closures.filter', filter);
        shown?.reload();
      }),
    ),
    holder,
  );
}
