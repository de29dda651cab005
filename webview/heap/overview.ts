import { h, table } from '../elements.ts';
import { grouped, percent, size } from './format.ts';
import { ask } from './host.ts';

/** Colours that VS Code's charts use, one for each of the largest parts. */
const colors = ['blue', 'orange', 'green', 'purple', 'yellow', 'red'];

export async function overview(): Promise<HTMLElement> {
  const { total, parts, coverage } = await ask('overview', {});
  const bar = h('div', { class: 'parts', role: 'presentation', 'aria-hidden': 'true' });
  parts.forEach((part, i) => {
    if (part.size / total < 0.002) return;
    const piece = h('div', {
      class: `part ${colors[i] ?? 'other'}`,
      title: `${part.name}: ${size(part.size)}`,
    });
    piece.style.flexGrow = String(part.size);
    bar.append(piece);
  });
  const { nodes, edges, complete, notes } = coverage;
  return h(
    'div',
    { class: 'scroll' },
    h('h2', {}, `${size(total)} in all`),
    bar,
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
      'p',
      { class: 'quiet' },
      `${grouped(nodes)} objects and ${grouped(edges)} references${complete ? ', all of the heap.' : '.'}`,
    ),
    ...notes.map((note) => h('p', { class: 'warning' }, note)),
  );
}
