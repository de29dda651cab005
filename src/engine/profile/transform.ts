import { Int32Column } from '../columns.ts';
import { packageOf } from './frame-kind.ts';
import type { Frame, Profile, ProfileFrameKind } from './profile.ts';
import { StackTableBuilder } from './stack-table.ts';

/** What frames are merged by; `function` puts together the tiers of one function. */
export type Grouping = 'frame' | 'function' | 'file' | 'package' | 'kind';

export interface Transform {
  readonly groupBy?: Grouping;
  /** Direct recursion becomes one frame. */
  readonly collapseDirect?: boolean;
  /** A frame that is open already takes back what was called in between. */
  readonly collapseMutual?: boolean;
  /** Only what is called by a frame of these, seen from there. */
  readonly focus?: ReadonlySet<number>;
  /** Frames that are taken out; what they called hangs on their callers. */
  readonly hide?: ReadonlySet<number>;
  /** Kinds whose frames are taken out in the same way. */
  readonly hideKinds?: ReadonlySet<ProfileFrameKind>;
  /** Samples in which the process was idle or outside JavaScript are left out. */
  readonly dropKinds?: ReadonlySet<ProfileFrameKind>;
}

/** Callers among which an open frame is looked for. */
const FARTHEST_CYCLE = 20_000;

/** The profile as if it had been recorded that way. Frame numbers of `focus` and `hide` are the profile's. */
export function transform(profile: Profile, change: Transform): Profile {
  const grouped = groupFrames(profile, change.groupBy ?? 'frame');
  const { parent, frame } = profile.stacks;
  const builder = new StackTableBuilder();
  /** New stack of each old one: -1 none, -2 not in focus. */
  const renumbered = new Int32Array(parent.length);
  const merges = change.groupBy !== undefined && change.groupBy !== 'frame' && change.groupBy !== 'function';
  for (let stack = 0; stack < parent.length; stack++) {
    const own = frame[stack]!;
    const above = parent[stack]! < 0 ? (change.focus ? -2 : -1) : renumbered[parent[stack]!]!;
    renumbered[stack] = place(own, above);
  }

  function place(own: number, above: number): number {
    const inFocus = above !== -2;
    if (!inFocus && !change.focus!.has(own)) return -2;
    if (change.hide?.has(own) || change.hideKinds?.has(profile.frames[own]!.kind))
      return inFocus ? above : -1;
    const caller = inFocus ? above : -1;
    const group = grouped.groupOf[own]!;
    if (caller >= 0 && (change.collapseDirect || merges) && builder.frame(caller) === group) return caller;
    if (change.collapseMutual) {
      let steps = 0;
      for (let at = caller; at >= 0 && steps < FARTHEST_CYCLE; at = builder.parent(at), steps++)
        if (builder.frame(at) === group) return at;
    }
    return builder.push(caller, group);
  }

  return withStacks(profile, grouped.frames, builder, renumbered, change.dropKinds);
}

function withStacks(
  profile: Profile,
  frames: readonly Frame[],
  builder: StackTableBuilder,
  renumbered: Int32Array,
  dropKinds: ReadonlySet<ProfileFrameKind> | undefined,
): Profile {
  const { samples, stacks } = profile;
  const kept = new Int32Column(Math.max(16, samples.stack.length));
  for (let i = 0; i < samples.stack.length; i++) {
    const old = samples.stack[i]!;
    if (renumbered[old]! < 0) continue;
    if (dropKinds?.has(profile.frames[stacks.frame[old]!]!.kind)) continue;
    kept.push(i);
  }
  const rows = kept.done();
  return {
    ...profile,
    frames,
    stacks: builder.done(),
    samples: {
      stack: Int32Array.from(rows, (row) => renumbered[samples.stack[row]!]!),
      thread: Int32Array.from(rows, (row) => samples.thread[row]!),
      time: samples.time ? Float64Array.from(rows, (row) => samples.time![row]!) : null,
    },
    measures: profile.measures.map((m) => ({
      ...m,
      values: Float64Array.from(rows, (row) => m.values[row]!),
    })),
  };
}

/** Frames put together, and the group of every frame. */
export function groupFrames(
  profile: Profile,
  by: Grouping,
): { frames: readonly Frame[]; groupOf: Int32Array } {
  if (by === 'frame') return { frames: profile.frames, groupOf: Int32Array.from(profile.frames.keys()) };
  const frames: Frame[] = [];
  const numbers = new Map<string, number>();
  const groupOf = Int32Array.from(profile.frames, (frame) => {
    const group = groupOfFrame(frame, by);
    const key = `${group.name}\0${group.source}\0${group.line}\0${group.column}\0${group.module}\0${group.kind}`;
    let number = numbers.get(key);
    if (number === undefined) {
      number = frames.push(group) - 1;
      numbers.set(key, number);
    }
    return number;
  });
  return { frames, groupOf };
}

function groupOfFrame(frame: Frame, by: Exclude<Grouping, 'frame'>): Frame {
  const { kind } = frame;
  const none = { source: '', line: 0, column: 0, tier: '', module: '' } as const;
  switch (by) {
    case 'function':
      return { ...frame, tier: '' };
    case 'file':
      return { ...none, name: frame.source || frame.module || `(${kind})`, source: frame.source, kind };
    case 'package':
      return { ...none, name: packageOf(frame), kind };
    case 'kind':
      return { ...none, name: frame.tier ? `${kind}, ${frame.tier}` : kind, kind };
  }
}
