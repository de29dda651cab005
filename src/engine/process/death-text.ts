import { hex } from '../address.ts';
import type { DeathKind, OriginalPlace } from '../contract.ts';
import type { StackFrame } from '../stack/frame.ts';
import { type CapturedFrame, capturedFrames } from './captured-frames.ts';
import type { DeathEvidence, ThrownValue } from './death.ts';
import { nameOfEnd, signalMeaning } from './signals.ts';

/** Two sentences for people: what happened, and where. */
export function deathText(
  kind: DeathKind | null,
  evidence: DeathEvidence,
  signo: number,
  thrown: ThrownValue | undefined,
): string {
  return `${whatHappened(kind, evidence, signo, thrown)} ${where(evidence, kind)}`;
}

function whatHappened(
  kind: DeathKind | null,
  evidence: DeathEvidence,
  signo: number,
  thrown: ThrownValue | undefined,
): string {
  const value = thrown ? valueText(thrown) : 'a value that the dump does not tell';
  switch (kind) {
    case null:
      return `${nameOfEnd(signo, evidence.signal)} ended the process; why, the dump does not tell.`;
    case 'uncaught-exception':
      return thrown?.isCopy
        ? `A worker threw ${value}, and neither it nor a listener for its errors in the main thread caught it.`
        : `The program threw ${value}, nothing caught it, and Node was told to abort then.`;
    case 'unhandled-rejection':
      return `A promise was rejected with ${value}, and nothing handled it.`;
    case 'stack-overflow':
      return stackText(evidence, thrown);
    case 'out-of-memory':
      return memoryText(evidence);
    case 'abort':
      return abortText(evidence, signo, thrown && value);
    case 'native-crash':
      return nativeText(evidence, signo);
    case 'signal':
      return signalText(evidence, signo);
    case 'alive':
      return 'The process was alive when this dump was taken.';
  }
}

/** "TypeError: no such user", "the string "oops"", "an object of class Shop". */
function valueText({ className, message, stack }: ThrownValue): string {
  const line = message.split('\n', 1)[0]!;
  if (stack !== null) return line === '' ? className : `${className}: ${line}`;
  switch (className) {
    case 'string':
      return `the string "${line}"`;
    case 'number':
    case 'boolean':
    case 'bigint':
    case 'symbol':
      return `the ${className} ${line}`;
    case 'undefined':
      return 'undefined';
    case 'object':
      return line;
    default:
      return line === className ? `an object of class ${className}` : `${className} ${line}`;
  }
}

function stackText({ recursion }: DeathEvidence, thrown: ThrownValue | undefined): string {
  const how = recursion
    ? `${grouped(recursion.frames)} calls deep in the recursion of ${recursion.names.join(', ')}`
    : undefined;
  if (thrown) return `The stack was full${how ? `, ${how}` : ''}: ${valueText(thrown)}.`;
  return `The stack was full${how ? `, ${how}` : ''}, and native code ran into its end.`;
}

function memoryText({ heap, shortage }: DeathEvidence): string {
  const mega = (n: number) => `${Math.round(n / 1048576)} MiB`;
  let size = '';
  if (heap?.used !== undefined) {
    const allowed = heap.limit === undefined ? '' : `, where ${mega(heap.limit)} are allowed`;
    size = ` (${mega(heap.used)} of old objects${allowed})`;
  }
  const reason = shortage?.reason === undefined ? '' : ` with "${shortage.reason}"`;
  return `The JavaScript heap was full${size}, and V8 ended the process${reason}.`;
}

