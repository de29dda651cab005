import { type FlameLayout, firstEndingAfter } from '../../src/engine/profile/layout.ts';

/** A character's coverage, a byte for each pixel. */
export interface Glyph {
  readonly width: number;
  readonly alpha: Uint8Array;
}

export interface GlyphSource {
  /** Pixels. */
  readonly height: number;
  readonly ellipsis: Glyph;
  get(codePoint: number): Glyph;
}

/** What one picture shows. All lengths are device pixels. */
export interface Scene {
  readonly layout: FlameLayout;
  /** Range of the horizontal axis, in the layout's unit. */
  readonly from: number;
  readonly to: number;
  readonly rowHeight: number;
  /** Pixels by which the first row lies above the picture. */
  readonly scroll: number;
  /** The outermost row lies at the bottom. */
  readonly upright: boolean;
  /** Number of the frame of every stack. */
  readonly frame: Int32Array;
  /** Pixel of a stack. */
  readonly color: (stack: number) => number;
  /** Pixel of a stack's label. */
  readonly ink: (stack: number) => number;
  /** True for stacks that are drawn with stripes (vanished); null where nothing is. */
  readonly striped: ((stack: number) => boolean) | null;
  /** Of every frame, 1 if a search found it; null without a search. */
  readonly matched: Uint8Array | null;
  /** Of every box, and behind the last, how many matched boxes stand before it; null without a search. */
  readonly matchesBefore: Int32Array | null;
  readonly label: (stack: number) => string;
  readonly background: number;
  readonly matchColor: number;
  readonly matchInk: number;
  /** Boxes are outlines in high contrast: their pixels. */
  readonly outline: ((stack: number) => number) | null;
  readonly selected: number;
  readonly hovered: number;
  readonly selectedColor: number;
  readonly hoveredColor: number;
}

/** The picture's pixels. */
interface Target {
  readonly pixels: Uint32Array;
  readonly width: number;
  readonly height: number;
}

/** One row of boxes in the picture. */
interface Row {
  /** Boxes of the row: from the first to the one before `end`. */
  readonly begin: number;
  readonly end: number;
  /** Line at which the row begins, which may lie above the picture. */
  readonly top: number;
  /** Lines of the row's boxes in the picture: from the first to the one before the last. */
  readonly firstLine: number;
  readonly lastLine: number;
}

/** Boxes of the row at hand that are wide enough for more than a colour. */
let wide = new Int32Array(1024);
/** Columns of narrow boxes in the row at hand that a search found. */
let narrowMatches = new Int32Array(2048);
let matchCount = 0;

/** Half the number of boxes in the last run of narrow ones. */
let runLength = 1;

/**
 * Draws into pixels. The work is bounded by the picture, not by the profile: a row is searched for its first
 * visible box, boxes narrower than a pixel are passed in runs, and each row's first line is copied downwards.
 */
export function drawScene(
  pixels: Uint32Array,
  width: number,
  height: number,
  scene: Scene,
  glyphs: GlyphSource,
): void {
  pixels.fill(scene.background, 0, width * height);
  const { rowHeight, layout } = scene;
  const rows = layout.rows.length - 1;
  const first = Math.max(0, Math.floor(scene.scroll / rowHeight));
  const last = Math.min(rows - 1, Math.floor((scene.scroll + height - 1) / rowHeight));
  if (wide.length < width) wide = new Int32Array(width);
  // A pixel's run may be cut in two by rounding.
  if (narrowMatches.length < 2 * width + 2) narrowMatches = new Int32Array(2 * width + 2);
  for (let number = first; number <= last; number++) {
    const offset = number * rowHeight - scene.scroll;
    const top = scene.upright ? height - offset - rowHeight : offset;
    const row: Row = {
      begin: layout.rows[number]!,
      end: layout.rows[number + 1]!,
      top,
      firstLine: Math.max(0, top),
      lastLine: Math.min(height, top + rowHeight - 1),
    };
    if (row.lastLine > row.firstLine) drawRow({ pixels, width, height }, scene, glyphs, row);
  }
}

