import { attemptOr } from '../absence.ts';
import { type Address, at, type Tagged } from '../address.ts';
import { signalName } from '../process/signals.ts';
import type { Emitters } from './emitters.ts';
import type { UvHandle, UvLoop } from './loop.ts';
import type { MessagePorts } from './message-ports.ts';
import type { NativeFunctions } from './native-functions.ts';
import type { Objects } from './objects.ts';
import { counted, type Owners } from './owners.ts';

const MAX_PATH = 4096;
const MAX_FD = 1 << 24;
const MAX_BYTES = 2 ** 48;
/** As Node and libuv have it on Windows (src/win/signal.c). */
const SIGBREAK = 21;
/** `bindState` of dgram sockets (lib/dgram.js). */
const BIND_STATES = ['not bound', 'being bound', 'bound'];

/** What there is to say of a handle beside its type and flags. */
export interface HandleDetail {
  readonly fd: number | undefined;
  readonly bytesQueued: number | undefined;
  readonly parts: readonly string[];
}

/** Who is asked about handles. */
export interface HandleSources {
  readonly objects: Objects;
  readonly owners: Owners;
  readonly emitters: Emitters;
  readonly ports: MessagePorts;
  readonly functions: NativeFunctions;
}

/** Tells what single handles are for: from libuv's own fields, and from the objects that own them. */
export class HandleDetails {
  readonly #objects: Objects;
  readonly #owners: Owners;
  readonly #emitters: Emitters;
  readonly #ports: MessagePorts;
  readonly #functions: NativeFunctions;
  readonly #loop: UvLoop;
  /** Where connections go that are being made, by their uv_connect_t. */
  readonly #connects: ReadonlyMap<Address, string>;

  constructor(sources: HandleSources, loop: UvLoop, connects: ReadonlyMap<Address, string>) {
    this.#objects = sources.objects;
    this.#owners = sources.owners;
    this.#emitters = sources.emitters;
    this.#ports = sources.ports;
    this.#functions = sources.functions;
    this.#loop = loop;
    this.#connects = connects;
  }

