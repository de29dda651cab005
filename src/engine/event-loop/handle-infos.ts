import { type Address, hex, type Tagged } from '../address.ts';
import type { LoopHandleInfo } from '../contract.ts';
import { Emitters } from './emitters.ts';
import { HandleDetails } from './handle-details.ts';
import type { UvHandle, UvLoop } from './loop.ts';
import type { LoopContext } from './loop-context.ts';
import { MessagePorts } from './message-ports.ts';
import { NativeFunctions } from './native-functions.ts';
import { addressOf } from './objects.ts';
import { counted } from './owners.ts';
import { wrapperOf } from './wraps.ts';

/** A handle of libuv with what Node has for it. */
export interface LoopHandle {
  readonly uv: UvHandle;
  /** Node's object of JavaScript. */
  readonly wrap: Tagged | undefined;
  /** True if it cannot be told whether there is such an object. */
  readonly isLost: boolean;
  /** The object that the program knows. */
  readonly owner: Tagged | undefined;
}

export function loopHandles({ objects, owners }: LoopContext, loop: UvLoop): LoopHandle[] {
  return loop.handles.map((uv) => {
    const found = wrapperOf(objects.view, uv.data);
    const wrap = found === 'lost' ? undefined : found;
    const owner = wrap === undefined ? undefined : owners.ownerOf(wrap);
    return { uv, wrap, isLost: found === 'lost', owner };
  });
}

/**
 * The handles as the contract gives them. `purposes` tells what some of Node's and libuv's own are for,
 * `connects` where connections go that are being made, by their uv_connect_t.
 */
export function handleInfos(
  context: LoopContext,
  loop: UvLoop,
  handles: readonly LoopHandle[],
  purposes: ReadonlyMap<Address, string>,
  connects: ReadonlyMap<Address, string>,
): LoopHandleInfo[] {
  const { objects, owners, callbacks, session } = context;
  for (const { uv, owner } of handles)
    if (uv.type === 'process' && owner !== undefined) owners.addChild(owner);
  const sources = {
    objects,
    owners,
    emitters: new Emitters(objects, callbacks),
    ports: new MessagePorts(objects, callbacks),
    functions: new NativeFunctions(session.modules.modules),
  };
  const details = new HandleDetails(sources, loop, connects);
  const infos = handles.map((handle) => infoOf(context, handle, details, purposes.get(handle.uv.address)));
  const lost = handles.filter((h) => h.isLost).length;
  if (lost > 0) context.note(`the objects of ${counted(lost, 'handle')} cannot be read`);
  if (!loop.isWhole) context.note('its list of handles breaks off: some are missing');
  const alive = infos.filter((h) => h.active && h.referenced).length;
  if (loop.isWhole && alive !== loop.activeHandles)
    context.note(
      `libuv counts ${counted(loop.activeHandles, 'handle')} that are active and referenced, its list has ${alive}`,
    );
  return infos;
}

function infoOf(
  { isolate, objects, descriptors }: LoopContext,
  { uv, wrap, isLost, owner }: LoopHandle,
  details: HandleDetails,
  purpose: string | undefined,
): LoopHandleInfo {
  const { flags } = objects.view.layout.libuv;
  const has = (flag: number) => (uv.flags & flag) !== 0;
  const { fd, bytesQueued, parts } = details.of(uv, wrap, owner, purpose !== undefined);
  if (owner !== undefined && fd !== undefined) descriptors.set(owner, fd);
  const detail = [...(purpose === undefined ? [] : [purpose]), ...parts].join(', ');
  return {
    isolate: isolate.index,
    type: objects.className(wrap) ?? uv.type,
    active: has(flags.active),
    referenced: has(flags.referenced),
    closing: has(flags.closing | flags.closed),
    internal: wrap === undefined && !isLost,
    fd: fd ?? null,
    address: addressOf(wrap),
    handle: hex(uv.address),
    owner: objects.className(owner) ?? null,
    ownerAddress: addressOf(owner),
    bytesQueued: bytesQueued ?? null,
    detail: detail === '' ? null : detail,
  };
}
