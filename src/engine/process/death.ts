import { hex } from '../address.ts';
import type { DeathKind, DumpInfo, OriginalPlace } from '../contract.ts';
import type { SignalInfo } from '../dump/core-dump.ts';
import type { StackFrame } from '../stack/frame.ts';
import type { JsFrame } from '../v8/frames/js-frame.ts';
import type { CapturedFrame } from './captured-frames.ts';
import { deathText } from './death-text.ts';
import type { MemoryShortage } from './memory-shortage.ts';
import { faultSignals, nameOfEnd } from './signals.ts';

/** The value that was thrown, as far as it can be told. */
export interface ThrownValue {
  readonly className: string;
  readonly message: string;
  /** Null for what is no error. */
  readonly stack: string | null;
  /** True if it was the reason of a rejected promise; undefined if that can't be told. */
  readonly fromPromise: boolean | undefined;
  /** It was thrown in another thread, and came here as a copy. */
  readonly isCopy: boolean;
}

/** What the end of a process is told from. */
export interface DeathEvidence {
  readonly signal: SignalInfo | undefined;
  /** pr_cursig of the first thread, where there is no NT_SIGINFO. */
  readonly cursig: number;
  readonly pid: number | undefined;
  /** The stack of the thread that took the signal. */
  readonly frames: readonly StackFrame[];
  /** Why that stack is not whole; undefined if it is. */
  readonly stackGap: string | undefined;
  readonly thrown: ThrownValue | undefined;
  /** Old objects of the thread's isolate, and the limit for them, in bytes. */
  readonly heap: { readonly used: number | undefined; readonly limit: number | undefined } | undefined;
  /** The promise that was rejected, where Node was about to say so. */
  readonly promise: number | undefined;
  readonly shortage: MemoryShortage | undefined;
  /** The regular expression that was being matched, and against what, in words. */
  readonly matching: string | undefined;
  /** Where frames came from by source maps, of the stack and of an error's; undefined without one. */
  readonly original: (frame: JsFrame) => OriginalPlace | undefined;
  readonly originalOfCaptured: (frame: CapturedFrame) => OriginalPlace | undefined;
  /** Length and innermost functions of the longest recursion on that stack. */
  readonly recursion: { readonly frames: number; readonly names: readonly string[] } | undefined;
}

/** SIGABRT */
const ABORT = 6;
/** Frames among which a call that ends the process is looked for. */
const EXIT_FRAMES = 6;

/** Native functions on the stack that tell a kind of death (V8 10.2 to 14.6, Node 18 to 26), most telling first. */
const marks: readonly { readonly kind: DeathKind; readonly pattern: RegExp }[] = [
  { kind: 'out-of-memory', pattern: /FatalProcessOutOfMemory|OOMErrorHandler|OnOOMError|OOMError/ },
  {
    kind: 'uncaught-exception',
    pattern: /TriggerUncaughtException|v8::internal::Isolate::Throw|Isolate::ReThrow/,
  },
  {
    kind: 'abort',
    pattern:
      /^node::Abort|^node::Assert|^abort$|^process\.abort$|^node::OnFatalError|v8::base::FatalOOM|V8_Fatal/,
  },
];

/** How the process ended, with two sentences for people. */
export function explainDeath(evidence: DeathEvidence): DumpInfo['death'] {
  const signo = evidence.signal?.signo ?? evidence.cursig;
  const kind = signo === 0 && isExiting(evidence) ? kindOf(evidence, ABORT) : kindOf(evidence, signo);
  const address = evidence.signal?.address;
  const thrown =
    kind === 'native-crash' || kind === 'signal' || kind === 'alive' ? undefined : evidence.thrown;
  return {
    kind,
    signal: signo === 0 ? null : nameOfEnd(signo, evidence.signal),
    address: address === undefined ? null : hex(address),
    exception: thrown ? { className: thrown.className, message: thrown.message, stack: thrown.stack } : null,
    promise: kind === 'unhandled-rejection' && evidence.promise !== undefined ? hex(evidence.promise) : null,
    allocation:
      kind === 'out-of-memory'
        ? { reason: evidence.shortage?.reason ?? null, bytes: evidence.shortage?.bytes ?? null }
        : null,
    message: deathText(kind, evidence, signo, thrown),
  };
}

