import { attemptOr } from '../absence.ts';
import type { Tagged } from '../address.ts';
import type { Objects } from './objects.ts';

const MAX_ARGUMENTS = 20;
const MAX_ATTEMPTS = 16;
const STDIO = ['stdin', 'stdout', 'stderr'];

/** What Node's JavaScript says of sockets, servers and child processes. */
export class Owners {
  readonly #objects: Objects;
  /** Sockets that are ends of a child's standard streams, by what they are. */
  readonly #stdio = new Map<Tagged, string>();

  constructor(objects: Objects) {
    this.#objects = objects;
  }

  /** The object that the program knows, of a handle's own object: `handle[owner_symbol]`. */
  ownerOf(wrap: Tagged): Tagged | undefined {
    const o = this.#objects;
    return o.receiver(o.getSymbol(wrap, 'owner_symbol')) ?? o.object(wrap, 'owner');
  }

  /**
   * Of a stream that no object owns: the channel to another process, whose `onread` sees the ChildProcess or
   * the `process` that it is of (lib/internal/child_process.js, setupChannel).
   */
  channel(wrap: Tagged): string[] {
    const o = this.#objects;
    const target = o.receiver(o.closure(this.#onRead(wrap), 'target'));
    const name = o.className(target);
    if (target === undefined || (name !== 'ChildProcess' && name !== 'process')) return [];
    const pid = o.number(target, 'pid');
    if (name === 'process') return ['IPC channel to the parent process'];
    return [`IPC channel to child process${pid === undefined ? '' : ` ${pid}`}`];
  }

  #onRead(wrap: Tagged): Tagged | undefined {
    const { view } = this.#objects;
    return attemptOr(undefined, () => {
      const start = view.layout.graph.embedderFields;
      const end = Math.min(view.map(wrap).instanceSize, start + 8 * view.layout.node.streamFields);
      for (let offset = start; offset + 8 <= end; offset += 8) {
        const word = view.tagged(wrap, offset);
        if (view.isFunction(word)) return word;
      }
      return undefined;
    });
  }

  /** Takes note of a ChildProcess: its streams are told by it. */
  addChild(child: Tagged): void {
    const o = this.#objects;
    const pid = o.number(child, 'pid');
    for (const name of STDIO) {
      const stream = o.object(child, name);
      if (stream !== undefined)
        this.#stdio.set(stream, `${name} of child process${pid === undefined ? '' : ` ${pid}`}`);
    }
  }

  /** Parts of a text on a net.Server: where it listens, and how many connections it has. */
  server(server: Tagged): string[] {
    const where = this.serverAddress(server);
    const connections = this.#objects.number(server, '_connections');
    return [
      where === undefined ? 'listening' : `listening on ${where}`,
      ...(connections === undefined || connections < 0 ? [] : [counted(connections, 'connection')]),
    ];
  }

  /** Undefined if the object is no server. */
  serverAddress(server: Tagged | undefined): string | undefined {
    const pipe = this.#objects.text(server, '_pipeName');
    if (pipe !== undefined) return pipe;
    const key = this.#objects.text(server, '_connectionKey');
    const parts = /^(-?\d+):(.*):(-?\d+)$/s.exec(key ?? '');
    if (!parts) return undefined;
    const [, family, address, port] = parts;
    if (family === '-1') return address;
    const host = address!.includes(':') ? `[${address}]` : address!;
    // Which port the system chose, only the system knows.
    return port === '0' ? `${host}, port chosen by the system` : `${host}:${port}`;
  }

  /** Parts of a text on a net.Socket or what is made from it; `connecting` is where its connection goes. */
  socket(socket: Tagged, fd: number | undefined, connecting: string | undefined): string[] {
    const o = this.#objects;
    const parts: string[] = [];
    const stdio = this.#stdio.get(socket) ?? (fd === undefined ? undefined : STDIO[fd]);
    if (stdio !== undefined) parts.push(stdio);
    const peer = connecting ?? this.peer(socket);
    if (o.flag(socket, 'connecting') === true)
      parts.push(peer === undefined ? 'connecting' : `connecting to ${peer}`);
    else if (peer !== undefined && stdio === undefined) parts.push(`connected to ${peer}`);
    const server = this.serverAddress(o.object(socket, 'server') ?? o.object(socket, '_server'));
    if (server !== undefined) parts.push(`accepted by the server on ${server}`);
    const message = this.#message(socket);
    if (message !== undefined) parts.push(message);
    if (o.flag(socket, 'destroyed') === true) parts.push('destroyed');
    return parts;
  }

  /** The other end of a socket, as far as Node has kept it: only the system knows it for sure. */
  peer(socket: Tagged): string | undefined {
    const o = this.#objects;
    const peername = o.object(socket, '_peername');
    const address = o.text(peername, 'address');
    const port = o.number(peername, 'port');
    if (address !== undefined && port !== undefined) return endpoint(address, port);
    const attempts = o.texts(o.object(socket, 'autoSelectFamilyAttemptedAddresses'), MAX_ATTEMPTS);
    const host = o.text(socket, '_host');
    const attempt = attempts.at(-1);
    if (attempt !== undefined)
      return host !== undefined && !attempt.startsWith(`${host}:`) ? `${host} (${attempt})` : attempt;
    return this.#wanted(socket) ?? host;
  }

  /** Where TLS, or the agent of HTTP, was told to connect a socket to. */
  #wanted(socket: Tagged): string | undefined {
    const o = this.#objects;
    const onFree = o.object(o.object(socket, '_events'), 'free');
    const options = [
      o.receiver(o.getSymbol(socket, 'connect-options')),
      o.receiver(o.closure(onFree, 'options')),
    ].find((found) => found !== undefined);
    const path = o.text(options, 'socketPath') ?? o.text(options, 'path');
    const host = o.text(options, 'host');
    const port = Number(o.number(options, 'port') ?? o.text(options, 'port') ?? Number.NaN);
    if (host !== undefined) return Number.isNaN(port) ? host : endpoint(host, port);
    return path;
  }

  /** A ChildProcess: its pid and its command. */
  child(child: Tagged): string[] {
    const o = this.#objects;
    const pid = o.number(child, 'pid');
    const command =
      o.texts(o.object(child, 'spawnargs'), MAX_ARGUMENTS).join(' ') || o.text(child, 'spawnfile');
    const signal = o.text(child, 'signalCode');
    return [
      ...(pid === undefined ? [] : [`pid ${pid}`]),
      ...(command === undefined ? [] : [command]),
      ...(o.flag(child, 'killed') === true ? ['a signal was sent to it'] : []),
      ...(signal === undefined ? [] : [`ended by ${signal}`]),
    ];
  }

  /** The HTTP exchange that a socket is busy with, of either side. */
  #message(socket: Tagged): string | undefined {
    const o = this.#objects;
    const own = o.object(socket, '_httpMessage');
    const path = o.text(own, 'path') ?? o.symbolText(own, 'kPath');
    if (own !== undefined && path !== undefined) {
      const host = o.symbolText(own, 'kAuthority') ?? o.text(own, 'host');
      return `HTTP request ${o.text(own, 'method') ?? ''} ${path}${host === undefined ? '' : ` of ${host}`}`;
    }
    const request = o.object(own, 'req') ?? o.object(o.object(socket, 'parser'), 'incoming');
    const url = o.text(request, 'url');
    if (request === undefined || url === undefined || url === '') return undefined;
    return `serving HTTP ${o.text(request, 'method') ?? ''} ${url}`;
  }
}

export function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
