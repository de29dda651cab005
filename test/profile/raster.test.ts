import assert from 'node:assert/strict';
import { BufferSource } from '../../src/engine/dump/byte-source.ts';
import { type FlameLayout, treeLayout } from '../../src/engine/profile/layout.ts';
import { foldedReader } from '../../src/engine/profile/readers/folded.ts';
import { stackWeights } from '../../src/engine/profile/weights.ts';
import { drawScene, type Glyph, type Scene } from '../../webview/flame/raster.ts';
import { random } from '../support/random.ts';

const WIDTH = 200;
const ROW = 5;
const BACKGROUND = 0xff00_0000;
const MATCH = 0xff00_00ff;
const MARK = 0xff00_ff00;

/** No ink, so that only boxes are seen. */
const blank: Glyph = { width: 3, alpha: new Uint8Array(12) };
const glyphs = { height: 4, ellipsis: blank, get: () => blank };

/** Boxes of all widths, from many pixels to far less than one. */
function graph(seed: number): { layout: FlameLayout; frame: Int32Array } {
  const next = random(seed);
  const lines = Array.from({ length: 600 }, () => {
    const names = Array.from({ length: 1 + next(6) }, (_, depth) => `f${depth}_${next(2 + depth * 40)}`);
    return `${names.join(';')} ${next(4) === 0 ? 1 + next(900) : 1}\n`;
  });
  const profile = foldedReader.read(new BufferSource(Buffer.from(lines.join(''))), { path: 'x' });
  const layout = treeLayout(profile, stackWeights(profile, profile.measures[0]!), 'name');
  return { layout, frame: profile.stacks.frame };
}

/** A picture of all rows, and where each visible box's edges lie in it. */
function picture(seed: number, from: number, to: number, change: Partial<Scene> = {}) {
  const { layout, frame } = graph(seed);
  const rows = layout.rows.length - 1;
  const height = rows * ROW;
  const pixels = new Uint32Array(WIDTH * height);
  const whole = layout.width;
  const scene: Scene = {
    layout,
    frame,
    from: from * whole,
    to: to * whole,
    rowHeight: ROW,
    scroll: 0,
    upright: false,
    color: (stack) => 0xff00_0000 + 0x10_0000 + stack,
    ink: () => 0,
    striped: null,
    matched: null,
    matchesBefore: null,
    label: () => 'name',
    background: BACKGROUND,
    matchColor: MATCH,
    matchInk: 0,
    outline: null,
    selected: -1,
    hovered: -1,
    selectedColor: MARK,
    hoveredColor: MARK,
    ...change,
  };
  drawScene(pixels, WIDTH, height, scene, glyphs);
  const scale = WIDTH / (scene.to - scene.from);
  const edge = (value: number) => Math.min(WIDTH, Math.max(0, Math.round((value - scene.from) * scale)));
  const boxes = [...layout.stack.keys()].map((box) => ({
    box,
    stack: layout.stack[box]!,
    row: layout.rows.findLastIndex((start) => start <= box),
    left: edge(layout.left[box]!),
    right: edge(layout.right[box]!),
    visible: layout.right[box]! > scene.from && layout.left[box]! < scene.to,
  }));
  const at = (x: number, row: number, line = 1) =>
    pixels[((scene.upright ? rows - 1 - row : row) * ROW + line) * WIDTH + x];
  return { scene, boxes, at, height };
}

describe('pictures of flame graphs', () => {
  for (const [from, to] of [
    [0, 1],
    [0.31, 0.62],
    [0.5, 0.51],
    [0.7, 0.7003],
  ] as const) {
    const pictures = [1, 2, 3, 4, 5].flatMap((seed) =>
      [false, true].map((upright) => () => picture(seed, from, to, { upright })),
    );

    it(`shows every box that is wide enough, from ${from} to ${to}`, () => {
      for (const draw of pictures) {
        const { scene, boxes, at } = draw();
        const wide = boxes.filter(({ visible, left, right }) => visible && right - left >= 3);
        assert.ok(wide.length > 0);
        for (const { stack, row, left, right } of wide) {
          for (let x = left + 1; x < right - 1; x++) assert.equal(at(x, row), scene.color(stack));
          assert.equal(at(right - 1, row), at(right - 1, row, 3), 'the lines of a row are the same');
          assert.equal(at(left, row, ROW - 1), BACKGROUND, 'rows are apart');
        }
      }
    });

    it(`shows nothing where there is no box, from ${from} to ${to}`, () => {
      for (const draw of pictures) {
        const { scene, boxes, at } = draw();
        const covered = Array.from(scene.layout.rows.subarray(1), () => new Uint8Array(WIDTH));
        for (const { visible, row, left, right } of boxes)
          if (visible) covered[row]!.fill(1, Math.min(left, WIDTH - 1), right + 1);
        covered.forEach((columns, row) => {
          for (let x = 0; x < WIDTH; x++) if (columns[x] === 0) assert.equal(at(x, row), BACKGROUND);
        });
      }
    });
  }

  it('marks a selected box, however narrow', () => {
    const { boxes } = picture(3, 0, 1);
    for (const wanted of [boxes.find((b) => b.right === b.left), boxes.find((b) => b.right - b.left > 20)]) {
      const { boxes: again, at } = picture(3, 0, 1, { selected: wanted!.box });
      const { left, row } = again[wanted!.box]!;
      assert.equal(at(Math.min(left, WIDTH - 1), row), MARK);
    }
  });

  it('shows what a search found, also among boxes of less than a pixel', () => {
    const { layout, frame } = graph(2);
    const narrow = [...layout.stack.keys()].filter(
      (box) => (layout.right[box]! - layout.left[box]!) * (WIDTH / layout.width) < 0.2,
    );
    assert.ok(narrow.length > 50);
    for (const wanted of narrow.slice(0, 50)) {
      const matched = new Uint8Array(frame.length);
      matched[frame[layout.stack[wanted]!]!] = 1;
      const matchesBefore = new Int32Array(layout.stack.length + 1);
      for (let box = 0; box < layout.stack.length; box++)
        matchesBefore[box + 1] = matchesBefore[box]! + matched[frame[layout.stack[box]!]!]!;
      const { boxes, at } = picture(2, 0, 1, { matched, matchesBefore });
      const { left, row } = boxes[wanted]!;
      assert.ok([left - 1, left, left + 1].some((x) => at(x, row) === MATCH));
    }
  });
});
