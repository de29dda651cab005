import { boxAt, type FlameLayout, rowCount } from '../../src/engine/profile/layout.ts';
import { Glyphs } from './glyphs.ts';
import { drawScene, type Scene } from './raster.ts';
import { pixel, type Theme } from './theme.ts';

/** What a pane shows; made anew whenever the layout, the colours or the search change. */
export interface PaneContent {
  readonly layout: FlameLayout;
  readonly upright: boolean;
  readonly frame: Int32Array;
  readonly color: (stack: number) => number;
  readonly ink: (stack: number) => number;
  /** Pixel of a box's outline; null outside of high contrast. */
  readonly outline: ((stack: number) => number) | null;
  readonly striped: ((stack: number) => boolean) | null;
  /** Of every frame, 1 if the search found it; null without a search. */
  readonly matched: Uint8Array | null;
  readonly matchColor: number;
  readonly matchInk: number;
  readonly matchesBefore: Int32Array | null;
  readonly label: (stack: number) => string;
}

export interface PaneEvents {
  /** A box under the pointer, or -1; with the pointer's place in the window. */
  hover(box: number, x: number, y: number): void;
  select(box: number): void;
  /** The box's source is asked for. */
  open(box: number): void;
}

const ROW_HEIGHT = 19;
const FONT_SIZE = 12;
/** The narrowest range, as a share of the whole. */
const DEEPEST_ZOOM = 1e-9;

/** One flame graph on a canvas of its own: zoom, pan, selection, keyboard. */
export class Pane {
  readonly canvas: HTMLCanvasElement;
  /** Milliseconds that the last picture took. */
  lastDraw = 0;
  selected = -1;
  readonly #events: PaneEvents;
  #content: PaneContent | undefined;
  #theme: Theme;
  #glyphs: Glyphs | undefined;
  #image: ImageData | undefined;
  #pixels = new Uint32Array(0);
  #ratio = 0;
  /** Whole pixels of the screen that the canvas covers. */
  #deviceSize: { width: number; height: number } | undefined;
  #from = 0;
  #to = 1;
  #scroll = 0;
  #hovered = -1;
  #requested = false;
  #drag: { x: number; y: number; from: number; to: number; scroll: number; moved: boolean } | undefined;

  constructor(theme: Theme, events: PaneEvents, label: string) {
    this.#theme = theme;
    this.#events = events;
    this.canvas = document.createElement('canvas');
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute('role', 'application');
    this.canvas.setAttribute('aria-roledescription', 'flame graph');
    this.canvas.setAttribute('aria-label', label);
    this.#listen();
    new ResizeObserver(([entry]) => {
      const size = entry?.devicePixelContentBoxSize?.[0];
      this.#deviceSize = size && { width: size.inlineSize, height: size.blockSize };
      this.redraw();
    }).observe(this.canvas, { box: 'device-pixel-content-box' });
  }

  set theme(theme: Theme) {
    this.#theme = theme;
    this.#glyphs = undefined;
    this.redraw();
  }

  /** Shows another content; the range stays if `keepView`. */
  show(content: PaneContent, keepView: boolean): void {
    this.#content = content;
    this.#hovered = -1;
    if (!keepView) {
      this.selected = -1;
      this.#scroll = 0;
      this.#from = 0;
      this.#to = content.layout.width || 1;
    }
    this.redraw();
  }

