import { fileURLToPath } from 'node:url';
import { isAbsent } from '../../src/engine/absence.ts';
import { frameInfo } from '../../src/engine/report/frame.ts';
import type { CoreSession } from '../../src/engine/session.ts';
import type { StackFrame } from '../../src/engine/stack/frame.ts';
import type { Inspector, Property } from '../../src/engine/v8/inspect.ts';
import type { FrameScope } from '../../src/engine/v8/scopes/frame-scopes.ts';
import { frameThis, lexicalThis } from '../../src/engine/v8/scopes/frame-this.ts';
import { type ComparedScope, wasNeverAllocated, withoutOwnContext } from './debugger-limits.ts';
import { isPauseScript } from './pause-script.ts';
import type { RecordedFrame, RecordedValue, Recording } from './recording.ts';
import { type Tally, tally } from './tally.ts';
import { isPrivateSymbol, ValueComparison } from './value-comparison.ts';

export const aspects = [
  'frames',
  'functions',
  'positions',
  'scopes',
  'variables',
  'values',
  'async',
] as const;
export type Aspect = (typeof aspects)[number];

export interface Comparison {
  readonly scores: Readonly<Record<Aspect, Tally>>;
  /** By tier, what was compared of its frames: positions and variables. */
  readonly tiers: ReadonlyMap<string, Pick<Tally, 'right' | 'all'>>;
  /** What differs: aspect, where, what the debugger showed, what we show. */
  readonly misses: readonly string[];
}

/** Compares what the live debugger showed with what the engine reads from the core. */
export function compare(recording: Recording, session: CoreSession): Comparison {
  return new RecordingComparison(session).run(recording);
}

interface EngineFrame {
  readonly index: number;
  readonly frame: StackFrame;
}

class RecordingComparison {
  readonly #session: CoreSession;
  readonly #scores = Object.fromEntries(aspects.map((a) => [a, tally()])) as Record<Aspect, Tally>;
  readonly #tiers = new Map<string, { right: number; all: number }>();
  readonly #misses: string[] = [];
  /** The debugger of 18 and 20 shows `undefined` for variables in their dead zone and for those optimized out. */
  #undefinedForAbsent = false;

  constructor(session: CoreSession) {
    this.#session = session;
  }

  run(recording: Recording): Comparison {
    this.#undefinedForAbsent = /^v(18|20)\./.test(recording.nodeVersion);
    const tid = this.#session.core.threads[0]!.tid;
    const ours = scriptFrames(this.#session, tid);
    for (let i = 0; i < Math.max(ours.length, recording.frames.length); i++) {
      const theirs = recording.frames[i];
      const own = ours[i];
      const where = `frame ${i} ${theirs ? theirs.functionName || '(anonymous)' : ''}`;
      if (theirs && own && samePath(theirs.url, urlOf(own.frame))) {
        this.#scores.frames.count(true);
        const before = this.#ofTier();
        this.#frame(where, theirs, own, tid);
        if (own.frame.js) this.#countTier(own.frame.js.tier ?? 'unknown', before);
      } else {
        this.#miss('frames', where, theirs ? `${theirs.url}:${theirs.line}` : 'no frame', describe(own));
      }
    }
    this.#async(recording, tid);
    return { scores: this.#scores, tiers: this.#tiers, misses: this.#misses };
  }

  #ofTier(): { right: number; all: number } {
    const { positions, variables } = this.#scores;
    return { right: positions.right + variables.right, all: positions.all + variables.all };
  }

  #countTier(tier: string, before: { right: number; all: number }): void {
    const now = this.#ofTier();
    const sum = this.#tiers.get(tier) ?? { right: 0, all: 0 };
    sum.right += now.right - before.right;
    sum.all += now.all - before.all;
    this.#tiers.set(tier, sum);
  }

