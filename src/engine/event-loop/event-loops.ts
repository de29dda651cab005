import { attemptOr } from '../absence.ts';
import { type Address, hex, type Tagged } from '../address.ts';
import type {
  CallbackInfo,
  EventLoopInfo,
  EventLoopsInfo,
  LoopHandleInfo,
  LoopImmediateInfo,
  LoopRequestInfo,
  LoopTimerInfo,
} from '../contract.ts';
import { strongHandles } from '../heap-graph/roots.ts';
import type { CoreSession } from '../session.ts';
import type { Isolate } from '../v8/isolate.ts';
import { environmentOf } from '../v8/node-environment.ts';
import { Callbacks } from './callbacks.ts';
import { loopNow } from './clock.ts';
import { HandleDetails } from './handle-details.ts';
import { loopOf, type UvHandle, type UvLoop } from './loop.ts';
import { MessagePorts } from './message-ports.ts';
import { NativeFunctions } from './native-functions.ts';
import { addressOf, Objects } from './objects.ts';
import { ownPurposes } from './own-handles.ts';
import { counted, Owners } from './owners.ts';
import { RequestDetails } from './request-details.ts';
import { runningIn } from './running.ts';
import { threadPoolJobs } from './thread-pool-jobs.ts';
import { type Immediate, type Timer, type TimerState, timersOf } from './timer-lists.ts';
import { type NodeRequests, requestsOf, wrapperOf } from './wraps.ts';

/**
 * What the event loops of the process waited for: handles and requests of libuv, timers and immediates of Node, of all
 * isolates or of one. What cannot be told is null, or missing with a note. Throws NO_SUCH_ISOLATE, and what
 * `requireRuntime` throws.
 */
export function eventLoopsOf(session: CoreSession, isolate?: number): EventLoopsInfo {
  const isolates =
    isolate === undefined ? session.requireRuntime().isolates : [session.isolateFor({ isolate })];
  const result: EventLoopsInfo = {
    loops: [],
    handles: [],
    requests: [],
    timers: [],
    immediates: [],
    notes: [],
  };
  if (isolates.length === 0) result.notes.push('no isolate was found, and so no event loop');
  for (const one of isolates) new LoopReader(session, one, result).read();
  result.timers.sort((a, b) => (a.dueIn ?? Number.POSITIVE_INFINITY) - (b.dueIn ?? Number.POSITIVE_INFINITY));
  return result;
}

/** Whether timers/promises or a program’s own code made a timer so is not to be seen. */
const RESOLVES = 'resolves a promise, as timers/promises does';

/** Reads the loop of one isolate into a result. */
class LoopReader {
  readonly #session: CoreSession;
  readonly #isolate: Isolate;
  readonly #result: EventLoopsInfo;
  readonly #objects: Objects;
  readonly #owners: Owners;
  readonly #callbacks: Callbacks;
  /** Descriptors of the objects that own handles. */
  readonly #descriptors = new Map<Tagged, number>();

  /** Slots of global handles that are not weak. */
  readonly #strongHandles: readonly Address[];

  constructor(session: CoreSession, isolate: Isolate, result: EventLoopsInfo) {
    this.#session = session;
    this.#isolate = isolate;
    this.#result = result;
    this.#objects = new Objects(session.inspectorOf(isolate));
    this.#owners = new Owners(this.#objects);
    this.#callbacks = new Callbacks(session, isolate, this.#objects);
    this.#strongHandles = attemptOr([], () => strongHandles(isolate));
  }

