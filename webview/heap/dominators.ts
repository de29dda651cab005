import type { ObjectInfo } from '../../src/heap-process/protocol.ts';
import { h } from '../elements.ts';
import { button } from '../toolkit.ts';
import { ask, post } from './host.ts';
import { icicle } from './icicle.ts';
import { TreeGrid } from './tree-grid.ts';
import { choice, type Explorer, later, objectName, sizeColumns } from './views.ts';

const views = [
  ['tree', 'As a tree'],
  ['icicle', 'As a picture'],
] as const;

/** The dominator tree: below each object what would be freed with it. */
export function dominators(explorer: Explorer): HTMLElement {
  const holder = h('div', { class: 'fill' });
  const kept = explorer.setting('dominators.view') === 'icicle' ? 'icicle' : 'tree';
  const show = (view: string) =>
    holder.replaceChildren(view === 'icicle' ? later(icicle(explorer)) : tree(explorer));
  show(kept);
  return h(
    'div',
    { class: 'column' },
    h(
      'div',
      { class: 'tools' },
      choice('Show dominators', views, kept, (view) => {
        explorer.keep('dominators.view', view);
        show(view);
      }),
      h('span', { class: 'quiet' }, 'Below each object: what would be freed with it.'),
      button('Open as Flame Graph', 'secondary', () => post({ type: 'flameGraph' })),
    ),
    holder,
  );
}

function tree(explorer: Explorer): HTMLElement {
  return new TreeGrid<ObjectInfo>({
    label: 'Dominator tree',
    columns: [{ title: 'Object', cell: objectName }, ...sizeColumns<ObjectInfo>((row) => row)],
    canExpand: (row) => row.retainedSize > row.shallowSize,
    onOpen: (row) => explorer.showObject(row.id),
    load: (parent, start, count) => ask('dominated', { id: parent?.id ?? null, start, count }),
    scroll: explorer.scroll,
  }).element;
}
