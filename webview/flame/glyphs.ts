import type { Glyph, GlyphSource } from './raster.ts';

/**
 * Characters drawn once, at the screen's resolution, and set pixel by pixel afterwards: a picture with
 * thousands of labels costs no more than its pixels, and every letter stands on whole ones.
 */
export class Glyphs implements GlyphSource {
  /** Pixels. */
  readonly height: number;
  readonly ellipsis: Glyph;
  readonly #context: CanvasRenderingContext2D;
  readonly #baseline: number;
  readonly #glyphs = new Map<number, Glyph>();

  constructor(font: string, size: number) {
    const canvas = document.createElement('canvas');
    this.height = Math.ceil(size * 1.35);
    canvas.width = Math.ceil(size * 4);
    canvas.height = this.height;
    this.#context = canvas.getContext('2d', { willReadFrequently: true })!;
    this.#context.font = `${size}px ${font}`;
    this.#context.fillStyle = '#fff';
    this.#context.textBaseline = 'alphabetic';
    this.#baseline = Math.round(size * 1.02);
    this.ellipsis = this.get(0x2026);
  }

  get(codePoint: number): Glyph {
    let glyph = this.#glyphs.get(codePoint);
    if (glyph === undefined) {
      glyph = this.#draw(codePoint);
      this.#glyphs.set(codePoint, glyph);
    }
    return glyph;
  }

  #draw(codePoint: number): Glyph {
    // Control and bidirectional characters would move what follows them.
    const shown =
      codePoint < 0x20 ||
      (codePoint >= 0x7f && codePoint < 0xa0) ||
      (codePoint >= 0x202a && codePoint <= 0x202e)
        ? '\u00b7'
        : String.fromCodePoint(codePoint);
    const context = this.#context;
    const width = Math.max(1, Math.min(context.canvas.width, Math.round(context.measureText(shown).width)));
    context.clearRect(0, 0, context.canvas.width, this.height);
    context.fillText(shown, 0, this.#baseline);
    const { data } = context.getImageData(0, 0, width, this.height);
    const alpha = new Uint8Array(width * this.height);
    for (let i = 0; i < alpha.length; i++) alpha[i] = data[i * 4 + 3]!;
    return { width, alpha };
  }
}
