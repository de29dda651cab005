import { packageOf } from '../../src/engine/profile/frame-kind.ts';
import type { Frame, ProfileFrameKind } from '../../src/engine/profile/profile.ts';

/** A colour as three numbers from 0 to 255. */
export type Rgb = readonly [number, number, number];

/** The editor's theme, as numbers that a drawing of pixels can use. */
export interface Theme {
  readonly background: Rgb;
  readonly foreground: Rgb;
  readonly focus: Rgb;
  readonly match: Rgb;
  readonly kinds: Readonly<Record<ProfileFrameKind, Rgb>>;
  readonly grown: Rgb;
  readonly shrunk: Rgb;
  readonly highContrast: boolean;
  readonly dark: boolean;
  readonly font: string;
}

const kindColors: Readonly<Record<ProfileFrameKind, readonly [variable: string, fallback: string]>> = {
  own: ['--vscode-charts-orange', '#d18616'],
  dependency: ['--vscode-charts-yellow', '#cca700'],
  node: ['--vscode-charts-green', '#89d185'],
  v8: ['--vscode-charts-blue', '#3794ff'],
  native: ['--vscode-charts-purple', '#b180d7'],
  kernel: ['--vscode-charts-red', '#f14c4c'],
  gc: ['--vscode-terminal-ansiMagenta', '#bc3fbc'],
  idle: ['--vscode-disabledForeground', '#8a8a8a'],
  program: ['--vscode-descriptionForeground', '#9d9d9d'],
  wasm: ['--vscode-terminal-ansiCyan', '#11a8cd'],
  heap: ['--vscode-charts-blue', '#3794ff'],
};

/** Reads the CSS variables that VS Code (or the page's own style) sets. */
export function readTheme(element: Element): Theme {
  const style = getComputedStyle(element);
  const read = (variable: string, fallback: string): Rgb =>
    parseColor(style.getPropertyValue(variable).trim()) ?? parseColor(fallback)!;
  const background = read('--vscode-editor-background', '#1f1f1f');
  const dark = luminance(background) < 0.4;
  const kinds = {} as Record<ProfileFrameKind, Rgb>;
  for (const [kind, [variable, fallback]] of Object.entries(kindColors))
    kinds[kind as ProfileFrameKind] = read(variable, fallback);
  return {
    background,
    foreground: read('--vscode-editor-foreground', dark ? '#cccccc' : '#333333'),
    focus: read('--vscode-focusBorder', '#0078d4'),
    match: read('--vscode-charts-purple', '#b180d7'),
    grown: read('--vscode-charts-red', '#f14c4c'),
    shrunk: read('--vscode-charts-blue', '#3794ff'),
    kinds,
    highContrast:
      document.body.classList.contains('vscode-high-contrast') ||
      document.body.classList.contains('vscode-high-contrast-light') ||
      matchMedia('(forced-colors: active), (prefers-contrast: more)').matches,
    dark,
    font: style.getPropertyValue('--vscode-editor-font-family').trim() || 'ui-monospace, monospace',
  };
}

/** `#rgb`, `#rrggbb`, `#rrggbbaa`, `rgb(…)` and `rgba(…)`, as VS Code writes them; the alpha is left out. */
export function parseColor(text: string): Rgb | undefined {
  const hex = /^#([0-9a-f]{3,8})$/i.exec(text)?.[1];
  if (hex !== undefined) {
    const full = hex.length < 6 ? [...hex].map((c) => c + c).join('') : hex;
    return [0, 2, 4].map((i) => Number.parseInt(full.slice(i, i + 2), 16)) as unknown as Rgb;
  }
  const parts = /^rgba?\(([^)]+)\)/.exec(text)?.[1]?.split(/[\s,/]+/);
  if (!parts || parts.length < 3) return undefined;
  return parts.slice(0, 3).map((part) => Math.round(Number.parseFloat(part))) as unknown as Rgb;
}

export function luminance([r, g, b]: Rgb): number {
  return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
}

export function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return [0, 1, 2].map((i) => Math.round(a[i]! * (1 - share) + b[i]! * share)) as unknown as Rgb;
}

/** As a pixel of ImageData on a little-endian machine. */
export function pixel([r, g, b]: Rgb): number {
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

export type ColorBy = 'kind' | 'package';

/** The colour of a frame's boxes: its kind's or package's, a little lighter or darker by its name. */
export function frameColor(theme: Theme, frame: Frame, by: ColorBy): Rgb {
  // Of objects of a heap only the class tells them apart.
  const base =
    frame.kind === 'heap'
      ? hueColor(theme, frame.name)
      : by === 'kind'
        ? theme.kinds[frame.kind]
        : hueColor(theme, packageOf(frame));
  const calm = mix(base, theme.background, theme.dark ? 0.32 : 0.38);
  const shade = (hash(frame.name) % 1000) / 1000 - 0.5;
  return mix(calm, shade > 0 ? theme.foreground : theme.background, Math.abs(shade) * 0.28);
}

function hueColor(theme: Theme, name: string): Rgb {
  const hue = hash(name) % 360;
  return hsl(hue, 0.5, theme.dark ? 0.52 : 0.58);
}

/** Boxes that a search did not find step back. */
export function faded(theme: Theme, color: Rgb): Rgb {
  return mix(color, theme.background, 0.72);
}

/** The colour of a difference: -1 vanished, 0 unchanged, 1 new. */
export function differenceColor(theme: Theme, change: number): Rgb {
  const neutral = mix(theme.foreground, theme.background, 0.72);
  const strength = Math.min(1, Math.abs(change)) ** 0.6;
  return mix(neutral, change > 0 ? theme.grown : theme.shrunk, strength * 0.85);
}

function hsl(hue: number, saturation: number, lightness: number): Rgb {
  const chroma = saturation * Math.min(lightness, 1 - lightness);
  const channel = (n: number) => {
    const k = (n + hue / 30) % 12;
    return Math.round(255 * (lightness - chroma * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}

export function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h ^= h >>> 15;
  return h >>> 0;
}

export function css([r, g, b]: Rgb): string {
  return `rgb(${r} ${g} ${b})`;
}
