/** `threads`, `stackTrace` and `scopes`. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Tagged } from '../engine/address.ts';
import type { FrameInfo, ThreadInfo } from '../engine/contract.ts';
import { DayAfterError } from '../engine/errors.ts';
import type { Progress } from '../engine/heap-graph/pass-progress.ts';
import { wasmPlace } from '../engine/report/frame.ts';
import { jsFrameOf, type Row } from './frame-table.ts';
import { moduleId } from './modules.ts';
import { loadSuspended, suspendedName, suspendedThread, tellsSuspended } from './suspended.ts';
import type { Target } from './target.ts';

export function threads(target: Target): DebugProtocol.ThreadsResponse['body'] {
  const list = target.core.threads().map((thread) => ({ id: thread.id, name: threadName(thread) }));
  // Behind the thread that died: others are mostly Node's own.
  if (tellsSuspended(target)) list.splice(1, 0, { id: suspendedThread, name: suspendedName });
  return { threads: list };
}

/** "main (4711)": the derived name and the kernel's id. */
export function threadName(thread: ThreadInfo): string {
  return `${thread.name ?? 'thread'} (${thread.id})`;
}

export async function stackTrace(
  target: Target,
  args: DebugProtocol.StackTraceArguments,
  report?: Progress,
): Promise<DebugProtocol.StackTraceResponse['body']> {
  if (args.threadId === suspendedThread && tellsSuspended(target)) await loadSuspended(target, report);
  else if (!target.core.threads().some((thread) => thread.id === args.threadId)) {
    throw new DayAfterError('NO_SUCH_THREAD', `There is no thread ${args.threadId} in this dump.`);
  }
  const rows = target.frames.rows(args.threadId);
  const start = Math.max(0, args.startFrame ?? 0);
  const end = args.levels ? start + args.levels : rows.length;
  const page = rows.slice(start, end);
  const stackFrames = await Promise.all(
    page.map((row) => stackFrame(target, args.threadId, row, args.format)),
  );
  return { stackFrames, totalFrames: rows.length };
}

async function stackFrame(
  target: Target,
  thread: number,
  row: Row,
  format: DebugProtocol.StackFrameFormat | undefined,
): Promise<DebugProtocol.StackFrame> {
  const id = target.frames.id(thread, row);
  if (row.kind === 'label') return { id, name: row.text, line: 0, column: 0, presentationHint: 'label' };
  const info = target.frames.info(row);
  const emphasis = target.frames.emphasis(thread, info);
  const frame: DebugProtocol.StackFrame = {
    id,
    name: frameName(info, format),
    // WebAssembly has no text that a line could be of.
    line: info.kind === 'wasm' ? 0 : (info.line ?? 0),
    column: info.kind === 'wasm' ? 0 : (info.column ?? 0),
  };
  // Where a frame has no hint of its own, its source's counts.
  if (emphasis === 'native') frame.presentationHint = 'subtle';
  if (emphasis === 'own') frame.presentationHint = 'normal';
  if (info.address !== null) frame.instructionPointerReference = info.address;
  if (info.module !== null) frame.moduleId = moduleId(info.module);
  const script = scriptOf(target, row, info);
  const original =
    info.original && script !== undefined
      ? await target.sources.original(script, info.original.source)
      : undefined;
  if (info.original && original) {
    frame.line = info.original.line;
    frame.column = info.original.column;
  }
  const source =
    original ?? (info.kind === 'js' ? await target.sources.of(info.source ?? '', script) : undefined);
  if (source) {
    const origin =
      emphasis === 'node' ? 'Node.js' : emphasis === 'skipped' ? 'skipped by skipFiles' : undefined;
    frame.source = origin === undefined ? source : { ...source, presentationHint: 'deemphasize', origin };
  } else if (info.kind !== 'js') {
    frame.source = target.sources.native(info);
    frame.line = 1;
    frame.column = 1;
  }
  return frame;
}

/** The Script of a row's function: an error's frames have its URL only. */
function scriptOf(target: Target, row: Row, info: FrameInfo): Tagged | undefined {
  const { source } = info;
  if (row.kind === 'captured') return source === null ? undefined : target.sources.scriptNamed(source);
  return jsFrameOf(row)?.script;
}

/** What the call stack shows: the function, for native code without a symbol its module and offset. */
export function frameName(info: FrameInfo, format?: DebugProtocol.StackFrameFormat): string {
  const module = info.module === null ? undefined : info.module.slice(info.module.lastIndexOf('/') + 1);
  let name = info.original?.name ?? info.function ?? '';
  if (info.kind === 'native' && format?.parameters !== true) name = withoutParameters(name);
  if (name === '') {
    if (info.kind === 'js') name = info.source === null ? '(anonymous)' : '(anonymous function)';
    else if (module !== undefined && info.offset !== null) name = `${module}+0x${info.offset.toString(16)}`;
    else name = info.address ?? '(unknown)';
  } else if (format?.module && module !== undefined && info.kind !== 'js') {
    name = `${module}!${name}`;
  }
  if (info.wasmFunction !== null) name += ` (${wasmPlace(info)})`;
  return info.inlined ? `${name} (inlined)` : name;
}

/** `v8::internal::Isolate::Throw` of its demangled signature; other text comes back as it is. */
export function withoutParameters(name: string): string {
  const end = name.lastIndexOf(')');
  let depth = 0;
  for (let i = end; i > 0; i--) {
    if (name[i] === ')') depth++;
    if (name[i] !== '(' || --depth > 0) continue;
    const isNamespace = name.startsWith('(anonymous namespace)', i);
    const isOperator = name.endsWith('operator', i);
    return isNamespace || isOperator ? name : name.slice(0, i);
  }
  return name;
}
