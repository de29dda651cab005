import { type DifferenceWeights, differenceWeights } from '../../src/engine/profile/difference.ts';
import { packageOf } from '../../src/engine/profile/frame-kind.ts';
import { type FunctionWeights, functionWeights } from '../../src/engine/profile/functions.ts';
import { bottomUp, calleesOf, callersOf, type WeightedTree } from '../../src/engine/profile/inverted.ts';
import { type FlameLayout, layout, treeLayout } from '../../src/engine/profile/layout.ts';
import {
  type Frame,
  frameLabel,
  type Measure,
  type Profile,
  type ProfileFrameKind,
} from '../../src/engine/profile/profile.ts';
import { type Grouping, transform } from '../../src/engine/profile/transform.ts';
import { type StackWeights, stackWeights } from '../../src/engine/profile/weights.ts';
import type { PaneContent } from './pane.ts';
import {
  type ColorBy,
  differenceColor,
  faded,
  frameColor,
  luminance,
  mix,
  pixel,
  type Rgb,
  type Theme,
} from './theme.ts';

export type ViewName = 'flame' | 'icicle' | 'heavy' | 'time' | 'sandwich' | 'bottom-up' | 'table';

/** Something that is focused on or hidden: all frames of a function, a file, a package or a kind. */
export interface Filter {
  readonly action: 'focus' | 'hide';
  readonly by: 'function' | 'file' | 'package' | 'kind';
  readonly key: string;
}

/** All that a person can choose; kept with the editor's state. */
export interface ViewState {
  view: ViewName;
  measure: number;
  thread: number;
  groupBy: Grouping;
  recursion: 'keep' | 'direct' | 'mutual';
  hideIdle: boolean;
  filters: readonly Filter[];
  colorBy: ColorBy;
  search: string;
  /** Name and source of the sandwich's function. */
  function: { name: string; source: string; line: number } | null;
  /** What widths are, of a difference. */
  widths: 'both' | 'newer' | 'older';
  scaled: boolean;
}

export const initialState: ViewState = {
  view: 'flame',
  measure: 0,
  thread: -1,
  groupBy: 'frame',
  recursion: 'keep',
  hideIdle: false,
  filters: [],
  colorBy: 'kind',
  search: '',
  function: null,
  widths: 'both',
  scaled: false,
};

const idleKinds: ReadonlySet<ProfileFrameKind> = new Set(['idle', 'program']);

/** Both sides of a difference. */
export type Sides = Pick<DifferenceWeights, 'newer' | 'older'>;

/** A tree that a pane draws. */
export interface Drawn {
  readonly profile: Profile;
  readonly weights: StackWeights;
  readonly layout: FlameLayout;
  /** Of a difference, what the stacks weigh on both sides. */
  readonly sides: Sides | undefined;
}

/** Everything that is derived from a profile and what was chosen; derived anew when one of them changes. */
export class ViewModel {
  readonly profile: Profile;
  readonly measure: Measure;
  readonly weights: StackWeights;
  readonly difference: DifferenceWeights | undefined;
  readonly state: ViewState;
  #functions: FunctionWeights | undefined;
  #sides: { newer: FunctionWeights; older: FunctionWeights } | undefined;

  constructor(base: Profile, state: ViewState) {
    this.state = state;
    const focus = framesOfFilters(base.frames, state.filters, 'focus');
    const hide = framesOfFilters(base.frames, state.filters, 'hide');
    const changes =
      state.groupBy !== 'frame' || state.recursion !== 'keep' || focus || hide || state.hideIdle;
    this.profile = changes
      ? transform(base, {
          groupBy: state.groupBy,
          collapseDirect: state.recursion !== 'keep',
          collapseMutual: state.recursion === 'mutual',
          ...(focus && { focus }),
          ...(hide && { hide }),
          ...(state.hideIdle && { dropKinds: idleKinds }),
        })
      : base;
    const { measures, type } = this.profile;
    const step = type === 'difference' ? 2 : 1;
    const chosen = Math.min(state.measure, measures.length / step - 1);
    this.measure = measures[step * chosen]!;
    if (type === 'difference') {
      this.difference = differenceWeights(this.profile, state.scaled, chosen);
      this.weights = {
        both: this.difference.union,
        newer: this.difference.newer,
        older: this.difference.older,
      }[state.widths];
    } else this.weights = stackWeights(this.profile, this.measure, state.thread);
  }