  /**
   * Of a handle, its object if Node has one for it, and the object that owns that. Of others, their function.
   */
  of(handle: UvHandle, wrap: Tagged | undefined, owner: Tagged | undefined, isKnown: boolean): HandleDetail {
    const native = wrap === undefined && !isKnown ? this.#native(handle) : [];
    const { libuv } = this.#objects.view.layout;
    switch (handle.type) {
      case 'tcp':
      case 'pipe':
      case 'tty':
      case 'stream':
        return this.#stream(handle, wrap, owner);
      case 'udp':
        return this.#udp(handle, owner);
      case 'poll':
        return {
          ...nothing,
          fd: this.#fd(handle, libuv.poll.fd),
          parts: ['a descriptor that native code polls', ...native],
        };
      case 'process':
        return { ...nothing, parts: this.#process(handle, owner) };
      case 'signal':
        return { ...nothing, parts: this.#signal(handle) };
      case 'fs_event':
        return {
          ...nothing,
          parts: [
            ...listed(this.#path(handle.address, libuv.fileEvent.path)),
            ...this.#emitters.part('changes go', owner, ['change']),
          ],
        };
      case 'fs_poll':
        return { ...nothing, parts: this.#filePoll(handle) };
      case 'timer':
        return { ...nothing, parts: [...this.#resolver(wrap), ...this.#timer(handle), ...native] };
      case 'async':
        return { ...nothing, parts: wrap === undefined ? native : this.#ports.of(wrap) };
      default:
        return { ...nothing, parts: native };
    }
  }

  #stream(handle: UvHandle, wrap: Tagged | undefined, owner: Tagged | undefined): HandleDetail {
    const { stream, flags } = this.#objects.view.layout.libuv;
    const fd = this.#fd(handle, stream.fd);
    const bytesQueued = this.#bytes(handle, stream.writeQueueSize);
    const isServer = this.#owners.serverAddress(owner) !== undefined;
    const parts =
      owner === undefined
        ? wrap === undefined
          ? []
          : this.#owners.channel(wrap)
        : isServer
          ? this.#owners.server(owner)
          : this.#owners.socket(owner, fd, this.#connecting(handle));
    if (bytesQueued) parts.push(`${counted(bytesQueued, 'byte')} to write`);
    if (isServer) parts.push(...this.#served(owner));
    else {
      parts.push(handle.flags & flags.reading ? 'reading' : 'not reading');
      parts.push(...this.#emitters.part('data goes', owner, ['data', 'readable']));
    }
    return { fd, bytesQueued, parts };
  }

  /** Who is called for what a server accepts. */
  #served(server: Tagged | undefined): string[] {
    const requests = this.#emitters.part('requests go', server, ['request', 'stream']);
    return requests.length > 0
      ? requests
      : this.#emitters.part('connections go', server, ['connection', 'secureConnection']);
  }

  #udp(handle: UvHandle, owner: Tagged | undefined): HandleDetail {
    const { udp, flags } = this.#objects.view.layout.libuv;
    const o = this.#objects;
    const state = o.receiver(o.getSymbol(owner, 'state symbol'));
    const bytesQueued = this.#bytes(handle, udp.sendQueueSize);
    const bound = BIND_STATES[o.number(state, 'bindState') ?? -1];
    return {
      fd: this.#fd(handle, udp.fd),
      bytesQueued,
      parts: [
        ...listed(o.text(owner, 'type')),
        ...listed(bound ?? (handle.flags & flags.bound ? 'bound' : undefined)),
        ...(bytesQueued ? [`${counted(bytesQueued, 'byte')} to send`] : []),
        ...(o.flag(state, 'receiving') === false ? ['not receiving'] : []),
        ...this.#emitters.part('messages go', owner, ['message']),
      ],
    };
  }

  /** Where a stream is being connected to. */
  #connecting(handle: UvHandle): string | undefined {
    const { memory, layout } = this.#objects.view;
    const offset = layout.libuv.stream.connectRequest;
    if (Number.isNaN(offset)) return undefined;
    return attemptOr(undefined, () => this.#connects.get(memory.pointer(at(handle.address, offset))));
  }

  #signal(handle: UvHandle): string[] {
    const { libuv } = this.#objects.view.layout;
    const number = this.#i32(handle, libuv.signal.number);
    if (number === undefined || number <= 0) return [];
    return [libuv.isWindows && number === SIGBREAK ? 'SIGBREAK' : signalName(number)];
  }

  /** The function of native code that the loop calls for a handle. */
  #native(handle: UvHandle): string[] {
    const { memory, layout } = this.#objects.view;
    const offset = layout.libuv.callback;
    if (Number.isNaN(offset)) return [];
    const callback = attemptOr(undefined, () => memory.pointer(at(handle.address, offset)));
    return listed(callback === undefined ? undefined : this.#functions.nameAt(callback));
  }

  #process(handle: UvHandle, owner: Tagged | undefined): string[] {
    const parts = owner === undefined ? [] : this.#owners.child(owner);
    if (parts.length > 0) return parts;
    const pid = this.#i32(handle, this.#objects.view.layout.libuv.process.pid);
    return pid === undefined || pid <= 0 ? [] : [`pid ${pid}`];
  }

  #filePoll(handle: UvHandle): string[] {
    const { memory, layout } = this.#objects.view;
    const o = layout.libuv.filePoll;
    return attemptOr([], () => {
      const context = memory.pointer(at(handle.address, o.context));
      if (context === 0 || memory.pointer(at(context, o.parent)) !== handle.address) return [];
      const path = Number.isNaN(o.path) ? undefined : memory.cString(at(context, o.path), MAX_PATH);
      return [...listed(path), `looked at every ${memory.u32(at(context, o.interval))} ms`];
    });
  }

  /** The channel of c-ares has a timer for queries that wait (src/cares_wrap.cc). */
  #resolver(wrap: Tagged | undefined): string[] {
    return this.#objects.className(wrap) === 'ChannelWrap' ? ['DNS queries wait for answers'] : [];
  }

  /** A timer of libuv that is not of Node's timers. */
  #timer(handle: UvHandle): string[] {
    const { memory, layout } = this.#objects.view;
    const { timer, flags } = layout.libuv;
    const { time } = this.#loop;
    if ((handle.flags & flags.active) === 0 || time === undefined) return [];
    return attemptOr([], () => {
      const due = memory.pointer(at(handle.address, timer.timeout)) - time;
      const repeat = memory.pointer(at(handle.address, timer.repeat));
      return [`fires in ${due} ms${repeat === 0 ? '' : `, every ${repeat} ms`}`];
    });
  }

  #path(base: Address, offset: number): string | undefined {
    const { memory } = this.#objects.view;
    return attemptOr(undefined, () => {
      const pointer = memory.pointer(at(base, offset));
      return pointer === 0 ? undefined : memory.cString(pointer, MAX_PATH) || undefined;
    });
  }

  #i32(handle: UvHandle, offset: number): number | undefined {
    const { memory } = this.#objects.view;
    return Number.isNaN(offset)
      ? undefined
      : attemptOr(undefined, () => memory.i32(at(handle.address, offset)));
  }

  #fd(handle: UvHandle, offset: number): number | undefined {
    const fd = this.#i32(handle, offset);
    return fd === undefined || fd < 0 || fd > MAX_FD ? undefined : fd;
  }

  #bytes(handle: UvHandle, offset: number): number | undefined {
    const { memory } = this.#objects.view;
    const bytes = attemptOr(undefined, () => memory.pointer(at(handle.address, offset)));
    return bytes !== undefined && bytes < MAX_BYTES ? bytes : undefined;
  }
}

const nothing: HandleDetail = { fd: undefined, bytesQueued: undefined, parts: [] };

function listed(text: string | undefined): string[] {
  return text === undefined || text === '' ? [] : [text];
}