function drawRow(target: Target, scene: Scene, glyphs: GlyphSource, row: Row): void {
  const { pixels, width } = target;
  const { layout, from, to } = scene;
  const { end, firstLine, lastLine } = row;
  const scale = width / (to - from);
  const line = firstLine * width;
  let wideCount = 0;
  matchCount = 0;
  let box = firstEndingAfter(layout, from, row.begin, end);
  while (box < end && layout.left[box]! < to) {
    const left = Math.max(0, Math.round((layout.left[box]! - from) * scale));
    const right = Math.min(width, Math.round((layout.right[box]! - from) * scale));
    if (right - left < 2) {
      box = drawRun(target, line, scene, box, end, left, scale);
      continue;
    }
    const stack = layout.stack[box]!;
    const color = isFound(scene, stack) ? scene.matchColor : scene.color(stack);
    // The last pixel stays free, as the line between boxes.
    pixels.fill(color, line + left, line + right - 1);
    if (right - left > 3) wide[wideCount++] = box;
    box++;
  }
  // Last, as a wide box may begin in the same pixel.
  for (let i = 0; i < matchCount; i++) pixels[line + narrowMatches[i]!] = scene.matchColor;
  for (let y = firstLine + 1; y < lastLine; y++) pixels.copyWithin(y * width, line, line + width);
  for (let i = 0; i < wideCount; i++) decorate(target, scene, glyphs, row, wide[i]!, scale);
  mark(target, scene, row, scene.hovered, scene.hoveredColor, 1);
  mark(target, scene, row, scene.selected, scene.selectedColor, 2);
}

function isFound(scene: Scene, stack: number): boolean {
  return scene.matched !== null && scene.matched[scene.frame[stack]!] === 1;
}

/** Boxes that end within the same pixel are one column of it. Returns the box behind them. */
function drawRun(
  { pixels, width }: Target,
  line: number,
  scene: Scene,
  box: number,
  end: number,
  left: number,
  scale: number,
): number {
  const { layout, matchesBefore } = scene;
  const edge = scene.from + (left + 1) / scale;
  // Doubling steps, from half of the run before, as neighbours are much alike.
  let low = box + 1;
  let step = runLength;
  while (low + step < end && layout.right[low + step]! <= edge) {
    low += step;
    step *= 2;
  }
  const next = Math.max(box + 1, firstEndingAfter(layout, edge, low, Math.min(end, low + step)));
  runLength = Math.max(1, (next - box) >> 1);
  if (left < width) pixels[line + left] = (scene.outline ?? scene.color)(layout.stack[box]!);
  if (matchesBefore !== null && matchesBefore[next]! > matchesBefore[box]!)
    narrowMatches[matchCount++] = Math.min(left, width - 1);
  return next;
}

/** Stripes, outline and label of a box. */
function decorate(
  target: Target,
  scene: Scene,
  glyphs: GlyphSource,
  { top, firstLine, lastLine }: Row,
  box: number,
  scale: number,
): void {
  const { pixels, width } = target;
  const { layout, from } = scene;
  const left = Math.max(0, Math.round((layout.left[box]! - from) * scale));
  const right = Math.min(width, Math.round((layout.right[box]! - from) * scale)) - 1;
  const stack = layout.stack[box]!;
  const found = isFound(scene, stack);
  if (scene.striped?.(stack))
    stripes(pixels, width, left, right, firstLine, lastLine, scene.outline?.(stack) ?? scene.background);
  if (scene.outline !== null && !found) {
    const edge = scene.outline(stack);
    outline(pixels, width, left, right, firstLine, lastLine, edge);
    if (right - left > 6) outline(pixels, width, left + 1, right - 1, firstLine + 1, lastLine - 1, edge);
  }
  if (right - left < glyphs.ellipsis.width * 3 + 6) return;
  label(
    pixels,
    width,
    left + 3,
    right - 2,
    top,
    firstLine,
    lastLine,
    scene.label(stack),
    found ? scene.matchInk : scene.ink(stack),
    glyphs,
    scene.rowHeight,
  );
}