  #frame(where: string, theirs: RecordedFrame, own: EngineFrame, tid: number): void {
    const { frame } = own;
    this.#check('functions', where, theirs.functionName, frame.functionName ?? '');
    const { line, column } = frameInfo(frame);
    this.#check('positions', where, `${theirs.line}:${theirs.column}`, `${line}:${column}`);
    // V8 keeps the locals of WebAssembly for debuggers alone.
    if (frame.kind === 'wasm') return;
    const values = this.#values();
    const inspector = this.#session.inspectorOf(frame.js!.isolate);
    const receiver = frameThis(frame.js!, inspector);
    // The debugger looks for it in one context, and not at all for asynchronous functions.
    const isBeyond = /^(undefined|global)$/.test(theirs.receiver.className ?? theirs.receiver.type);
    if (!isBeyond || lexicalThis(frame.js!, inspector) === undefined)
      values.value(`${where}: this`, theirs.receiver, receiver, inspector, 'values');
    // V8 gives up where it fails to parse a function anew, as some lines do for class initializers.
    if (theirs.scopes.length === 0) return;
    const scopes = this.#session.scopes(tid, own.index);
    const theirScopes = withoutOwnContext(theirs.scopes);
    for (let i = 0; i < Math.max(scopes.length, theirScopes.length); i++) {
      const scope = theirScopes[i];
      const mine = scopes[i];
      const label = `${where}: scope ${i} ${scope?.type ?? ''}`;
      const shown = mine && `${mine.kind} ${mine.name ?? ''}`;
      if (scope && mine && scope.type === mine.kind && (scope.name ?? '') === (mine.name ?? '')) {
        this.#scores.scopes.count(true);
        this.#scope(label, scope, mine, own);
        continue;
      }
      this.#miss('scopes', label, scope ? `${scope.type} ${scope.name ?? ''}` : 'none', shown ?? 'none');
      for (const variable of scope?.variables ?? []) {
        if (variable.value) this.#miss('variables', `${label}: ${variable.name}`, 'a value', 'no such scope');
      }
    }
  }

  #scope(label: string, theirs: ComparedScope, mine: FrameScope, own: EngineFrame): void {
    const { isolate } = own.frame.js!;
    const inspector = this.#session.inspectorOf(isolate);
    const { memory } = isolate.runtime;
    const byName = new Map(mine.variables.map((variable) => [variable.name, variable]));
    for (const { name, value, accessor } of theirs.variables) {
      const variable = byName.get(name);
      byName.delete(name);
      const where = `${label}: ${name}`;
      if (variable === undefined) {
        this.#miss('variables', where, value?.description ?? 'unavailable', mine.note ?? 'no variable');
      } else if (value === null && isPrivateSymbol(variable.value, inspector)) {
      } else if (this.#showsNothing(value) && wasNeverAllocated(variable.value, memory)) {
      } else if (value === null) {
        // What the debugger does not show must not get a value here.
        const none = variable.kind === 'accessor' ? accessor : isAbsent(inspector.preview(variable.value));
        if (none) this.#scores.variables.count(true);
        else this.#miss('variables', where, 'unavailable', 'a value');
      } else if (this.#showsNothing(value) && isUnavailable(variable, inspector)) {
        this.#scores.variables.count(true);
      } else {
        this.#values().value(where, value, variable.value, inspector, 'variables');
      }
    }
    if (theirs.isPart) return;
    for (const [name, variable] of byName) {
      // The debugger leaves out the arguments that no code needs any more.
      if (name === 'arguments' && isAbsent(inspector.preview(variable.value))) continue;
      this.#miss('variables', `${label}: ${name}`, 'no variable', 'a variable');
    }
  }

  #showsNothing(value: RecordedValue | null): boolean {
    return value === null || (this.#undefinedForAbsent && value.type === 'undefined');
  }

  #async(recording: Recording, tid: number): void {
    const { asyncFrames } = this.#session.stack(tid);
    const ours = asyncFrames.flatMap(({ label, frames }) =>
      frames.length === 0 ? [label] : frames.map(({ line, column }) => `${line}:${column}`),
    );
    for (const [i, line] of recording.asyncFrames.entries()) {
      // Promise.all and its like have no position, but the index of what they still wait for.
      const theirs = /:(\d+:\d+)\)?$/.exec(line)?.[1] ?? line.replace(/^at async (.*) \(index \d+\)$/, '$1');
      this.#check('async', line, theirs, ours[i] ?? 'none');
    }
  }

  #values(): ValueComparison {
    return new ValueComparison((aspect, ok, where, theirs, mine) => {
      if (ok) this.#scores[aspect].count(true);
      else this.#miss(aspect, where, theirs, mine);
    });
  }

  #check(aspect: Aspect, where: string, theirs: string, ours: string): void {
    if (theirs === ours) this.#scores[aspect].count(true);
    else this.#miss(aspect, where, theirs, ours);
  }

  #miss(aspect: Aspect, where: string, theirs: string, ours: string): void {
    this.#scores[aspect].count(false);
    this.#misses.push(`${aspect}: ${where}: debugger ${short(theirs)}, core ${short(ours)}`);
  }
}

/** Frames of scripts and of WebAssembly: the debugger leaves out the builtins. */
export function scriptFrames(session: CoreSession, tid: number): EngineFrame[] {
  return session
    .thread(tid)
    .frames.map((frame, index) => ({ index, frame }))
    .filter(({ frame }) => frame.kind === 'wasm' || (frame.kind === 'js' && frame.js?.script !== undefined))
    .filter(({ frame }) => !isPauseScript(frame.js?.url ?? ''));
}

function urlOf({ js, wasm }: StackFrame): string {
  return js?.url ?? wasm?.url ?? '';
}

function describe(own: EngineFrame | undefined): string {
  if (own === undefined) return 'no frame';
  const { functionName, js } = own.frame;
  return `${functionName} ${js?.url}:${js?.position?.line}`;
}

function isUnavailable(variable: Property, inspector: Inspector): boolean {
  const preview = inspector.preview(variable.value);
  return isAbsent(preview) && /^(not initialized yet|optimized out)/.test(preview.reason);
}

/** The inspector turns paths into file URLs. */
function samePath(recorded: string, ours: string): boolean {
  return recorded === ours || (recorded.startsWith('file://') && pathOf(recorded) === ours);
}

/** The path of a file URL of either system. */
function pathOf(url: string): string {
  const windows = /^file:\/\/\/([A-Za-z]:\/.*)$/.exec(url)?.[1];
  return windows === undefined ? fileURLToPath(url) : decodeURIComponent(windows).replaceAll('/', '\\');
}

function short(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 120 ? `${line.slice(0, 117)}…` : line;
}
