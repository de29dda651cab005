import type { FrameInfo, StackInfo } from '../../contract.ts';
import { ProfileBuilder } from '../builder.ts';
import { nativeKind, scriptKind } from '../frame-kind.ts';
import type { Frame, Profile, ProfileFrameKind } from '../profile.ts';

/** One core's threads, with a name for the core where there are several. */
export interface CoreStacks {
  readonly name: string;
  readonly threads: readonly StackInfo[];
}

/** All thread stacks of one or several cores in one graph; every thread counts one. */
export function threadStacksProfile(cores: readonly CoreStacks[]): Profile {
  const builder = new ProfileBuilder(
    cores.length === 1 ? 'stacks of a core' : `stacks of ${cores.length} cores`,
    [{ name: 'threads', unit: 'count' }],
  );
  for (const core of cores) {
    for (const thread of core.threads) {
      const stack = pushFrames(builder, -1, thread.frames);
      if (stack < 0) {
        builder.notes.push(`thread ${thread.id} has no frames: ${thread.end}`);
        continue;
      }
      builder.sample(stack, 1, 0, Number.NaN, builder.thread(threadName(core, thread, cores.length > 1)));
    }
  }
  return builder.done();
}

/** Frames come innermost first. */
export function pushFrames(builder: ProfileBuilder, stack: number, frames: readonly FrameInfo[]): number {
  let at = stack;
  for (let i = frames.length - 1; i >= 0; i--)
    at = builder.stacks.push(at, builder.frame(stackFrame(frames[i]!)));
  return at;
}

export function threadName(core: { readonly name: string }, thread: StackInfo, several: boolean): string {
  const name = `${thread.name ?? 'thread'} (${thread.id})`;
  return several ? `${core.name}: ${name}` : name;
}

function stackFrame(info: FrameInfo): Frame {
  const source = info.original?.source ?? info.source ?? '';
  const name = info.original?.name ?? info.function ?? '';
  return {
    name: name === '' && info.kind !== 'js' ? unnamed(info.module) : name,
    source,
    line: info.original?.line ?? info.line ?? 0,
    column: info.original?.column ?? info.column ?? 0,
    kind: kindOf(info, source, name),
    tier: info.tier ?? '',
    module: info.module ?? '',
  };
}

/** As perf names code without a symbol. */
function unnamed(module: string | null): string {
  return module === null ? '[unknown]' : `[${module.slice(module.lastIndexOf('/') + 1)}]`;
}

function kindOf(info: FrameInfo, source: string, name: string): ProfileFrameKind {
  switch (info.kind) {
    case 'js':
      return source === '' ? 'v8' : scriptKind(source);
    case 'wasm':
      return 'wasm';
    case 'native':
      return nativeKind(name, info.module ?? '');
    default:
      return 'v8';
  }
}
