import type { ObjectInfo } from '../../src/heap-process/protocol.ts';
import { h } from '../elements.ts';
import { button } from '../toolkit.ts';
import { ask, post } from './host.ts';
import { TreeGrid } from './tree-grid.ts';
import { type Explorer, objectName, sizeColumns } from './views.ts';

/** The dominator tree: below each object what would be freed with it. */
export function dominators(explorer: Explorer): HTMLElement {
  const grid = new TreeGrid<ObjectInfo>({
    label: 'Dominator tree',
    columns: [{ title: 'Object', cell: objectName }, ...sizeColumns<ObjectInfo>((row) => row)],
    canExpand: (row) => row.retainedSize > row.shallowSize,
    onOpen: (row) => explorer.showObject(row.id),
    load: (parent, start, count) => ask('dominated', { id: parent?.id ?? null, start, count }),
  });
  return h(
    'div',
    { class: 'column' },
    h(
      'div',
      { class: 'tools' },
      h('span', { class: 'quiet' }, 'Below each object: what would be freed with it.'),
      button('Show as Flame Graph', 'secondary', () => post({ type: 'flameGraph' })),
    ),
    h('div', { class: 'fill' }, grid.element),
  );
}
