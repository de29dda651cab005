import type { Architecture } from '../../unwind/registers.ts';
import type { Constants, PerLine } from './constants.ts';

/** Types of handles by their number (UV_HANDLE_TYPE_MAP, uv.h): the same since libuv 1.0. */
const handleTypes = [
  undefined,
  'async',
  'check',
  'fs_event',
  'fs_poll',
  'handle',
  'idle',
  'pipe',
  'poll',
  'prepare',
  'process',
  'stream',
  'tcp',
  'timer',
  'tty',
  'udp',
  'signal',
] as const;

export type HandleType = NonNullable<(typeof handleTypes)[number]>;

/** Types of requests by their number (UV_REQ_TYPE_MAP, uv.h). */
const requestTypes = [
  undefined,
  'req',
  'connect',
  'write',
  'shutdown',
  'udp_send',
  'fs',
  'work',
  'getaddrinfo',
  'getnameinfo',
  'random',
] as const;

/** What uv_fs_t.fs_type says (uv_fs_type, uv.h), from UV_FS_CUSTOM = 0 on. */
const fileOperations = [
  'custom',
  'open',
  'close',
  'read',
  'write',
  'sendfile',
  'stat',
  'lstat',
  'fstat',
  'ftruncate',
  'utime',
  'futime',
  'access',
  'chmod',
  'fchmod',
  'fsync',
  'fdatasync',
  'unlink',
  'rmdir',
  'mkdir',
  'mkdtemp',
  'rename',
  'scandir',
  'link',
  'symlink',
  'readlink',
  'chown',
  'fchown',
  'realpath',
  'copyfile',
  'lchown',
  'opendir',
  'readdir',
  'closedir',
  'statfs',
  'mkstemp',
  'lutime',
] as const;

/**
 * libuv's structures, as deps/uv/include/uv.h, uv/unix.h and uv/win.h have them from libuv 1.44 (Node 18) to
 * 1.52 (Node 26), in which next to nothing of this has changed. Offsets in bytes; NaN for what a system does
 * not have.
 */
export function libuvLayout(c: Constants, { name, convention }: Architecture) {
  const isWindows = convention === 'microsoft';
  // A pthread_mutex_t of glibc has 48 bytes on AArch64 and 40 on x86-64; it stands among the loop's first fields.
  const mutex = name === 'arm64' ? 8 : 0;
  const unix = (field: string, offset: number) => c.table(field, isWindows ? Number.NaN : offset);
  const either = (field: string, onUnix: number, onWindows: PerLine) =>
    c.table(field, isWindows ? onWindows : onUnix);
  return {
    isWindows,
    /** uv_loop_t */
    loop: {
      /** Handles that are active and referenced. */
      activeHandles: c.table('uv_loop_t.active_handles', 8),
      handleQueue: c.table('uv_loop_t.handle_queue', 16),
      activeRequests: c.table('uv_loop_t.active_reqs', 32),
      /** The heap of timers; on Windows a pointer to it. */
      timerHeap: either('uv_loop_t.timer_heap', 520 + mutex, 88),
      timerHeapIsApart: isWindows,
      /** Milliseconds of the monotonic clock, as of the loop's last turn. */
      time: either('uv_loop_t.time', 544 + mutex, 64),
      /** Handles of the loop itself. */
      threadPoolAnswers: either('uv_loop_t.wq_async', 176 + mutex, [240, 248, 248, 248, 248]),
      childWatcher: unix('uv_loop_t.child_watcher', 616 + mutex),
    },
    /** struct heap (src/heap-inl.h): the field `node` of the first timer, and how many there are. */
    heap: { least: c.table('heap.min', 0), count: c.table('heap.nelts', 8) },
    /** uv_handle_t, with which all handles start. */
    handle: {
      data: c.table('uv_handle_t.data', 0),
      loop: c.table('uv_handle_t.loop', 8),
      type: c.table('uv_handle_t.type', 16),
      queue: c.table('uv_handle_t.handle_queue', 32),
      flags: c.table('uv_handle_t.flags', 88),
      /** Of a uv_async_t, the last one that an Environment embeds. */
      size: c.table('uv_async_t.size', isWindows ? 224 : 128),
      types: handleTypes as readonly (HandleType | undefined)[],
    },
    /** Bits of uv_handle_t.flags (src/uv-common.h). */
    flags: {
      closing: 0x1,
      closed: 0x2,
      active: 0x4,
      referenced: 0x8,
      internal: 0x10,
      reading: 0x1000,
      bound: 0x2000,
    },
    /** What follows in handles of a type. */
    stream: {
      writeQueueSize: c.table('uv_stream_t.write_queue_size', 96),
      /** The uv_connect_t of a connection that is being made. */
      connectRequest: unix('uv_stream_t.connect_req', 120),
      fd: unix('uv_stream_t.io_watcher.fd', 184),
    },
    udp: {
      sendQueueSize: c.table('uv_udp_t.send_queue_size', 96),
      fd: unix('uv_udp_t.io_watcher.fd', 176),
    },
    poll: { fd: unix('uv_poll_t.io_watcher.fd', 152) },
    /**
     * What follows uv_handle_t in async, check, idle, poll, prepare, signal and timer handles: their
     * function.
     */
    callback: unix('uv_async_t.async_cb', 96),
    timer: {
      node: c.table('uv_timer_t.node', isWindows ? 96 : 104),
      timeout: c.table('uv_timer_t.timeout', 128),
      repeat: c.table('uv_timer_t.repeat', 136),
    },
    process: { pid: c.table('uv_process_t.pid', 104) },
    signal: { number: c.table('uv_signal_t.signum', 104) },
    fileEvent: { path: c.table('uv_fs_event_t.path', 96) },
    /** uv_fs_poll_t and its struct poll_ctx (src/fs-poll.c), which ends with the path's own characters. */
    filePoll: {
      context: c.table('uv_fs_poll_t.poll_ctx', 96),
      parent: c.table('poll_ctx.parent_handle', 0),
      interval: c.table('poll_ctx.interval', 12),
      path: unix('poll_ctx.path', 800),
    },
    /** uv_req_t, with which all requests start. */
    request: {
      data: c.table('uv_req_t.data', 0),
      type: c.table('uv_req_t.type', 8),
      types: requestTypes as readonly (string | undefined)[],
    },
    /** uv_fs_t */
    file: {
      operation: either('uv_fs_t.fs_type', 64, 112),
      path: either('uv_fs_t.path', 104, 152),
      newPath: unix('uv_fs_t.new_path', 272),
      fd: unix('uv_fs_t.file', 280),
      operations: fileOperations as readonly string[],
      /** Operations on an open file. */
      onOpenFile: new Set([
        'close',
        'read',
        'write',
        'fstat',
        'ftruncate',
        'futime',
        'fchmod',
        'fsync',
        'fdatasync',
        'fchown',
      ]) as ReadonlySet<string>,
    },
  };
}

export type LibuvLayout = ReturnType<typeof libuvLayout>;
