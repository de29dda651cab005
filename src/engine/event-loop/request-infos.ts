import type { Address, Tagged } from '../address.ts';
import type { LoopRequestInfo } from '../contract.ts';
import type { UvLoop } from './loop.ts';
import type { LoopContext } from './loop-context.ts';
import { addressOf } from './objects.ts';
import { counted } from './owners.ts';
import { RequestDetails } from './request-details.ts';
import { threadPoolJobs } from './thread-pool-jobs.ts';
import type { NodeRequests } from './wraps.ts';

/**
 * Requests and jobs of the thread pool as the contract gives them, and where connections go that are being
 * made, by their uv_connect_t. `found` is Node's list, `wraps` the objects of handles.
 */
export function requestInfos(
  context: LoopContext,
  loop: UvLoop,
  found: NodeRequests | undefined,
  wraps: ReadonlySet<Tagged>,
): { readonly requests: LoopRequestInfo[]; readonly connects: ReadonlyMap<Address, string> } {
  const { isolate, objects, owners, callbacks, strongHandles } = context;
  const details = new RequestDetails(objects, owners, callbacks);
  const requests: LoopRequestInfo[] = [];
  const connects = new Map<Address, string>();
  const known = new Set(wraps);
  const add = (object: Tagged, detail: string | undefined) => {
    requests.push({
      isolate: isolate.index,
      type: objects.className(object) ?? 'request',
      address: addressOf(object),
      detail: detail ?? null,
      callback: details.callbackOf(object) ?? null,
    });
  };
  let inLibuv = 0;
  for (const request of found?.requests ?? []) {
    const detail = details.of(request);
    known.add(request.object);
    add(request.object, detail);
    if (request.request === undefined) continue;
    inLibuv++;
    if (detail !== undefined) connects.set(request.request, detail);
  }
  for (const job of threadPoolJobs(objects, strongHandles, known)) {
    add(job, details.ofJob(job));
    inLibuv++;
  }
  noteOn(context, loop.activeRequests, found, inLibuv);
  return { requests, connects };
}

/** What is missing by the count that libuv has of its requests. */
function noteOn(
  context: LoopContext,
  counts: number,
  found: NodeRequests | undefined,
  inLibuv: number,
): void {
  const more = counts - inLibuv;
  if (!found) context.note(`Node’s list of requests was not found; libuv counts ${counts}`);
  else if (!found.isWhole) context.note('Node’s list of requests breaks off: some are missing');
  else if (more > 0)
    context.note(
      `libuv counts ${counted(more, 'request')} more than are known, of native code or of jobs of the thread pool`,
    );
  else if (more < 0)
    context.note(
      `libuv counts ${counted(-more, 'request')} less than are listed: the callback of a request that has ended is being run`,
    );
}