  get range(): { from: number; to: number } {
    return { from: this.#from, to: this.#to };
  }

  get content(): PaneContent | undefined {
    return this.#content;
  }

  /** Draws with the next picture of the screen. */
  redraw(): void {
    if (this.#requested) return;
    this.#requested = true;
    requestAnimationFrame(() => {
      this.#requested = false;
      this.draw();
    });
  }

  draw(): void {
    const content = this.#content;
    if (!content || this.canvas.clientWidth === 0) return;
    const ratio = window.devicePixelRatio || 1;
    const size = this.#devicePixels(ratio);
    const width = Math.max(1, size.width);
    const height = Math.max(1, size.height);
    if (this.canvas.width !== width || this.canvas.height !== height || !this.#image) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.#image = new ImageData(width, height);
      this.#pixels = new Uint32Array(this.#image.data.buffer);
    }
    if (!this.#glyphs || this.#ratio !== ratio) {
      this.#ratio = ratio;
      this.#glyphs = new Glyphs(this.#theme.font, Math.round(FONT_SIZE * ratio));
    }
    this.#clampScroll();
    const started = performance.now();
    drawScene(this.#pixels, width, height, this.#scene(content, ratio), this.#glyphs);
    this.canvas.getContext('2d', { alpha: false, willReadFrequently: true })!.putImageData(this.#image, 0, 0);
    this.lastDraw = performance.now() - started;
  }

  /** The observer's size, unless the layout has changed since. */
  #devicePixels(ratio: number): { width: number; height: number } {
    const width = Math.round(this.canvas.clientWidth * ratio);
    const height = Math.round(this.canvas.clientHeight * ratio);
    const told = this.#deviceSize;
    return told && Math.abs(told.width - width) <= 2 && Math.abs(told.height - height) <= 2
      ? told
      : { width, height };
  }

  /** Shows the whole width. */
  reset(): void {
    const { layout } = this.#content!;
    this.#setRange(0, layout.width);
  }

  zoomTo(box: number): void {
    const { layout } = this.#content!;
    this.#setRange(layout.left[box]!, layout.right[box]!);
    this.#reveal(this.#rowOf(box));
  }

  select(box: number): void {
    this.selected = box;
    if (box >= 0) {
      this.#reveal(this.#rowOf(box));
      this.#revealRange(box);
    }
    this.redraw();
    this.#events.select(box);
  }

  #scene(content: PaneContent, ratio: number): Scene {
    const theme = this.#theme;
    return {
      ...content,
      from: this.#from,
      to: this.#to,
      rowHeight: Math.round(ROW_HEIGHT * ratio),
      scroll: Math.round(this.#scroll * ratio),
      background: pixel(theme.background),
      selected: this.selected,
      hovered: this.#hovered,
      selectedColor: pixel(theme.highContrast ? theme.focus : theme.foreground),
      hoveredColor: pixel(theme.focus),
    };
  }

  #setRange(from: number, to: number): void {
    const whole = this.#content?.layout.width || 1;
    const width = Math.min(whole, Math.max(to - from, whole * DEEPEST_ZOOM));
    this.#from = Math.max(0, Math.min(from, whole - width));
    this.#to = this.#from + width;
    this.redraw();
  }

  #zoom(factor: number, at = 0.5): void {
    const width = this.#to - this.#from;
    const center = this.#from + width * at;
    this.#setRange(center - width * factor * at, center + width * factor * (1 - at));
  }

  #clampScroll(): void {
    const rows = this.#content ? rowCount(this.#content.layout) : 0;
    const most = Math.max(0, rows * ROW_HEIGHT - this.canvas.clientHeight + ROW_HEIGHT);
    this.#scroll = Math.max(0, Math.min(this.#scroll, most));
  }

  #reveal(row: number): void {
    const height = this.canvas.clientHeight;
    const top = row * ROW_HEIGHT;
    if (top < this.#scroll) this.#scroll = top;
    else if (top + ROW_HEIGHT > this.#scroll + height) this.#scroll = top + ROW_HEIGHT - height;
    this.redraw();
  }

  /** Moves or widens the range so that the box is seen. */
  #revealRange(box: number): void {
    const { layout } = this.#content!;
    const left = layout.left[box]!;
    const right = layout.right[box]!;
    const width = this.#to - this.#from;
    if (right > this.#from && left < this.#to && right - left > width / 500) return;
    const wanted = Math.max(Math.min(width, layout.width), (right - left) * 1.2);
    const narrow = right - left < width / 500 ? (right - left) * 20 : wanted;
    const middle = (left + right) / 2;
    this.#setRange(middle - narrow / 2, middle + narrow / 2);
  }

  #rowOf(box: number): number {
    const { rows } = this.#content!.layout;
    let low = 0;
    let high = rows.length - 1;
    while (low + 1 < high) {
      const middle = (low + high) >>> 1;
      if (rows[middle]! <= box) low = middle;
      else high = middle;
    }
    return low;
  }

