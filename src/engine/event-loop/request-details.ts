import { attemptOr } from '../absence.ts';
import { type Address, at, type Tagged } from '../address.ts';
import type { CallbackInfo } from '../contract.ts';
import type { Callbacks } from './callbacks.ts';
import { type Objects, short } from './objects.ts';
import { counted, endpoint, type Owners } from './owners.ts';
import type { NodeRequest } from './wraps.ts';

const MAX_PATH = 4096;
const MAX_FD = 1 << 24;

/** Tells what requests were for: from libuv's uv_req_t, and from the fields of Node's object. */
export class RequestDetails {
  readonly #objects: Objects;
  readonly #owners: Owners;
  readonly #callbacks: Callbacks;

  constructor(objects: Objects, owners: Owners, callbacks: Callbacks) {
    this.#objects = objects;
    this.#owners = owners;
    this.#callbacks = callbacks;
  }

  of({ object, request }: NodeRequest): string | undefined {
    const parts = (request === undefined ? undefined : this.#file(request)) ?? this.#fields(object);
    return parts.length === 0 ? undefined : parts.join(', ');
  }

  /** Of a job of the thread pool. */
  ofJob(object: Tagged): string {
    const owner = this.#owners.ownerOf(object);
    const name = this.#objects.className(owner);
    const path = this.#objects.text(this.#objects.object(object, 'context'), 'path');
    return [
      'job of the thread pool',
      ...(name === undefined ? [] : [`of a ${name}`]),
      ...(path ? [path] : []),
    ].join(', ');
  }

  /** `open /etc/hosts`, `read fd 21`; undefined if it is no request of the file system. */
  #file(request: Address): string[] | undefined {
    const { memory, layout } = this.#objects.view;
    const { request: o, file } = layout.libuv;
    return attemptOr(undefined, () => {
      if (o.types[memory.u32(at(request, o.type))] !== 'fs') return undefined;
      const operation = file.operations[memory.i32(at(request, file.operation))];
      if (operation === undefined) return undefined;
      const path = this.#text(request, file.path);
      const newPath = operation === 'rename' || operation === 'copyfile' || /link$/.test(operation);
      const target = newPath ? this.#text(request, file.newPath) : undefined;
      const fd =
        path === undefined && file.onOpenFile.has(operation) && !Number.isNaN(file.fd)
          ? memory.i32(at(request, file.fd))
          : undefined;
      return [
        operation +
          (path === undefined ? '' : ` ${path}`) +
          (target === undefined ? '' : ` to ${target}`) +
          (fd === undefined || fd < 0 || fd > MAX_FD ? '' : ` fd ${fd}`),
      ];
    });
  }

  #fields(object: Tagged): string[] {
    const o = this.#objects;
    const host = o.text(object, 'hostname') ?? o.text(object, 'host');
    const address = o.text(object, 'address');
    const port = o.number(object, 'port');
    const family = o.number(object, 'family');
    const bytes = o.number(object, 'bytes');
    const parts: string[] = [];
    if (host !== undefined)
      parts.push(
        port === undefined ? host : endpoint(host, port),
        ...(family === 4 || family === 6 ? [`IPv${family}`] : []),
      );
    else if (address !== undefined) parts.push(port === undefined ? address : endpoint(address, port));
    if (bytes !== undefined) parts.push(counted(bytes, 'byte'));
    const owner = this.#owner(object);
    if (owner !== undefined) parts.push(owner);
    return parts;
  }

  /** The stream that a write or a shutdown is of. */
  #owner(object: Tagged): string | undefined {
    const handle = this.#objects.object(object, 'handle');
    const owner = handle === undefined ? undefined : this.#owners.ownerOf(handle);
    if (owner === undefined) return undefined;
    const peer = this.#owners.peer(owner);
    const name = this.#objects.className(owner) ?? 'stream';
    return `of a ${name}${peer === undefined ? '' : ` to ${peer}`}`;
  }

  /** The function that takes the answer, or awaits it. */
  callbackOf(object: Tagged): CallbackInfo | undefined {
    const o = this.#objects;
    const promised = this.#callbacks.awaiting(o.object(object, 'promise'));
    if (promised) return promised;
    const candidates = [
      o.object(object, 'callback'),
      o.object(o.object(object, 'context'), 'callback'),
      o.object(object, 'resolve'),
      o.object(object, 'oncomplete'),
      o.object(object, 'ondone'),
      o.object(this.#owners.ownerOf(object), 'cb'),
      o.object(object, 'cb'),
    ].flatMap((fn) => this.#callbacks.of(fn) ?? []);
    return candidates.find((c) => !c.internal) ?? candidates[0];
  }

  #text(request: Address, offset: number): string | undefined {
    if (Number.isNaN(offset)) return undefined;
    const { memory } = this.#objects.view;
    const pointer = memory.pointer(at(request, offset));
    return pointer === 0 ? undefined : short(memory.cString(pointer, MAX_PATH)) || undefined;
  }
}
