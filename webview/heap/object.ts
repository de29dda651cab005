import type { Relation, ValueRow } from '../../src/heap-process/protocol.ts';
import { h } from '../elements.ts';
import { grouped, oneLine, size } from './format.ts';
import { ask } from './host.ts';
import { pathList } from './suspects.ts';
import { TreeGrid } from './tree-grid.ts';
import {
  choice,
  type Explorer,
  filterField,
  later,
  link,
  objectName,
  sizeColumns,
  sourceLink,
} from './views.ts';

/** One object: its fields, what holds it, paths from the roots, its dominators. */
export function objectView(explorer: Explorer, name: string | null): HTMLElement {
  const field = filterField('Object id (@123) or address', name ?? '', () => {});
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && field.value.trim() !== '')
      explorer.go({ tab: 'object', object: field.value.trim() });
  });
  return h(
    'div',
    { class: 'column' },
    h('div', { class: 'tools' }, field),
    name === null
      ? h('p', { class: 'quiet' }, 'Name an object by its id, or open one from another tab.')
      : later(known(explorer, name)),
  );
}

async function known(explorer: Explorer, name: string): Promise<HTMLElement> {
  const { node, position, text, fields, retainers } = await ask('object', { name });
  const lower = h('div', { class: 'fill' });
  const views: Record<string, () => HTMLElement> = {
    fields: () => relations(explorer, 'Fields', 'fields', node.id),
    retainers: () => relations(explorer, 'Retainers', 'retainers', node.id),
    value: () => later(value(explorer, `@${node.id}`)),
    paths: () => later(paths(explorer, node.id)),
    dominators: () => later(chain(explorer, node.id)),
  };
  const show = (view: string) => lower.replaceChildren((views[view] ?? views.fields!)());
  const wanted = explorer.setting('object.view') ?? 'fields';
  const kept = wanted === 'value' && !explorer.isCore ? 'fields' : wanted;
  show(kept);
  return h(
    'div',
    { class: 'column' },
    h('h2', { class: 'object-title' }, oneLine(node.name)),
    h(
      'p',
      {},
      `${node.type} @${node.id}${node.address === null ? '' : ` at ${node.address}`}, `,
      `${size(node.shallowSize)} by itself, ${size(node.retainedSize)} retained `,
      position && sourceLink(explorer, position),
    ),
    text !== null && h('pre', { class: 'text', tabindex: '0', 'aria-label': 'Text' }, text),
    h(
      'div',
      { class: 'tools' },
      choice(
        'Show of the object',
        [
          ['fields', `Fields (${grouped(fields)})`],
          ['retainers', `Retainers (${grouped(retainers)})`],
          ['paths', 'Paths from the roots'],
          ['dominators', 'Dominators'],
          ...(explorer.isCore ? ([['value', 'Value']] as const) : []),
        ],
        kept,
        (value) => {
          explorer.keep('object.view', value);
          show(value);
        },
      ),
    ),
    lower,
  );
}

function relations(
  explorer: Explorer,
  label: string,
  method: 'fields' | 'retainers',
  id: number,
): HTMLElement {
  return new TreeGrid<Relation>({
    label,
    columns: [
      {
        title: label,
        cell: ({ edge, type, node }) =>
          h(
            'span',
            {},
            h('code', { title: type }, oneLine(edge)),
            method === 'fields' ? ' → ' : ' ← ',
            objectName(node),
          ),
      },
      ...sizeColumns<Relation>((row) => row.node),
    ],
    canExpand: () => true,
    onOpen: ({ node }) => explorer.showObject(node.id),
    load: (parent, start, count) => ask(method, { id: parent?.node.id ?? id, start, count }),
    scroll: explorer.scroll,
    empty: method === 'fields' ? 'It leads to nothing.' : 'Nothing leads to it.',
  }).element;
}

/** As the debugger shows it. */
async function value(explorer: Explorer, name: string): Promise<HTMLElement> {
  const { description } = await ask('value', { name, start: 0, count: 0 });
  const grid = new TreeGrid<ValueRow>({
    label: 'Value',
    columns: [
      { title: 'Name', cell: (row) => h('code', {}, oneLine(row.name)) },
      {
        title: 'Value',
        cell: (row) => h('span', { class: row.type === 'string' ? 'name text' : 'name' }, oneLine(row.text)),
      },
    ],
    canExpand: (row) => row.address !== null,
    onOpen: (row) => {
      if (row.address !== null) explorer.go({ tab: 'object', object: row.address });
    },
    load: (parent, start, count) => ask('value', { name: parent?.address ?? name, start, count }),
    empty: 'It has no properties.',
  });
  return h('div', { class: 'column' }, h('p', {}, h('code', {}, oneLine(description, 1000))), grid.element);
}

async function paths(explorer: Explorer, id: number): Promise<HTMLElement> {
  const { paths } = await ask('paths', { id, limit: 5 });
  return h(
    'div',
    { class: 'scroll' },
    ...paths.map((path, i) => pathList(explorer, path, `Path ${i + 1} from the roots`)),
  );
}

async function chain(explorer: Explorer, id: number): Promise<HTMLElement> {
  const { chain } = await ask('dominators', { id });
  return h(
    'div',
    { class: 'scroll' },
    h(
      'ol',
      { class: 'path', 'aria-label': 'Dominators, nearest first' },
      ...chain.map((node) =>
        h(
          'li',
          {},
          link(oneLine(node.name, 200), `${oneLine(node.name, 200)}: show object ${node.id}`, () =>
            explorer.showObject(node.id),
          ),
          h('span', { class: 'quiet' }, ` @${node.id} ${size(node.retainedSize)}`),
        ),
      ),
    ),
  );
}