/** A dump without a signal or exception, taken as the process ended: Node's own aborts exit on Windows. */
function isExiting({ frames }: DeathEvidence): boolean {
  return frames
    .slice(0, EXIT_FRAMES)
    .some((f) => /^(RtlExitUserProcess|(Nt|Zw)TerminateProcess|ExitProcess)$/.test(f.functionName ?? ''));
}

function kindOf(evidence: DeathEvidence, signo: number): DeathKind | null {
  const { signal, frames } = evidence;
  if (signo === 0) return 'alive';
  if (signal && sentByOther(signal, evidence.pid)) return 'signal';
  if (faultSignals.has(signo) && signal && signal.code > 0 && signo !== 5) {
    return hitGuardPage(evidence) ? 'stack-overflow' : nativeOrMark(evidence);
  }
  if (signo === ABORT && wasKilled(evidence)) return 'signal';
  const mark = marks.find((m) =>
    frames.some((f) => f.functionName !== undefined && m.pattern.test(f.functionName)),
  );
  // An executable without symbols leaves no mark of what was thrown.
  const isThrown =
    mark?.kind === 'uncaught-exception' || (mark?.kind !== 'out-of-memory' && evidence.thrown !== undefined);
  if (isThrown && isStackOverflow(evidence)) return 'stack-overflow';
  if (isThrown && cameFromPromise(evidence)) return 'unhandled-rejection';
  if (isThrown) return 'uncaught-exception';
  if (mark) return mark.kind;
  // What V8 says then stands on the stack even where its functions have no names.
  if (evidence.shortage?.reason !== undefined) return 'out-of-memory';
  // What would tell may stand on the part that is missing.
  if (evidence.stackGap !== undefined && (signo === 4 || signo === 5 || signo === 6)) return null;
  if (signo === 6) return 'abort';
  if (signo === 5 || signo === 4) return 'abort';
  if (signo === 11 || signo === 7 || signo === 8) return wasRaised(evidence) ? 'signal' : 'native-crash';
  return signo === 19 ? 'alive' : 'signal';
}

/** V8's own fatal paths end in ud2 or a null write on some builds; the functions on the stack tell. */
function nativeOrMark(evidence: DeathEvidence): DeathKind {
  const oom = marks[0]!;
  const innermost = evidence.frames.slice(0, 12);
  return innermost.some((f) => f.functionName !== undefined && oom.pattern.test(f.functionName))
    ? 'out-of-memory'
    : 'native-crash';
}

/**
 * Faults carry si_code > 0, unless a handler passed them on: Node's (TrapWebAssemblyOrContinue, src/node.cc)
 * raises the signal again, which then comes when it returns, at the instruction that failed. A signal that was
 * really sent by the process to itself finds it in the call that sends.
 */
function wasRaised({ signal, frames }: DeathEvidence): boolean {
  if (signal?.sender === undefined) return false;
  return frames
    .slice(0, 3)
    .some((f) => /^(kill|tgkill|raise|sigqueue|__?pthread_kill.*)$/.test(f.functionName ?? ''));
}

/** True if the process sent the signal to itself by kill(), as handlers of signals do at their end. */
function wasKilled({ frames }: DeathEvidence): boolean {
  return frames.slice(0, 3).some((f) => /^(kill|uv_kill)$/.test(f.functionName ?? ''));
}

/** Node hands the reason of an unhandled rejection to triggerUncaughtException(reason, true). */
function cameFromPromise(evidence: DeathEvidence): boolean {
  if (evidence.thrown?.fromPromise !== undefined) return evidence.thrown.fromPromise;
  return evidence.frames.some((f) => /^(throw|strict)UnhandledRejectionsMode$/.test(f.functionName ?? ''));
}

function sentByOther(signal: SignalInfo, pid: number | undefined): boolean {
  return signal.sender !== undefined && signal.sender !== 0 && pid !== undefined && signal.sender !== pid;
}

function isStackOverflow(evidence: DeathEvidence): boolean {
  return (
    (evidence.thrown?.className === 'RangeError' &&
      /^Maximum call stack size exceeded/.test(evidence.thrown.message)) ||
    evidence.frames.some((f) => /Isolate::StackOverflow/.test(f.functionName ?? ''))
  );
}

/** A fault within a few pages below the stack pointer is a stack that ran into its end. */
function hitGuardPage(evidence: DeathEvidence): boolean {
  const sp = evidence.frames[0]?.sp;
  const address = evidence.signal?.address;
  return (
    evidence.signal?.signo === 11 &&
    sp !== undefined &&
    address !== undefined &&
    Math.abs(sp - address) < 65536
  );
}
