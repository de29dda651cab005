import { firstEndingAfter } from '../../src/engine/profile/layout.ts';
import type { PaneContent } from './pane.ts';
import { css, pixel, type Rgb, type Theme } from './theme.ts';

const WIDTH = 1600;
const ROW = 18;
/** Boxes narrower than this are left out. */
const NARROWEST = 0.25;

/** One graph of a picture. */
export interface SvgPart {
  readonly content: PaneContent;
  readonly range: { readonly from: number; readonly to: number };
  /** A box in words. */
  readonly title: (box: number) => string;
}

/** The visible ranges of graphs, one above the other, as an SVG picture; browsers show the names as tooltips. */
export function toSvg(parts: readonly SvgPart[], theme: Theme): string {
  const drawn: string[] = [];
  let y = 0;
  for (const part of parts) {
    const { boxes, height } = partOf(part, theme);
    const top = y + (part.content.upright ? height - ROW : 0);
    drawn.push(`<g transform="translate(0 ${top})">`, ...boxes, '</g>');
    y += height + 2;
  }
  const height = Math.max(ROW, y - 2);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="monospace" font-size="11">
<rect width="100%" height="100%" fill="${css(theme.background)}"/>
${drawn.join('\n')}
</svg>
`;
}

function partOf(part: SvgPart, theme: Theme): { boxes: string[]; height: number } {
  const { layout } = part.content;
  const { from, to } = part.range;
  const scale = WIDTH / (to - from);
  const boxes: string[] = [];
  let deepest = 0;
  for (let row = 0; row + 1 < layout.rows.length; row++) {
    const end = layout.rows[row + 1]!;
    for (let box = firstEndingAfter(layout, from, layout.rows[row]!, end); box < end; box++) {
      if (layout.left[box]! >= to) break;
      const left = Math.max(0, (layout.left[box]! - from) * scale);
      const right = Math.min(WIDTH, (layout.right[box]! - from) * scale);
      if (right - left < NARROWEST) continue;
      deepest = row;
      boxes.push(boxText(part, theme, box, left, right, row));
    }
  }
  return { boxes, height: (deepest + 1) * ROW };
}

function boxText(
  { content, title }: SvgPart,
  theme: Theme,
  box: number,
  left: number,
  right: number,
  row: number,
): string {
  const stack = content.layout.stack[box]!;
  const found = content.matched !== null && content.matched[content.frame[stack]!] === 1;
  const fill = found ? content.matchColor : content.color(stack);
  const gone = content.striped?.(stack) ?? false;
  const ink = found ? content.matchInk : gone ? pixel(theme.foreground) : content.ink(stack);
  const y = (content.upright ? -row : row) * ROW;
  const width = Math.max(right - left - 0.5, 0.1);
  const fits = Math.floor((width - 6) / 6.7);
  const name = content.label(stack);
  const shown = name.length <= fits ? name : `${name.slice(0, Math.max(0, fits - 1))}…`;
  const text =
    fits >= 3
      ? `<text x="${(left + 3).toFixed(1)}" y="${y + 13}" fill="${css(rgb(ink))}">${escapeXml(shown)}</text>`
      : '';
  const edge = content.outline ? ` stroke="${css(rgb(content.outline(stack)))}"` : '';
  const vanished = gone ? ' fill-opacity="0.55" stroke-dasharray="3 3"' : '';
  const stroke = vanished !== '' && edge === '' ? ` stroke="${css(rgb(fill))}"` : edge;
  return `<g><title>${escapeXml(title(box))}</title><rect x="${left.toFixed(2)}" y="${y}" width="${width.toFixed(2)}" height="${ROW - 1}" fill="${css(rgb(fill))}"${stroke}${vanished}/>${text}</g>`;
}

function rgb(value: number): Rgb {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255];
}

export function escapeXml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has no way to write them
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
  );
}
