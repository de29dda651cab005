import type { ByteSource } from '../../dump/byte-source.ts';
import { ProfileBuilder } from '../builder.ts';
import { JsonScanner } from '../json-scanner.ts';
import type { Frame, Profile } from '../profile.ts';
import type { ProfileReader } from './reader.ts';
import { V8Nodes } from './v8-nodes.ts';

/**
 * Chrome's trace events, as DevTools' Performance panel and `node --trace-event-categories` write them. CPU
 * profiles in them (Profile and ProfileChunk events) are shown; a trace without any shows its begun and ended
 * events (B, E and X).
 */
export const traceEventsReader: ProfileReader = {
  format: 'Chrome trace',
  recognizes: (_head, text) =>
    (/^\s*\{/.test(text) && /"traceEvents"\s*:\s*\[/.test(text)) ||
    (/^\s*\[\s*\{/.test(text) && /"ph"\s*:\s*"/.test(text)),
  read: readTrace,
};

interface TraceEvent {
  readonly ph?: string;
  readonly name?: string;
  readonly cat?: string;
  readonly id?: string | number;
  readonly pid?: number;
  readonly tid?: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly args?: {
    readonly name?: string;
    readonly data?: {
      readonly startTime?: number;
      readonly endTime?: number;
      readonly timeDeltas?: readonly number[];
      readonly cpuProfile?: {
        readonly nodes?: readonly ProfileNode[];
        readonly samples?: readonly number[];
        readonly startTime?: number;
        readonly endTime?: number;
        readonly timeDeltas?: readonly number[];
      };
    };
  };
}

interface ProfileNode {
  readonly id: number;
  readonly parent?: number;
  readonly children?: readonly number[];
  readonly callFrame?: {
    readonly functionName?: string;
    readonly url?: string;
    readonly lineNumber?: number;
    readonly columnNumber?: number;
  };
}

/** Begun, ended and complete events of one thread. */
interface ThreadEvents {
  readonly name: string;
  readonly events: { ts: number; dur: number; ph: string; name: string; cat: string }[];
}

interface TracedProfile {
  readonly nodes: V8Nodes;
  thread: string;
  /** Samples of the chunks; buffers of several threads may stand in the file in any order. */
  readonly chunks: { readonly ts: number; readonly samples: Int32Array; readonly deltas: Float64Array }[];
}

function readTrace(source: ByteSource): Profile {
  const profiles = new Map<string, TracedProfile>();
  const threads = new Map<string, ThreadEvents>();
  const threadNames = new Map<string, string>();

  for (const event of traceEvents(source)) {
    const thread = `${event.pid}:${event.tid}`;
    if (event.name === 'Profile' || event.name === 'ProfileChunk') {
      const key = `${event.pid}:${event.id ?? event.tid}`;
      let profile = profiles.get(key);
      if (!profile) {
        profile = { nodes: new V8Nodes(), thread, chunks: [] };
        profiles.set(key, profile);
      }
      // The Profile event stands in the thread that is profiled; the chunks may come from another one.
      if (event.name === 'Profile') profile.thread = thread;
      addChunk(profile, event);
    } else if (event.ph === 'M' && event.name === 'thread_name' && event.args?.name) {
      threadNames.set(thread, event.args.name);
    } else if ((event.ph === 'B' || event.ph === 'E' || event.ph === 'X') && event.ts !== undefined) {
      let of = threads.get(thread);
      if (!of) {
        of = { name: thread, events: [] };
        threads.set(thread, of);
      }
      const { ts, dur = 0, ph, name = '', cat = '' } = event;
      of.events.push({ ts, dur, ph, name, cat });
    }
  }

  const label = (thread: string) =>
    `${threadNames.get(thread) ?? 'thread'} (${thread.slice(thread.indexOf(':') + 1)})`;
  const builder = new ProfileBuilder(
    profiles.size > 0 ? 'Chrome trace, CPU profile' : 'Chrome trace, events',
    [
      { name: 'time', unit: 'microseconds' },
      { name: profiles.size > 0 ? 'samples' : 'events', unit: 'samples' },
    ],
  );
  for (const profile of profiles.values()) addSamples(profile);
  const kept = withoutDoubles([...profiles.values()]);
  for (const { nodes, thread } of kept) nodes.addTo(builder, label(thread));
  if (kept.length < profiles.size)
    builder.notes.push(
      `${profiles.size - kept.length} profiles of the same time and thread as a larger one are left out`,
    );
  if (profiles.size === 0) for (const of of threads.values()) addEvents(builder, of, label(of.name));
  return builder.done();
}

/** Two profilers of one thread (as of the trace and of --cpu-prof) see the same time twice: the larger one stays. */
function withoutDoubles(profiles: readonly TracedProfile[]): TracedProfile[] {
  const kept: TracedProfile[] = [];
  for (const profile of profiles.toSorted((a, b) => b.nodes.samples.length - a.nodes.samples.length)) {
    const { startTime, endTime } = profile.nodes;
    const isDouble = kept.some(
      ({ nodes, thread }) =>
        thread === profile.thread && nodes.startTime < endTime && startTime < nodes.endTime,
    );
    if (!isDouble) kept.push(profile);
  }
  return profiles.filter((profile) => kept.includes(profile));
}

/** The events one by one; each is small, the list is not. */
function* traceEvents(source: ByteSource): Generator<TraceEvent> {
  const json = new JsonScanner(source);
  if (json.peek() === 'array') {
    yield* elements(json);
    return;
  }
  json.enterObject();
  for (let key = json.key(); key !== undefined; key = json.key()) {
    if (key === 'traceEvents') yield* elements(json);
    else json.skip();
  }
}

function* elements(json: JsonScanner): Generator<TraceEvent> {
  json.enterArray();
  while (json.element()) {
    const event = json.value();
    if (typeof event === 'object' && event !== null) yield event as TraceEvent;
    // A trace that was cut off (the closing bracket is optional in this format) ends here.
    if (json.peek() === 'end') return;
  }
}

function addChunk({ nodes, chunks }: TracedProfile, event: TraceEvent): void {
  const data = event.args?.data;
  if (!data) return;
  const cpu = data.cpuProfile;
  const start = data.startTime ?? cpu?.startTime;
  if (start !== undefined && Number.isNaN(nodes.startTime)) nodes.startTime = start;
  const end = data.endTime ?? cpu?.endTime;
  if (end !== undefined) nodes.endTime = end;
  for (const node of cpu?.nodes ?? []) {
    const frame = node.callFrame ?? {};
    if (node.parent !== undefined) nodes.nextIsCalledBy(node.parent);
    for (const child of node.children ?? []) nodes.nextCalls(child);
    nodes.node(
      node.id,
      nodes.pool.numberOfText(frame.functionName ?? ''),
      nodes.pool.numberOfText(frame.url ?? ''),
      frame.lineNumber ?? -1,
      frame.columnNumber ?? -1,
      0,
    );
  }
  chunks.push({
    ts: event.ts ?? 0,
    samples: Int32Array.from(cpu?.samples ?? []),
    deltas: Float64Array.from(data.timeDeltas ?? cpu?.timeDeltas ?? []),
  });
}

function addSamples({ nodes, chunks }: TracedProfile): void {
  chunks.sort((a, b) => a.ts - b.ts);
  for (const { samples, deltas } of chunks) {
    for (const sample of samples) nodes.samples.push(sample);
    for (const delta of deltas) nodes.timeDeltas.push(delta);
  }
}

/** Events of a thread as stacks: an event lies in those that are open when it begins. */
function addEvents(builder: ProfileBuilder, { events }: ThreadEvents, threadName: string): void {
  const thread = builder.thread(threadName);
  const marks: { at: number; open: boolean; length: number; name: string; cat: string }[] = [];
  for (const { ts, dur, ph, name, cat } of events) {
    if (ph !== 'E')
      marks.push({ at: ts, open: true, length: ph === 'X' ? dur : Number.POSITIVE_INFINITY, name, cat });
    if (ph !== 'B') marks.push({ at: ts + (ph === 'X' ? dur : 0), open: false, length: dur, name, cat });
  }
  // At one time: what ends comes first (but not what begins there, too), the longer begins before the shorter.
  marks.sort(
    (a, b) =>
      a.at - b.at ||
      Number(a.open || a.length === 0) - Number(b.open || b.length === 0) ||
      (a.open && b.open ? b.length - a.length : Number(b.open) - Number(a.open)),
  );
  const begin = marks[0]?.at ?? 0;
  let stack = -1;
  let before = begin;
  for (const { at, open, name, cat } of marks) {
    if (stack >= 0 && at > before) builder.sample(stack, at - before, 1, before - begin, thread);
    before = at;
    if (open) stack = builder.stacks.push(stack, builder.frame(eventFrame(name, cat)));
    else if (stack >= 0) stack = builder.stacks.parent(stack);
  }
}

function eventFrame(name: string, category: string): Frame {
  const kind = /^V8\.GC|^(Minor|Major)GC/.test(name) ? 'gc' : /v8/.test(category) ? 'v8' : 'node';
  return { name, source: '', line: 0, column: 0, kind, tier: '', module: '' };
}