function abortText({ frames }: DeathEvidence, signo: number, value: string | undefined): string {
  const has = (pattern: RegExp) => frames.some((f) => pattern.test(f.functionName ?? ''));
  const after = value === undefined ? '' : ` after ${value}`;
  if (has(/^node::Assert/)) return `An assertion of Node's own C++ failed, which ended the process${after}.`;
  if (has(/V8_Fatal|FatalOOM/))
    return `V8 found itself in a state that cannot be, and ended the process${after}.`;
  if (has(/^node::Abort\(v8::FunctionCallbackInfo|^process\.abort$/))
    return `process.abort() ended the process${after}.`;
  return `The process ended itself${signo === 6 ? ' by abort()' : ''}${after}.`;
}

function nativeText({ frames, signal }: DeathEvidence, signo: number): string {
  const top = frames[0];
  const name = top?.functionName?.replace(/\(.*$/s, '');
  const module = top?.module?.path.split(/[\\/]/).at(-1);
  const inside = [name, module && (name ? `(${module})` : module)].filter(Boolean).join(' ');
  const address = signal?.address === undefined ? '' : ` at ${hex(signal.address)}`;
  return `${nameOfEnd(signo, signal)} stopped native code${inside === '' ? '' : ` in ${inside}`}: ${signalMeaning(signo)}${address}.`;
}

function signalText({ signal, pid }: DeathEvidence, signo: number): string {
  if (signal?.sender === undefined) return `${nameOfEnd(signo, signal)} ended the process.`;
  if (signal.sender === pid) return `The process sent ${nameOfEnd(signo, signal)} to itself.`;
  return `${nameOfEnd(signo, signal)} came from outside (process ${signal.sender}) while the process ran.`;
}

/** How the second sentence begins where JavaScript of the program is on the stack. */
const verbs: Readonly<Record<DeathKind, string>> = {
  'uncaught-exception': 'It was thrown in',
  'unhandled-rejection': 'It was thrown in',
  'out-of-memory': 'It happened in',
  abort: 'It was called in',
  'stack-overflow': 'It happened in',
  'native-crash': 'JavaScript called it in',
  signal: 'It was running',
  alive: 'It was running',
};

/** The second sentence: the innermost frame of the user's own code, else where the error was made, else what ran. */
function where(evidence: DeathEvidence, kind: DeathKind | null): string {
  const own = evidence.frames.find((f) => f.kind === 'js' && f.js?.position !== undefined && !isInternal(f));
  if (own) {
    const { line, column } = own.js!.position!;
    const source = own.js!.url ?? '';
    const place = placeText(nameOf(own), { source, line, column }, evidence.original(own.js!));
    const { bytes } = evidence.shortage ?? {};
    if (kind === 'out-of-memory') {
      return `The last allocation${bytes === undefined ? '' : `, of ${grouped(bytes)} bytes,`} was for ${place}.`;
    }
    const { matching } = evidence;
    if (matching !== undefined && (kind === 'signal' || kind === 'alive'))
      return `It was matching ${matching} in ${place}.`;
    const sender = evidence.signal?.sender;
    const isOwn = kind === 'signal' && sender !== undefined && sender === evidence.pid;
    return `${kind === null ? 'It happened in' : isOwn ? 'It did so in' : verbs[kind]} ${place}.`;
  }
  if (evidence.stackGap !== undefined) return `The stack of that thread is not whole: ${evidence.stackGap}.`;
  const origin = kind === 'signal' || kind === 'alive' ? undefined : originOf(evidence);
  if (origin !== undefined) return origin;
  const top = evidence.frames.find((f) => f.functionName !== undefined);
  if (top)
    return `No JavaScript of the program was on that thread's stack; the innermost function was ${nameOf(top)}.`;
  return "The stack of that thread can't be read.";
}

/** Where an error says that it was made, and which functions awaited that. */
function originOf({ thrown, originalOfCaptured }: DeathEvidence): string | undefined {
  const own = capturedFrames(thrown?.stack ?? '').filter(
    (f) => f.url !== undefined && !f.url.startsWith('node:'),
  );
  const made = own.find((f) => !f.isAsync) ?? own[0];
  if (!made) return undefined;
  const capturedText = (frame: CapturedFrame) => {
    const { function: name, url: source, line, column } = frame;
    return placeText(name || '(anonymous)', { source, line, column }, originalOfCaptured(frame));
  };
  const waiting = own.filter((f) => f.isAsync && f !== made).slice(0, 3);
  const wait = waiting.length === 0 ? '' : `, awaited by ${waiting.map(capturedText).join(', by ')}`;
  return `It was made in ${capturedText(made)}${wait}.`;
}

/** A function, and where it stands: by a source map, if there is one. */
function placeText(
  name: string,
  place: Pick<CapturedFrame, 'line' | 'column'> & { readonly source: string | undefined },
  original: OriginalPlace | undefined,
): string {
  const { source, line, column } = original ?? place;
  return `${original?.name ?? name} (${source}:${line}:${column})`;
}

function isInternal(frame: StackFrame): boolean {
  return frame.js?.url?.startsWith('node:') ?? true;
}

function nameOf(frame: StackFrame): string {
  return frame.functionName || '(anonymous)';
}

function grouped(n: number): string {
  return n.toLocaleString('en');
}
