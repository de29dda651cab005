/**
 * The shapes that leave the engine: what the command line prints with `--json` and what the debug adapter
 * and the webviews are made from. Keys are only ever added. What is unknown is `null`; no key is left out.
 */

export type Hex = string;

export type DeathKind =
  | 'uncaught-exception'
  | 'unhandled-rejection'
  | 'out-of-memory'
  | 'abort'
  | 'stack-overflow'
  | 'native-crash'
  | 'signal'
  | 'alive';

export interface DumpInfo {
  format: 'elf-core' | 'minidump' | 'heapsnapshot';
  process: {
    pid: number | null;
    executable: string | null;
    argv: string[] | null;
    nodeVersion: string | null;
    v8Version: string | null;
    arch: string | null;
  };
  death: {
    kind: DeathKind | null;
    signal: string | null;
    address: Hex | null;
    exception: { className: string; message: string; stack: string | null } | null;
    /** Out of memory: what V8 said, and the size of the last allocation in bytes. */
    allocation: { reason: string | null; bytes: number | null } | null;
    /** The promise whose rejection nothing handled. */
    promise: Hex | null;
    /** Two sentences for people: what happened, and where. */
    message: string;
  };
  threads: ThreadInfo[];
  isolates: IsolateInfo[];
  modules: { path: string; buildId: string | null; status: string }[];
  layout: { confirmed: string[]; derived: string[]; guessed: string[] };
  notes: string[];
}

export interface ThreadInfo {
  /** The kernel's thread id. */
  id: number;
  /** Derived (cores hold none): main, worker n, libuv pool, V8 platform, inspector, or null. */
  name: string | null;
  /** True for the thread that took the signal. */
  crashed: boolean;
}

export interface IsolateInfo {
  index: number;
  /** Id of the thread that has it entered, or null. */
  thread: number | null;
  heap: {
    /** Bytes. */
    used: number | null;
    committed: number | null;
    limit: number | null;
    /** The part of `limit` that is for old objects: --max-old-space-size, or what V8 chose. */
    oldLimit: number | null;
    spaces: { name: string; used: number | null; committed: number | null }[];
  };
}

export type FrameKind = 'js' | 'builtin' | 'native' | 'wasm' | 'internal';
export type Tier = 'interpreted' | 'baseline' | 'maglev' | 'turbofan';

/** A place in a file that a script was made from, by its source map; line and column from 1. */
export interface OriginalPlace {
  source: string;
  line: number;
  column: number;
  /** What stands there, where the map has a name for it. */
  name: string | null;
}

export interface FrameInfo {
  kind: FrameKind;
  /** As Node's own stack traces name it ("Timeout.timerCb [as _onTimeout]" without the decoration); demangled C++. */
  function: string | null;
  /** The script's URL or path as V8 has it. */
  source: string | null;
  /** 1-based, of the call or the throw. In WebAssembly, as the inspector has it: line 1, byte + 1. */
  line: number | null;
  column: number | null;
  /** Index of a WebAssembly function in its module; null for all others. */
  wasmFunction: number | null;
  original: OriginalPlace | null;
  tier: Tier | null;
  inlined: boolean;
  module: string | null;
  /** Bytes from the start of the module's image. */
  offset: number | null;
  address: Hex | null;
  /** Only with `--locals`, else null. */
  scopes: ScopeInfo[] | null;
}

export interface StackInfo extends ThreadInfo {
  /** Index of the thread's isolate, or null. */
  isolate: number | null;
  frames: FrameInfo[];
  asyncFrames: { label: string; frames: FrameInfo[] }[];
  /**
   * Where the error was made that ended the process, if that is no longer on the stack: its own frames, as V8
   * captured them then. They have places, but neither scopes nor addresses.
   */
  captured: { label: string; frames: FrameInfo[] } | null;
  /** Why the stack ends where it does. */
  end: string;
}

export type ScopeKind =
  | 'local'
  | 'block'
  | 'closure'
  | 'catch'
  | 'script'
  | 'module'
  | 'with'
  | 'eval'
  | 'global';

export interface ScopeInfo {
  kind: ScopeKind;
  name: string | null;
  variables: VariableInfo[];
  /** Why variables are missing, or null. */
  note: string | null;
}

export type ValueType =
  | 'undefined'
  | 'null'
  | 'boolean'
  | 'number'
  | 'string'
  | 'bigint'
  | 'symbol'
  | 'function'
  | 'object';

