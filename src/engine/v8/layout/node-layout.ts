import type { Architecture } from '../../unwind/registers.ts';
import type { Constants } from './constants.ts';

const REQ_WRAP_QUEUE = 'Environment__req_wrap_queue___Environment_ReqWrapQueue';

/**
 * Objects of Node's C++ that have to do with its event loop: src/env.h, base_object.h, handle_wrap.h,
 * req_wrap.h, node_postmortem_metadata.cc of Node 18 to 26. Offsets in bytes. Those of lists hold for
 * official builds of Linux; where there are no symbols, what is found in the dump comes first.
 */
export function nodeLayout(c: Constants, { convention }: Architecture) {
  const isWindows = convention === 'microsoft';
  const offset = (symbol: string, table: Parameters<Constants['constant']>[1]) =>
    c.constant(`nodedbg_offset_${symbol}`, isWindows ? Number.NaN : table);
  return {
    /** Bytes of an Environment among which its handles, its queues and its clock are. */
    environmentBytes: 8192,
    /** Environment's embedded handles in their order, by libuv's names, and what they are for. */
    ownHandles: [
      ['timer', 'Node’s timers: wakes the loop for the next of them'],
      ['check', 'Node’s immediates: runs them'],
      ['idle', 'Node’s immediates: keeps the loop turning while some wait'],
      ['prepare', 'Node’s measurement of idle time'],
      ['check', 'Node’s measurement of idle time'],
      ['async', 'Node’s queue of tasks from other threads'],
    ] as const,
    /** What keeps the last of these referenced (Environment::add_refs, src/env.h). */
    referencedTasks: 'a running worker or another native task keeps the loop alive by it',
    /** BaseObject.persistent_handle_: the slot of a global handle. */
    persistent: c.constant('nodedbg_offset_BaseObject__persistent_handle___v8_Persistent_v8_Object', 8),
    /** Fields of the embedder in a wrapper among which its BaseObject is (BaseObject::InternalFields). */
    wrapperFields: 3,
    /**
     * Fields of the embedder in a stream's wrapper among which its `onread` is
     * (StreamBase::kOnReadFunctionField).
     */
    streamFields: 8,
    reqWrapQueue: offset(REQ_WRAP_QUEUE, [2056, 2328, 2424, 2488, 2648]),
    /** True if a symbol says so. */
    isQueueNamed: c.symbol(`nodedbg_offset_${REQ_WRAP_QUEUE}`) !== undefined,
    /** The req_wrap_queue_ stands behind the handle_wrap_queue_ (src/env.h). */
    behindHandleQueue: 16,
    /** ReqWrap.req_wrap_queue_ */
    reqNode: offset('ReqWrap__req_wrap_queue___ListNode_ReqWrapQueue', [64, 64, 88, 80, 80]),
    /** ListNode (src/util.h). */
    list: { previous: 0, next: 8 },
    /** Where in a HandleWrap or a ReqWrap its ListNode may stand. */
    nodeRange: [40, 160] as const,
    /** Bytes behind the ListNode of a ReqWrap among which its uv_req_t begins. */
    requestRange: 64,
    /** Classes of jobs of the thread pool (src/crypto, src/node_zlib.cc). */
    threadPoolJob: /Job$|^(Zlib|BrotliEncoder|BrotliDecoder|ZstdCompress|ZstdDecompress)$/,
    /**
     * Environment reads the clock once more, in nanoseconds, at most that many milliseconds after it has
     * taken its `timer_base_` from the loop (Environment::Environment, src/env.cc).
     */
    startSlack: 2000,
    /**
     * Smaller numbers are too common to be known as milliseconds of a clock that counts from the system's
     * start.
     */
    leastClock: 10_000,
  };
}

export type NodeLayout = ReturnType<typeof nodeLayout>;