  read(): void {
    const { view } = this.#objects;
    const environment = environmentOf(view);
    const loop = environment && attemptOr(undefined, () => loopOf(view.memory, view.layout, environment));
    if (environment === undefined) this.#note('has no environment of Node');
    else if (!loop) this.#note('its event loop was not found: handles and requests are missing');
    const info: EventLoopInfo = {
      isolate: this.#isolate.index,
      thread: this.#isolate.thread ?? null,
      address: loop ? hex(loop.address) : null,
      activeHandles: loop?.activeHandles ?? null,
      activeRequests: loop?.activeRequests ?? null,
      now: null,
      running: { timer: null, immediate: null },
    };
    this.#result.loops.push(info);
    const purposes = loop && environment ? ownPurposes(view, environment, loop) : new Map<Address, string>();
    let queue: Address | undefined;
    if (loop && environment !== undefined) {
      const wraps = loop.handles.map((handle) => wrapperOf(view, handle.data));
      const lost = wraps.filter((wrap) => wrap === 'lost').length;
      if (lost > 0) this.#note(`the objects of ${counted(lost, 'handle')} cannot be read`);
      const natives = loop.handles.flatMap((handle, i) =>
        typeof wraps[i] === 'number' ? [handle.data] : [],
      );
      const requests = attemptOr(undefined, () => requestsOf(view, environment, natives));
      queue = requests?.queue;
      const connects = this.#requests(requests, loop, wraps);
      this.#handles(loop, wraps, purposes, connects);
    }
    const state = attemptOr(undefined, () =>
      timersOf(this.#objects, this.#strongHandles, runningIn(this.#session, this.#isolate)),
    );
    if (!state) {
      if (environment !== undefined) this.#note('its timers were not found');
      return;
    }
    info.now = this.#now(environment, loop, state, queue);
    const { timer, immediate } = state.running;
    info.running = {
      timer: timer ? this.#timer(timer, info.now) : null,
      immediate: immediate ? this.#immediate(immediate) : null,
    };
    this.#timers(state, info.now);
    this.#immediates(state);
    const partial = state.timers.filter((t) => [t.start, t.duration, t.callback].includes(undefined)).length;
    if (partial > 0) this.#note(`${counted(partial, 'timer')} cannot be read as a whole`);
    if (this.#objects.isLacking) this.#note('objects of Node cannot be read: details may be missing');
  }

  #note(text: string): void {
    this.#result.notes.push(`isolate ${this.#isolate.index}: ${text}`);
  }

  #handles(
    loop: UvLoop,
    wraps: readonly (Tagged | 'lost' | undefined)[],
    purposes: ReadonlyMap<Address, string>,
    connects: ReadonlyMap<Address, string>,
  ): void {
    const { flags } = this.#objects.view.layout.libuv;
    if (!loop.isWhole) this.#note('its list of handles breaks off: some are missing');
    const owners = wraps.map((wrap) => (typeof wrap === 'number' ? this.#owners.ownerOf(wrap) : undefined));
    for (const [i, { type }] of loop.handles.entries())
      if (type === 'process' && owners[i] !== undefined) this.#owners.addChild(owners[i]);
    const sources = {
      objects: this.#objects,
      owners: this.#owners,
      ports: new MessagePorts(this.#objects, this.#callbacks),
      functions: new NativeFunctions(this.#session.modules.modules),
    };
    const details = new HandleDetails(sources, loop, connects);
    let counting = 0;
    for (const [i, handle] of loop.handles.entries()) {
      const known = wraps[i];
      const wrap = known === 'lost' ? undefined : known;
      const owner = owners[i];
      const active = (handle.flags & flags.active) !== 0;
      const referenced = (handle.flags & flags.referenced) !== 0;
      if (active && referenced) counting++;
      const purpose = purposes.get(handle.address);
      const { fd, bytesQueued, parts } = details.of(handle, wrap, owner, purpose !== undefined);
      if (owner !== undefined && fd !== undefined) this.#descriptors.set(owner, fd);
      const detail = [...(purpose === undefined ? [] : [purpose]), ...parts].join(', ');
      this.#result.handles.push({
        isolate: this.#isolate.index,
        type: this.#objects.className(wrap) ?? handle.type,
        active,
        referenced,
        closing: (handle.flags & (flags.closing | flags.closed)) !== 0,
        internal: known === undefined,
        fd: fd ?? null,
        address: addressOf(wrap),
        handle: hex(handle.address),
        owner: this.#objects.className(owner) ?? null,
        ownerAddress: addressOf(owner),
        bytesQueued: bytesQueued ?? null,
        detail: detail === '' ? null : detail,
      } satisfies LoopHandleInfo);
    }
    if (loop.isWhole && counting !== loop.activeHandles)
      this.#note(
        `libuv counts ${counted(loop.activeHandles, 'handle')} that are active and referenced, its list has ${counting}`,
      );
  }

  /** Returns where connections go that are being made, by their uv_connect_t. */
  #requests(
    found: NodeRequests | undefined,
    loop: UvLoop,
    wraps: readonly (Tagged | 'lost' | undefined)[],
  ): ReadonlyMap<Address, string> {
    const connects = new Map<Address, string>();
    const details = new RequestDetails(this.#objects, this.#owners, this.#callbacks);
    const requests = found?.requests ?? [];
    if (!found) this.#note(`Node’s list of requests was not found; libuv counts ${loop.activeRequests}`);
    else if (!found.isWhole) this.#note('Node’s list of requests breaks off: some are missing');
    for (const request of requests) {
      const detail = details.of(request);
      if (request.request !== undefined && detail !== undefined) connects.set(request.request, detail);
      this.#addRequest(request.object, detail, details);
    }
    const known = new Set(wraps.flatMap((wrap) => (typeof wrap === 'number' ? [wrap] : [])));
    for (const { object } of requests) known.add(object);
    const jobs = threadPoolJobs(this.#objects, this.#strongHandles, known);
    for (const job of jobs) this.#addRequest(job, details.ofJob(job), details);
    const more = loop.activeRequests - requests.filter((r) => r.request !== undefined).length - jobs.length;
    if (found?.isWhole && more > 0)
      this.#note(
        `libuv counts ${counted(more, 'request')} more than are known, of native code or of jobs of the thread pool`,
      );
    if (found?.isWhole && more < 0)
      this.#note(`libuv counts ${counted(-more, 'request')} less: some of the jobs have ended`);
    return connects;
  }

  #addRequest(object: Tagged, detail: string | undefined, details: RequestDetails): void {
    this.#result.requests.push({
      isolate: this.#isolate.index,
      type: this.#objects.className(object) ?? 'request',
      address: addressOf(object),
      detail: detail ?? null,
      callback: details.callbackOf(object) ?? null,
    } satisfies LoopRequestInfo);
  }

  #now(
    environment: Address | undefined,
    loop: UvLoop | undefined,
    state: TimerState,
    end: Address | undefined,
  ): number | null {
    const { view } = this.#objects;
    if (environment === undefined || loop === undefined) return null;
    const starts = state.timers.flatMap(({ start }) => start ?? []);
    const now = attemptOr(undefined, () =>
      loopNow(view, environment, loop, {
        ownTimer: this.#ownTimer(environment, loop),
        end,
        nextExpiry: state.nextExpiry,
        latestStart: starts.reduce((a, b) => Math.max(a, b), 0),
      }),
    );
    if (now === undefined && state.timers.length > 0)
      this.#note('the time of its clock cannot be told: when timers were due is not known');
    return now ?? null;
  }

  #ownTimer(environment: Address, loop: UvLoop): UvHandle | undefined {
    const end = environment + this.#objects.view.layout.node.environmentBytes;
    return loop.handles.find((h) => h.type === 'timer' && h.address >= environment && h.address < end);
  }

  #timers(state: TimerState, now: number | null): void {
    if (!state.isWhole) this.#note('a list of timers or immediates breaks off: some are missing');
    for (const timer of state.timers) this.#result.timers.push(this.#timer(timer, now));
  }

  #timer(timer: Timer, now: number | null): LoopTimerInfo {
    const { start, duration } = timer;
    const isKnown = now !== null && start !== undefined && duration !== undefined;
    return {
      isolate: this.#isolate.index,
      dueIn: isKnown ? start + Math.trunc(duration) - now : null,
      repeat: timer.repeat ?? null,
      duration: duration ?? null,
      referenced: timer.referenced ?? null,
      ...this.#callback(timer.callback, timer.argument),
      address: addressOf(timer.object),
    };
  }

  #immediate(immediate: Immediate): LoopImmediateInfo {
    return {
      isolate: this.#isolate.index,
      referenced: immediate.referenced ?? null,
      ...this.#callback(immediate.callback),
      address: addressOf(immediate.object),
    };
  }

  #immediates(state: TimerState): void {
    for (const immediate of state.immediates) this.#result.immediates.push(this.#immediate(immediate));
    const missing = (state.countedImmediates ?? 0) - state.immediates.length;
    if (missing > 0)
      this.#note(`${counted(missing, 'immediate')} more waited, in the hands of the function that runs them`);
  }

  /** What a timer or an immediate calls, or who awaits it. */
  #callback(word: Tagged | undefined, argument?: Tagged) {
    const info: CallbackInfo | undefined = this.#callbacks.of(word);
    return {
      callback: info?.text ?? null,
      source: info?.source ?? null,
      line: info?.line ?? null,
      column: info?.column ?? null,
      original: info?.original ?? null,
      internal: info?.internal ?? false,
      detail: (info && this.#callbackDetail(word, info, argument)) ?? null,
    };
  }

  #callbackDetail(
    word: Tagged | undefined,
    info: CallbackInfo,
    argument: Tagged | undefined,
  ): string | undefined {
    if (info.promise) return info.source !== null ? RESOLVES : `${RESOLVES}; no function waits for it`;
    const bound = info.internal ? (this.#callbacks.boundThis(word) ?? argument) : undefined;
    const name = this.#objects.className(bound);
    if (bound === undefined || name === undefined) return undefined;
    const where = this.#owners.serverAddress(bound) ?? this.#owners.peer(bound);
    const fd = this.#descriptors.get(bound);
    const known = [...(fd === undefined ? [] : [`fd ${fd}`]), ...(where === undefined ? [] : [where])];
    return `of a ${name}${known.length === 0 ? '' : ` (${known.join(', ')})`}`;
  }
}