  #boxAt(event: MouseEvent): number {
    const content = this.#content;
    if (!content) return -1;
    const { left, bottom, top, width } = this.canvas.getBoundingClientRect();
    const y = content.upright ? bottom - event.clientY : event.clientY - top;
    const row = Math.floor((y + this.#scroll) / ROW_HEIGHT);
    const x = this.#from + ((event.clientX - left) / width) * (this.#to - this.#from);
    return boxAt(content.layout, row, x);
  }

  #listen(): void {
    const { canvas } = this;
    canvas.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      this.#drag = {
        x: event.clientX,
        y: event.clientY,
        from: this.#from,
        to: this.#to,
        scroll: this.#scroll,
        moved: false,
      };
    });
    canvas.addEventListener('pointermove', (event) => this.#move(event));
    canvas.addEventListener('pointerup', (event) => {
      const drag = this.#drag;
      this.#drag = undefined;
      if (drag && !drag.moved) this.#click(event);
    });
    canvas.addEventListener('pointercancel', () => {
      this.#drag = undefined;
    });
    canvas.addEventListener('pointerleave', () => this.#hover(-1, 0, 0));
    canvas.addEventListener('dblclick', () => this.reset());
    canvas.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    canvas.addEventListener('keydown', (event) => this.#key(event));
  }

  #move(event: PointerEvent): void {
    const drag = this.#drag;
    if (!drag) {
      this.#hover(this.#boxAt(event), event.clientX, event.clientY);
      return;
    }
    if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > 3) drag.moved = true;
    if (!drag.moved) return;
    this.#hover(-1, 0, 0);
    const shift = ((event.clientX - drag.x) / this.canvas.clientWidth) * (drag.to - drag.from);
    const down = event.clientY - drag.y;
    this.#scroll = drag.scroll + (this.#content?.upright ? down : -down);
    this.#setRange(drag.from - shift, drag.to - shift);
  }

  #click(event: PointerEvent): void {
    const box = this.#boxAt(event);
    if (box >= 0 && (event.ctrlKey || event.metaKey)) {
      this.#events.open(box);
      return;
    }
    this.selected = box;
    if (box >= 0) this.zoomTo(box);
    this.redraw();
    this.#events.select(box);
  }

  #hover(box: number, x: number, y: number): void {
    if (box !== this.#hovered) {
      this.#hovered = box;
      this.redraw();
    }
    this.#events.hover(box, x, y);
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    this.#hover(-1, 0, 0);
    const { left, width } = this.canvas.getBoundingClientRect();
    if (event.ctrlKey || event.metaKey) {
      this.#zoom(Math.exp(Math.max(-50, Math.min(50, event.deltaY)) / 100), (event.clientX - left) / width);
      return;
    }
    const sideways = event.shiftKey ? event.deltaY : event.deltaX;
    const vertical = event.shiftKey ? 0 : event.deltaY;
    const shift = (sideways / this.canvas.clientWidth) * (this.#to - this.#from);
    this.#scroll += this.#content?.upright ? -vertical : vertical;
    this.#setRange(this.#from + shift, this.#to + shift);
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.#content) return;
    const width = this.#to - this.#from;
    const upright = this.#content.upright;
    switch (event.key) {
      case 'ArrowUp':
        this.#step(upright ? 'in' : 'out');
        break;
      case 'ArrowDown':
        this.#step(upright ? 'out' : 'in');
        break;
      case 'ArrowLeft':
        this.#step('left');
        break;
      case 'ArrowRight':
        this.#step('right');
        break;
      case 'Enter':
        if (this.selected >= 0) this.zoomTo(this.selected);
        break;
      case 'Escape':
      case '0':
        this.reset();
        break;
      case '+':
      case '=':
      case 'w':
        this.#zoom(0.8);
        break;
      case '-':
      case 's':
        this.#zoom(1.25);
        break;
      case 'a':
        this.#setRange(this.#from - width / 8, this.#to - width / 8);
        break;
      case 'd':
        this.#setRange(this.#from + width / 8, this.#to + width / 8);
        break;
      case 'PageUp':
      case 'PageDown':
        this.#scroll +=
          (event.key === 'PageDown') !== upright ? this.canvas.clientHeight : -this.canvas.clientHeight;
        this.redraw();
        break;
      case 'o':
        if (this.selected >= 0) this.#events.open(this.selected);
        break;
      default:
        return;
    }
    event.preventDefault();
  }

  /** Moves the selection along the graph. */
  #step(direction: 'in' | 'out' | 'left' | 'right'): void {
    const { layout } = this.#content!;
    if (layout.stack.length === 0) return;
    const box = this.selected;
    if (box < 0) {
      this.select(0);
      return;
    }
    const row = this.#rowOf(box);
    if (direction === 'left' || direction === 'right') {
      const to = direction === 'left' ? box - 1 : box + 1;
      if (to >= layout.rows[row]! && to < layout.rows[row + 1]!) this.select(to);
      return;
    }
    const to =
      direction === 'out'
        ? boxAt(layout, row - 1, layout.left[box]!)
        : this.#widestAbove(row + 1, layout.left[box]!, layout.right[box]!);
    if (to >= 0) this.select(to);
  }

  #widestAbove(row: number, left: number, right: number): number {
    const { layout } = this.#content!;
    if (row + 1 >= layout.rows.length) return -1;
    let widest = -1;
    for (let box = layout.rows[row]!; box < layout.rows[row + 1]!; box++) {
      if (layout.left[box]! < left) continue;
      if (layout.left[box]! >= right) break;
      if (widest < 0 || layout.right[box]! - layout.left[box]! > layout.right[widest]! - layout.left[widest]!)
        widest = box;
    }
    return widest;
  }
}
