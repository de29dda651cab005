import type { IcicleBox } from '../../src/heap-process/protocol.ts';
import { h, table } from '../elements.ts';
import { oneLine, percent, size } from './format.ts';
import { ask } from './host.ts';
import type { Explorer } from './views.ts';

const ROW = 22;
/** Rows of the table behind the picture. */
const TABLE_ROWS = 50;

/**
 * The dominator tree as a picture: each box is as wide as what it retains. A click goes into a box, Enter or a
 * double click opens its object, Escape goes back out; arrow keys move.
 */
export async function icicle(explorer: Explorer, id: number | null = null): Promise<HTMLElement> {
  const { boxes } = await ask('icicle', { id });
  const depth = boxes.reduce((most, box) => Math.max(most, box.depth), 0);
  const details = h('p', { class: 'details', role: 'status' });
  const elements = boxes.map((box, i) => {
    const element = h(
      'div',
      { class: `box tone-${box.depth % 4}`, 'data-box': String(i) },
      oneLine(box.name, 120),
    );
    element.title = text(box);
    element.style.left = `${100 * box.from}%`;
    element.style.width = `${100 * box.share}%`;
    element.style.top = `${box.depth * ROW}px`;
    return element;
  });
  const picture = h(
    'div',
    {
      class: 'icicle',
      role: 'application',
      'aria-roledescription': 'picture',
      'aria-label': 'Retained bytes, by arrow keys; the table behind it lists the largest',
      tabindex: '0',
    },
    ...elements,
  );
  picture.style.height = `${(depth + 1) * ROW}px`;
  const place = h('div', { class: 'scroll picture' }, details, picture, tableOf(boxes));

  let active = 0;
  const activate = (i: number) => {
    elements[active]!.classList.remove('active');
    active = i;
    elements[i]!.classList.add('active');
    elements[i]!.scrollIntoView({ block: 'nearest' });
    details.textContent = text(boxes[i]!);
  };
  activate(0);
  const show = async (to: number | null) => {
    const other = await icicle(explorer, to);
    place.replaceWith(other);
    other.querySelector<HTMLElement>('.icicle')!.focus();
  };
  const goIn = () => {
    const box = boxes[active]!;
    if (box.parent !== null) void show(box.id);
    else if (id !== null) void show(null);
  };
  picture.addEventListener('click', (event) => {
    const i = (event.target as HTMLElement).dataset.box;
    if (i === undefined) return;
    const isAgain = Number(i) === active;
    activate(Number(i));
    if (isAgain && event.detail < 2) goIn();
  });
  picture.addEventListener('dblclick', () => explorer.showObject(boxes[active]!.id));
  picture.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const box = boxes[active]!;
    const at = (found: number) => {
      if (found >= 0) activate(found);
    };
    if (event.key === 'ArrowDown') at(boxes.findIndex((other) => other.parent === active));
    else if (event.key === 'ArrowUp') at(box.parent ?? -1);
    else if (event.key === 'ArrowRight')
      at(boxes.findIndex((other, i) => i > active && other.depth === box.depth));
    else if (event.key === 'ArrowLeft')
      at(boxes.findLastIndex((other, i) => i < active && other.depth === box.depth));
    else if (event.key === ' ') goIn();
    else if (event.key === 'Escape' && id !== null) void show(null);
    else if (event.key === 'Enter') explorer.showObject(box.id);
    else return;
    event.preventDefault();
  });
  return place;
}

function text({ name, id, retainedSize, share }: IcicleBox): string {
  return `${oneLine(name, 120)} @${id}: ${size(retainedSize)} retained, ${percent(share)} of the picture`;
}

function tableOf(boxes: readonly IcicleBox[]): HTMLElement {
  const largest = [...boxes].sort((a, b) => b.retainedSize - a.retainedSize).slice(0, TABLE_ROWS);
  return h(
    'div',
    { class: 'only-read' },
    table(
      'Largest boxes of the picture',
      [{ title: 'Object' }, { title: 'Level', numeric: true }, { title: 'Retained', numeric: true }],
      largest.map((box) => ({
        cells: [`${oneLine(box.name, 120)} @${box.id}`, String(box.depth), size(box.retainedSize)],
      })),
    ),
  );
}
