import type { PaneContent } from './pane.ts';
import { css, type Rgb, type Theme } from './theme.ts';

const WIDTH = 1600;
const ROW = 18;
/** Boxes narrower than this are left out. */
const NARROWEST = 0.25;

/** The visible range as an SVG picture, with names that a browser shows as tooltips. */
export function toSvg(
  content: PaneContent,
  range: { from: number; to: number },
  theme: Theme,
  title: (stack: number) => string,
): string {
  const { layout, upright } = content;
  const rows = layout.rows.length - 1;
  const scale = WIDTH / (range.to - range.from);
  const boxes: string[] = [];
  let deepest = 0;
  for (let row = 0; row < rows; row++) {
    for (let box = layout.rows[row]!; box < layout.rows[row + 1]!; box++) {
      const left = Math.max(0, (layout.left[box]! - range.from) * scale);
      const right = Math.min(WIDTH, (layout.right[box]! - range.from) * scale);
      if (right - left < NARROWEST) continue;
      deepest = row;
      boxes.push(boxText(content, layout.stack[box]!, left, right, row, title));
    }
  }
  const height = (deepest + 1) * ROW;
  const flip = upright ? ` transform="translate(0 ${height - ROW})"` : '';
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="monospace" font-size="11">
<rect width="100%" height="100%" fill="${css(theme.background)}"/>
<g${flip}>
${boxes.join('\n')}
</g>
</svg>
`;
}

function boxText(
  content: PaneContent,
  stack: number,
  left: number,
  right: number,
  row: number,
  title: (stack: number) => string,
): string {
  const y = (content.upright ? -row : row) * ROW;
  const width = Math.max(right - left - 0.5, 0.1);
  const fits = Math.floor((width - 6) / 6.7);
  const name = content.label(stack);
  const shown = name.length <= fits ? name : `${name.slice(0, Math.max(0, fits - 1))}…`;
  const text =
    fits >= 3
      ? `<text x="${(left + 3).toFixed(1)}" y="${y + 13}" fill="${css(rgb(content.ink(stack)))}">${escapeXml(shown)}</text>`
      : '';
  return `<g><title>${escapeXml(title(stack))}</title><rect x="${left.toFixed(2)}" y="${y}" width="${width.toFixed(2)}" height="${ROW - 1}" fill="${css(rgb(content.color(stack)))}"/>${text}</g>`;
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
