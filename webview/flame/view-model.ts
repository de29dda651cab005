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
  frameColor,
  luminance,
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

/** A tree that a pane draws. */
export interface Drawn {
  readonly profile: Profile;
  readonly weights: StackWeights;
  readonly layout: FlameLayout;
}

/** Everything that is derived from a profile and what was chosen; derived anew when one of them changes. */
export class ViewModel {
  readonly profile: Profile;
  readonly measure: Measure;
  readonly weights: StackWeights;
  readonly difference: DifferenceWeights | undefined;
  readonly state: ViewState;
  #functions: FunctionWeights | undefined;

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
    this.measure = this.profile.measures[Math.min(state.measure, this.profile.measures.length - 1)]!;
    if (this.profile.type === 'difference') {
      this.difference = differenceWeights(this.profile, state.scaled);
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

  /** The graph of the chosen view. */
  drawn(): Drawn {
    const { profile, weights, state } = this;
    switch (state.view) {
      case 'time':
        if (profile.type !== 'difference')
          return { profile, weights, layout: layout(profile, this.measure, 'time', state.thread) };
        break;
      case 'bottom-up':
        return drawnTree(bottomUp(profile, weights));
      case 'heavy':
        return { profile, weights, layout: treeLayout(profile, weights, 'heavy') };
    }
    return { profile, weights, layout: treeLayout(profile, weights, 'name') };
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
    return drawnTree(callersOf(this.profile, this.weights, frame));
  }

  callees(frame: number): Drawn {
    return drawnTree(calleesOf(this.profile, this.weights, frame));
  }
}

function drawnTree(tree: WeightedTree): Drawn {
  return {
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

/** Turns a graph into what a pane draws. */
export function paneContent(
  model: ViewModel,
  drawn: Drawn,
  theme: Theme,
  matchedFrames: Uint8Array | null,
  upright: boolean,
): PaneContent {
  const { frame, parent } = drawn.profile.stacks;
  const count = frame.length;
  const colors = new Uint32Array(count);
  const inks = new Uint32Array(count);
  let striped: Uint8Array | null = null;
  const whole = drawn.profile.stacks === model.profile.stacks;
  if (model.difference && whole) {
    striped = new Uint8Array(count);
    const { newer, older } = model.difference;
    for (let stack = 0; stack < count; stack++) {
      const after = newer.total[stack]!;
      const before = older.total[stack]!;
      const color = differenceColor(
        theme,
        after + before > 0 ? (after - before) / Math.max(after, before) : 0,
      );
      colors[stack] = pixel(theme.highContrast ? theme.background : color);
      inks[stack] = inkFor(theme, color);
      striped[stack] = Number(after === 0 && before > 0);
    }
  } else {
    const ofFrame = drawn.profile.frames.map((f) => frameColor(theme, f, model.state.colorBy));
    const pixels = Uint32Array.from(ofFrame, (color) => pixel(theme.highContrast ? theme.background : color));
    const inkOf = Uint32Array.from(ofFrame, (color) => inkFor(theme, color));
    for (let stack = 0; stack < count; stack++) {
      colors[stack] = pixels[frame[stack]!]!;
      inks[stack] = inkOf[frame[stack]!]!;
    }
  }
  const labels = drawn.profile.frames.map(frameLabel);
  const matched = matchedFrames ? Uint8Array.from(frame, (f) => matchedFrames[f]!) : null;
  return {
    layout: drawn.layout,
    upright,
    colors,
    inks,
    striped,
    matched,
    matchesBefore: matched ? matchCounts(drawn.layout, matched) : null,
    labels: (stack) => labels[frame[stack]!]!,
    parent,
  };
}

function matchCounts(flame: FlameLayout, matched: Uint8Array): Int32Array {
  const counts = new Int32Array(flame.stack.length + 1);
  for (let box = 0; box < flame.stack.length; box++)
    counts[box + 1] = counts[box]! + matched[flame.stack[box]!]!;
  return counts;
}

function inkFor(theme: Theme, color: Rgb): number {
  if (theme.highContrast) return pixel(theme.foreground);
  return pixel(luminance(color) > 0.45 ? [16, 16, 16] : [245, 245, 245]);
}