export interface VariableInfo {
  name: string;
  type: ValueType | null;
  /** JSON value of a primitive; -0, NaN, Infinity, -Infinity and bigints as text; null for objects. */
  value: string | number | boolean | null;
  /** The constructor's name, for objects and functions. */
  className: string | null;
  /** As the live debugger (CDP RemoteObject) gives it: "Array(3)", "Map(2)", "RangeError: …". */
  description: string | null;
  address: Hex | null;
  /** Why there is no value. */
  unavailable: string | null;
  properties: VariableInfo[];
  /** Internal slots: [[Prototype]], [[PromiseState]], … */
  internal: VariableInfo[];
  entries: { key: VariableInfo | null; value: VariableInfo }[];
  /** What was left out ("997,000 of 1,000,000 elements"), or null. */
  truncated: string | null;
}

/** What the event loops of a process were waiting for (`handles`). */
export interface EventLoopsInfo {
  loops: EventLoopInfo[];
  /** In the order of their making. */
  handles: LoopHandleInfo[];
  requests: LoopRequestInfo[];
  /** The next one first. */
  timers: LoopTimerInfo[];
  /** In the order in which they would have run. */
  immediates: LoopImmediateInfo[];
  notes: string[];
}

export interface EventLoopInfo {
  isolate: number;
  /** Id of the thread that has the isolate entered, or null. */
  thread: number | null;
  /** Of libuv's uv_loop_t. */
  address: Hex | null;
  /** As libuv counts: handles that are active and referenced, and requests, which are what keeps the loop alive. */
  activeHandles: number | null;
  activeRequests: number | null;
  /** Milliseconds since Node started, as timers count them, at the loop's last turn. */
  now: number | null;
  /** The timer, or the immediate, whose callback was being run: neither waited any more. */
  running: { timer: LoopTimerInfo | null; immediate: LoopImmediateInfo | null };
}

export interface LoopHandleInfo {
  isolate: number;
  /** Name of Node's class ("TCP", "Pipe", "MessagePort"); where there is no object of Node's, libuv's ("async"). */
  type: string;
  active: boolean | null;
  /** False after `unref()`: such a handle keeps no process alive. */
  referenced: boolean | null;
  /** Being closed: its callback was not called yet. */
  closing: boolean | null;
  /** True where no object of JavaScript stands for it: it is Node's or libuv's own. */
  internal: boolean;
  fd: number | null;
  /** Of the JavaScript object. */
  address: Hex | null;
  /** Of libuv's uv_handle_t. */
  handle: Hex;
  /** Class and address of the object that the program knows: "Socket", "Server", "ChildProcess". */
  owner: string | null;
  ownerAddress: Hex | null;
  /** What streams and UDP sockets have still to write. */
  bytesQueued: number | null;
  detail: string | null;
}

export interface LoopRequestInfo {
  isolate: number;
  /** Name of Node's class: "FSReqCallback", "GetAddrInfoReqWrap", "TCPConnectWrap". */
  type: string;
  /** Of the JavaScript object. */
  address: Hex | null;
  detail: string | null;
  callback: CallbackInfo | null;
}

/** A function that the loop would have called, or the one that awaits what it would have resolved. */
export interface CallbackInfo {
  /** For people: "name file:line:column". */
  text: string;
  function: string | null;
  source: string | null;
  /** 1-based: where the function starts, or stands at its `await`. */
  line: number | null;
  column: number | null;
  original: OriginalPlace | null;
  /** True where no function is called, but a promise resolved. */
  promise: boolean;
  /** True where it is an async function that awaits that. */
  awaits: boolean;
  /** True where it is Node's own code. */
  internal: boolean;
}

/** An immediate: what the loop calls in its next turn. */
export interface LoopImmediateInfo {
  isolate: number;
  referenced: boolean | null;
  callback: string | null;
  source: string | null;
  line: number | null;
  column: number | null;
  original: OriginalPlace | null;
  /** True for those of Node itself. */
  internal: boolean;
  /** Of the JavaScript object. */
  address: Hex | null;
  detail: string | null;
}

export interface LoopTimerInfo extends LoopImmediateInfo {
  /** Milliseconds from the loop's last turn; negative where it was overdue then. */
  dueIn: number | null;
  /** Milliseconds of an interval, else null. */
  repeat: number | null;
  /** Milliseconds that were asked for. */
  duration: number | null;
}
