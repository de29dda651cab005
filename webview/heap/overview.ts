import type { Overview } from '../../src/heap-process/protocol.ts';
import { h, table } from '../elements.ts';
import { button } from '../toolkit.ts';
import { grouped, percent, size } from './format.ts';
import { ask } from './host.ts';
import type { Explorer } from './views.ts';

/** Colours that VS Code's charts use, one for each of the largest parts. */
const colors = ['blue', 'green', 'purple', 'yellow', 'red', 'cyan'];

export async function overview(explorer: Explorer): Promise<HTMLElement> {
  const answer = await ask('overview', {});
  const { total, parts, process } = answer;
  return h(
    'div',
    { class: 'scroll' },
    h('h2', {}, `${size(total)} in all`),
    h('p', { class: 'quiet' }, coverageText(answer)),
    ...answer.coverage.notes.map((note) => h('p', { class: 'warning' }, note)),
    partBar(parts, total),
    table(
      'What the memory holds',
      [
        { title: 'What' },
        { title: 'Size', numeric: true },
        { title: 'Share', numeric: true },
        { title: 'Objects', numeric: true },
      ],
      parts.map((part, i) => ({
        cells: [
          h(
            'span',
            {},
            h('span', { class: `swatch ${colors[i] ?? 'other'}`, 'aria-hidden': 'true' }),
            part.name,
          ),
          size(part.size),
          percent(part.size / Math.max(1, total)),
          part.count === 0 ? '–' : grouped(part.count),
        ],
      })),
    ),
    h(
      'div',
      { class: 'actions' },
      button('Show Leak Suspects', 'primary', () => explorer.go({ tab: 'suspects', object: null })),
    ),
    process && processSection(process),
  );
}

function partBar(parts: Overview['parts'], total: number): HTMLElement {
  const bar = h('div', { class: 'parts', 'aria-hidden': 'true' });
  parts.forEach((part, i) => {
    if (part.size / total < 0.002) return;
    const title = `${part.name}: ${size(part.size)}`;
    const piece = h('div', { class: `part ${colors[i] ?? 'other'}`, title });
    piece.style.flexGrow = String(part.size);
    bar.append(piece);
  });
  return bar;
}

function coverageText({ coverage: { nodes, edges, complete, pages } }: Overview): string {
  const counts = `${grouped(nodes)} objects and ${grouped(edges)} references`;
  if (pages === null) return `${counts}${complete ? ', all of the heap.' : '.'}`;
  const share = percent(1 - pages.unreadable / Math.max(1, pages.bytes));
  const rest = pages.unreadable > 0 ? `, ${size(pages.unreadable)} are not in the dump` : '';
  return `${counts}. ${share} of the heap’s pages were read (${size(pages.bytes)})${rest}.`;
}

function processSection({ facts, isolates, writable }: NonNullable<Overview['process']>): HTMLElement {
  return h(
    'section',
    {},
    h('h2', {}, 'The process at its end'),
    h(
      'dl',
      {},
      ...facts.flatMap(([name, text]) => [h('dt', {}, name), h('dd', {}, text)]),
      h('dt', {}, 'Writable memory'),
      h('dd', {}, size(writable)),
    ),
    ...isolates.flatMap((isolate) => [
      h(
        'h3',
        {},
        `V8’s spaces, isolate ${isolate.index}: ${size(isolate.used)} used, ${size(isolate.committed)} committed, limit ${size(isolate.limit)}`,
      ),
      table(
        `Spaces of isolate ${isolate.index}`,
        [{ title: 'Space' }, { title: 'Used', numeric: true }, { title: 'Committed', numeric: true }],
        isolate.spaces.map((space) => ({ cells: [space.name, size(space.used), size(space.committed)] })),
      ),
    ]),
  );
}