/** Draws a frame of some pixels around a box of the row, however narrow it is; nothing for -1. */
function mark(
  { pixels, width }: Target,
  scene: Scene,
  { begin, end, firstLine, lastLine }: Row,
  box: number,
  color: number,
  thickness: number,
): void {
  if (box < begin || box >= end) return;
  const { layout, from, to } = scene;
  if (layout.right[box]! <= from || layout.left[box]! >= to) return;
  const scale = width / (to - from);
  const left = Math.min(width - 1, Math.max(0, Math.round((layout.left[box]! - from) * scale)));
  const right = Math.max(left + 1, Math.min(width, Math.round((layout.right[box]! - from) * scale)) - 1);
  for (let i = 0; i < thickness; i++)
    outline(pixels, width, left + i, right - i, firstLine + i, lastLine - i, color);
}

function stripes(
  pixels: Uint32Array,
  width: number,
  left: number,
  right: number,
  first: number,
  last: number,
  color: number,
): void {
  for (let y = first; y < last; y++) {
    for (let x = left + ((8 - ((left + y) % 8)) % 8); x < right; x += 8) {
      for (let stripe = x; stripe < Math.min(x + 3, right); stripe++)
        pixels[y * width + stripe] = blend(pixels[y * width + stripe]!, color, 120);
    }
  }
}

function outline(
  pixels: Uint32Array,
  width: number,
  left: number,
  right: number,
  first: number,
  last: number,
  color: number,
): void {
  if (last <= first || right <= left) return;
  pixels.fill(color, first * width + left, first * width + right);
  pixels.fill(color, (last - 1) * width + left, (last - 1) * width + right);
  for (let y = first; y < last; y++) {
    pixels[y * width + left] = color;
    pixels[y * width + right - 1] = color;
  }
}

function label(
  pixels: Uint32Array,
  width: number,
  from: number,
  to: number,
  top: number,
  firstLine: number,
  lastLine: number,
  text: string,
  ink: number,
  glyphs: GlyphSource,
  rowHeight: number,
): void {
  const y = top + Math.floor((rowHeight - 1 - glyphs.height) / 2);
  let x = from;
  for (let i = 0; i < text.length; ) {
    const codePoint = text.codePointAt(i)!;
    const size = codePoint > 0xffff ? 2 : 1;
    let glyph = glyphs.get(codePoint);
    // The last letter that fits gives way to an ellipsis if more follow.
    const more = i + size < text.length;
    if (x + glyph.width + (more ? glyphs.ellipsis.width : 0) > to) {
      if (x + glyphs.ellipsis.width > to) return;
      if (more || x + glyph.width > to) glyph = glyphs.ellipsis;
      i = text.length;
    } else i += size;
    const { alpha, width: advance } = glyph;
    for (let line = Math.max(0, firstLine - y); line < glyphs.height && y + line < lastLine; line++) {
      const target = (y + line) * width + x;
      const source = line * advance;
      for (let column = 0; column < advance; column++) {
        const cover = alpha[source + column]!;
        if (cover === 0) continue;
        pixels[target + column] = cover === 255 ? ink : blend(pixels[target + column]!, ink, cover);
      }
    }
    x += advance;
  }
}

function blend(below: number, ink: number, cover: number): number {
  const keep = 255 - cover;
  const r = ((below & 255) * keep + (ink & 255) * cover + 127) >> 8;
  const g = (((below >>> 8) & 255) * keep + ((ink >>> 8) & 255) * cover + 127) >> 8;
  const b = (((below >>> 16) & 255) * keep + ((ink >>> 16) & 255) * cover + 127) >> 8;
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}
