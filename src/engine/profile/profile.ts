/**
 * One profile, whatever file or dump it comes from. Everything is columns: a frame, a stack and a sample are
 * row numbers. Stacks share their prefixes: a stack is its innermost frame and the stack of its caller.
 *
 * This folder's files outside `readers/` use no Node.js API: the viewer in the browser runs them, too.
 */

/** What a measure counts. Times are always microseconds. */
export type Unit = 'microseconds' | 'bytes' | 'samples' | 'count';

/** Whose code a frame is. `heap` is an object of the heap, in graphs of retained bytes. */
export const frameKinds = [
  'own',
  'dependency',
  'node',
  'v8',
  'native',
  'kernel',
  'gc',
  'idle',
  'program',
  'wasm',
  'heap',
] as const;
export type ProfileFrameKind = (typeof frameKinds)[number];

/** How V8 ran a JavaScript frame; the empty text where the profile does not say. */
export const frameTiers = ['', 'interpreted', 'baseline', 'maglev', 'turbofan'] as const;
export type FrameTier = (typeof frameTiers)[number];

/** One frame, as a reader gives it. */
export interface Frame {
  /** As the profile has it, without decoration; the empty text for an anonymous function. */
  readonly name: string;
  /** URL or path of the script; the empty text if there is none. */
  readonly source: string;
  /** 1-based; 0 if unknown. */
  readonly line: number;
  readonly column: number;
  readonly kind: ProfileFrameKind;
  readonly tier: FrameTier;
  /** Path of the executable or library of a native frame; the empty text if there is none. */
  readonly module: string;
}

/** Stacks as a forest of shared prefixes. A parent always has a smaller number than its children. */
export interface StackTable {
  /** Number of the caller's stack; -1 where this frame is the outermost. */
  readonly parent: Int32Array;
  /** Number of the innermost frame. */
  readonly frame: Int32Array;
}

/** A column of values, one for each sample. */
export interface Measure {
  readonly name: string;
  readonly unit: Unit;
  readonly values: Float64Array;
}

/** Samples in the file's order. */
export interface SampleTable {
  readonly stack: Int32Array;
  /** Microseconds since the profile's start; null where the profile has no times. */
  readonly time: Float64Array | null;
  /** Row of `threads`. */
  readonly thread: Int32Array;
}

/** What of a dump a profile shows. */
export const dumpSubjects = ['stacks', 'async', 'retained', 'allocations'] as const;
export type Subject = (typeof dumpSubjects)[number];

export interface Profile {
  /** The format's name, for people. */
  readonly format: string;
  readonly frames: readonly Frame[];
  readonly stacks: StackTable;
  readonly samples: SampleTable;
  /** At least one; the first is the one that is shown first. */
  readonly measures: readonly Measure[];
  readonly threads: readonly string[];
  /** What the reader left out or could not understand, for people. */
  readonly notes: readonly string[];
  /** `difference`: the measures are those of two merged profiles, in pairs: newer, older, newer, older, … */
  readonly type: 'profile' | 'difference';
  /** Of a dump: what this shows of it, and all that can be shown. */
  readonly dump?: { readonly subject: Subject; readonly subjects: readonly Subject[] };
}

export function total(measure: Measure): number {
  let sum = 0;
  for (const value of measure.values) sum += value;
  return sum;
}

/** A frame's name as it is shown: anonymous functions are named by their place. */
export function frameLabel(frame: Frame): string {
  if (frame.name !== '') return frame.name;
  if (frame.source === '') return '(anonymous)';
  const file = frame.source.slice(frame.source.lastIndexOf('/') + 1);
  return `${file}${frame.line > 0 ? `:${frame.line}` : ''} (anonymous)`;
}