  get functions(): FunctionWeights {
    this.#functions ??= functionWeights(this.profile, this.weights);
    return this.#functions;
  }

  /** Of a difference: what the functions weigh on both sides. */
  get sidesOfFunctions(): { newer: FunctionWeights; older: FunctionWeights } | undefined {
    if (!this.difference) return undefined;
    this.#sides ??= {
      newer: functionWeights(this.profile, this.difference.newer),
      older: functionWeights(this.profile, this.difference.older),
    };
    return this.#sides;
  }

  /** The graph of the chosen view. */
  drawn(): Drawn {
    const { profile, weights, state, difference: sides } = this;
    if (state.view === 'bottom-up') return drawnTree(bottomUp(profile, weights, this.#aside));
    if (state.view === 'time' && !sides)
      return { profile, weights, layout: layout(profile, this.measure, 'time', state.thread), sides };
    const order = state.view === 'heavy' ? 'heavy' : 'name';
    return { profile, weights, layout: treeLayout(profile, weights, order), sides };
  }

  /** Number of the sandwich's function; the heaviest of our own where none was chosen. */
  sandwichFrame(): number {
    const wanted = this.state.function;
    if (wanted) {
      const found = this.profile.frames.findIndex(
        (f) => f.name === wanted.name && f.source === wanted.source && f.line === wanted.line,
      );
      if (found >= 0) return found;
    }
    let best = 0;
    const { self } = this.functions;
    for (let frame = 1; frame < self.length; frame++) if (self[frame]! > self[best]!) best = frame;
    return best;
  }

  callers(frame: number): Drawn {
    return drawnTree(callersOf(this.profile, this.weights, frame, this.#aside));
  }

  callees(frame: number): Drawn {
    return drawnTree(calleesOf(this.profile, this.weights, frame, this.#aside));
  }

  get #aside(): StackWeights[] {
    return this.difference ? [this.difference.newer, this.difference.older] : [];
  }
}

function drawnTree(tree: WeightedTree): Drawn {
  const [newer, older] = tree.aside;
  return {
    sides: newer && older && { newer, older },
    profile: tree.profile,
    weights: tree.weights,
    layout: treeLayout(tree.profile, tree.weights, 'heavy'),
  };
}

export function filterKey(frame: Frame, by: Filter['by']): string {
  switch (by) {
    case 'function':
      return `${frame.name}\0${frame.source}${frame.name === '' ? `\0${frame.line}:${frame.column}` : ''}`;
    case 'file':
      return frame.source || frame.module;
    case 'package':
      return packageOf(frame);
    case 'kind':
      return frame.kind;
  }
}

/** What a filter is called. */
export function filterLabel(filter: Filter): string {
  const [name, source] = filter.key.split('\0');
  return filter.by === 'function'
    ? name || `${source?.slice(source.lastIndexOf('/') + 1) ?? ''} (anonymous)`
    : filter.key.slice(filter.key.lastIndexOf('/') + 1);
}

function framesOfFilters(
  frames: readonly Frame[],
  filters: readonly Filter[],
  action: Filter['action'],
): ReadonlySet<number> | undefined {
  const wanted = filters.filter((f) => f.action === action);
  if (wanted.length === 0) return undefined;
  const found = new Set<number>();
  frames.forEach((frame, number) => {
    if (wanted.some((f) => filterKey(frame, f.by) === f.key)) found.add(number);
  });
  return found;
}

/** Which frames a search finds: a regular expression, or plain text where it is none. */
export function searchFrames(frames: readonly Frame[], text: string): Uint8Array | null {
  if (text === '') return null;
  let pattern: RegExp;
  try {
    pattern = new RegExp(text, 'i');
  } catch {
    pattern = new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'i');
  }
  return Uint8Array.from(frames, (f) => Number(pattern.test(`${frameLabel(f)} ${f.source || f.module}`)));
}

/** What lies in or under matched boxes, counted once. */
export function matchedWeight(drawn: Drawn, matchedFrames: Uint8Array): number {
  const { parent, frame } = drawn.profile.stacks;
  const covered = new Uint8Array(parent.length);
  let sum = 0;
  for (let stack = 0; stack < parent.length; stack++) {
    if (parent[stack]! >= 0 && covered[parent[stack]!] === 1) covered[stack] = 1;
    else if (matchedFrames[frame[stack]!] === 1) {
      covered[stack] = 1;
      sum += drawn.weights.total[stack]!;
    }
  }
  return sum;
}

/** Turns a graph into what a pane draws. Colours are worked out when a box is first seen. */
export function paneContent(
  model: ViewModel,
  drawn: Drawn,
  theme: Theme,
  matched: Uint8Array | null,
  upright: boolean,
): PaneContent {
  const { frames } = drawn.profile;
  const { frame } = drawn.profile.stacks;
  const { sides } = drawn;
  const fades = matched !== null && !theme.highContrast;
  const shown = (color: Rgb, f: number) => (fades && matched[f] === 0 ? faded(theme, color) : color);
  const colors = sides
    ? new Colors(theme, frame.length, (stack) => shown(changeColor(theme, sides, stack), frame[stack]!))
    : new Colors(theme, frames.length, (f) => shown(frameColor(theme, frames[f]!, model.state.colorBy), f));
  const row = sides ? (stack: number) => stack : (stack: number) => frame[stack]!;
  return {
    layout: drawn.layout,
    upright,
    frame,
    color: (stack) => colors.color(row(stack)),
    ink: (stack) => colors.ink(row(stack)),
    outline: theme.highContrast ? (stack) => colors.outline(row(stack)) : null,
    striped: sides ? (stack) => sides.newer.total[stack] === 0 && sides.older.total[stack]! > 0 : null,
    matched,
    matchColor: pixel(theme.highContrast ? theme.foreground : mix(theme.match, theme.foreground, 0.1)),
    matchInk: pixel(theme.highContrast ? theme.background : theme.dark ? [0, 0, 0] : [255, 255, 255]),
    matchesBefore: matched ? matchCounts(drawn, matched) : null,
    label: (stack) => frameLabel(frames[frame[stack]!]!),
  };
}

/** Pixels of colours and of the text on them, each worked out once. In high contrast the colour is the outline's. */
class Colors {
  readonly #theme: Theme;
  readonly #of: (row: number) => Rgb;
  /** 0 is unknown, as every pixel is opaque. */
  readonly #colors: Uint32Array;
  readonly #inks: Uint32Array;
  readonly #outlines: Uint32Array;

  constructor(theme: Theme, rows: number, of: (row: number) => Rgb) {
    this.#theme = theme;
    this.#of = of;
    this.#colors = new Uint32Array(rows);
    this.#inks = new Uint32Array(rows);
    this.#outlines = new Uint32Array(theme.highContrast ? rows : 0);
  }

  color(row: number): number {
    if (this.#colors[row] === 0) this.#fill(row);
    return this.#colors[row]!;
  }

  ink(row: number): number {
    if (this.#colors[row] === 0) this.#fill(row);
    return this.#inks[row]!;
  }

  outline(row: number): number {
    if (this.#colors[row] === 0) this.#fill(row);
    return this.#outlines[row]!;
  }

  #fill(row: number): void {
    const theme = this.#theme;
    const color = this.#of(row);
    if (theme.highContrast) this.#outlines[row] = pixel(color);
    this.#colors[row] = pixel(theme.highContrast ? theme.background : color);
    this.#inks[row] = inkFor(theme, color);
  }
}

function changeColor(theme: Theme, { newer, older }: Sides, stack: number): Rgb {
  const after = newer.total[stack]!;
  const before = older.total[stack]!;
  return differenceColor(theme, after + before > 0 ? (after - before) / Math.max(after, before) : 0);
}

function matchCounts({ layout: { stack }, profile }: Drawn, matched: Uint8Array): Int32Array {
  const { frame } = profile.stacks;
  const counts = new Int32Array(stack.length + 1);
  for (let box = 0; box < stack.length; box++) counts[box + 1] = counts[box]! + matched[frame[stack[box]!]!]!;
  return counts;
}

function inkFor(theme: Theme, color: Rgb): number {
  if (theme.highContrast) return pixel(theme.foreground);
  return pixel(luminance(color) > 0.45 ? [16, 16, 16] : [245, 245, 245]);
}
