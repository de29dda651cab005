import type { PathStep, Suspect } from '../../src/heap-process/protocol.ts';
import { h } from '../elements.ts';
import { button } from '../toolkit.ts';
import { oneLine, percent, place, size } from './format.ts';
import { ask, post } from './host.ts';
import { reportPage, suspectMarkdown } from './report.ts';
import { type Explorer, link } from './views.ts';

export async function suspects(explorer: Explorer): Promise<HTMLElement> {
  const { suspects } = await ask('suspects', { older: explorer.older });
  if (suspects.length === 0)
    return h(
      'div',
      { class: 'scroll' },
      h(
        'p',
        {},
        explorer.older.length === 0
          ? 'Nothing large gathers in one place.'
          : 'Nothing grew that gathers in one place.',
      ),
    );
  const name = explorer.file.replace(/^.*[\\/]/s, '');
  return h(
    'div',
    { class: 'scroll' },
    h(
      'div',
      { class: 'actions' },
      button('Copy All as Markdown', 'secondary', () =>
        post({ type: 'copy', text: suspects.map(suspectMarkdown).join('\n') }),
      ),
      button('Save as HTML', 'secondary', () =>
        post({ type: 'save', name: `${name}.leaks.html`, text: reportPage(explorer.file, suspects) }),
      ),
    ),
    ...suspects.map((suspect, i) => suspectSection(explorer, suspect, i)),
  );
}

function suspectSection(explorer: Explorer, suspect: Suspect, i: number): HTMLElement {
  const { sample } = suspect;
  const { source, line } = suspect.original ?? suspect;
  const heading = h('h2', { id: `suspect-${i}` }, `${i + 1}. ${oneLine(suspect.title, 600)}`);
  const share = h(
    'div',
    { class: 'share', role: 'img', 'aria-label': `${percent(suspect.share)} of the heap` },
    h('div', { class: 'fill' }),
  );
  (share.firstElementChild as HTMLElement).style.width = `${100 * Math.min(1, suspect.share)}%`;
  return h(
    'section',
    { class: 'suspect', 'aria-labelledby': `suspect-${i}` },
    heading,
    share,
    h('p', {}, suspect.explanation),
    h('ul', {}, ...suspect.evidence.map((text) => h('li', {}, oneLine(text, 1000)))),
    pathList(explorer, suspect.path, 'How it is held, from the roots on'),
    ...suspect.caveats.map((text) => h('p', { class: 'quiet' }, text)),
    h(
      'div',
      { class: 'actions' },
      source !== null &&
        line !== null &&
        button(`Show ${place(source, line)} in Editor`, 'primary', () => explorer.showSource(suspect)),
      button('Show Object', 'secondary', () => explorer.showObject(suspect.accumulationPoint.id)),
      sample !== null && button('Show a Sample', 'secondary', () => explorer.showObject(sample.id)),
      button('Copy as Markdown', 'secondary', () => post({ type: 'copy', text: suspectMarkdown(suspect) })),
    ),
  );
}

/** Steps of a path, each of which leads to its object. */
export function pathList(explorer: Explorer, path: readonly PathStep[], label: string): HTMLElement {
  return h(
    'ol',
    { class: 'path', 'aria-label': label },
    ...path.map(({ edge, node }) =>
      h(
        'li',
        {},
        edge !== '' && h('code', {}, `${oneLine(edge, 200)} `),
        link(oneLine(node.name, 200), `${oneLine(node.name, 200)}: show object ${node.id}`, () =>
          explorer.showObject(node.id),
        ),
        h('span', { class: 'quiet' }, ` ${size(node.retainedSize)}`),
        node.detail !== null && h('span', { class: 'quiet' }, ` ${oneLine(node.detail, 200)}`),
      ),
    ),
  );
}
