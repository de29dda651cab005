import { attemptOr } from '../absence.ts';
import { type Address, address, at, type Tagged } from '../address.ts';
import type { StackFrame } from '../stack/frame.ts';
import { isHeapObject } from '../v8/frames/heap-object.ts';
import { openHandles } from '../v8/handles.ts';
import type { Isolate } from '../v8/isolate.ts';

/** What was thrown and not caught. */
export interface Thrown {
  readonly value: Tagged;
  /** True if it came as the reason of a rejected promise; undefined if that can't be told. */
  readonly fromPromise: boolean | undefined;
  /** How the value was found, for notes. */
  readonly found: string;
}

/** Words of an exit frame's fixed part and arguments that are looked at. */
const EXIT_WORDS = 24;
/** How far below the exit frame C++ may hold the value: bytes of native stack. */
const NATIVE_STACK = 64 << 10;

/**
 * The thrown value that made Node end the process. V8 clears its exception slots before it aborts
 * (Isolate::Throw with FLAG_abort_on_uncaught_exception, src/execution/isolate.cc), so it is taken from where
 * it still is, surest first: the argument of Runtime_Throw or of Node's triggerUncaughtException, the
 * isolate's exception slot, then the newest error among the open handles and on the native stack.
 */
export function thrownValue(isolate: Isolate, frames: readonly StackFrame[]): Thrown | undefined {
  return attemptOr(undefined, () => {
    const exit = frames.findIndex((f) => f.kind !== 'native');
    const natives = frames.slice(0, exit < 0 ? frames.length : exit).map((f) => f.functionName ?? '');
    const fp = frames[exit]?.fp;
    const isSilent = exit >= 0 && abortedUnnamed(natives);
    const isThrown = natives.some((n) =>
      /Isolate::(Re)?Throw|TriggerUncaughtException|ThrowException|StackOverflow/.test(n),
    );
    const isThrow = natives.some((n) => n.startsWith('v8::internal::Runtime_Throw('));
    if ((isThrow || ((isSilent || isThrown) && isThrowHandler(frames[exit + 1]))) && fp !== undefined) {
      return {
        value: isolate.runtime.memory.tagged(at(fp, 16)),
        fromPromise: undefined,
        found: 'argument of the throw',
      };
    }
    const isTriggered =
      natives.some((n) => /TriggerUncaughtException\(v8::FunctionCallbackInfo/.test(n)) ||
      frames[exit]?.functionName === 'triggerUncaughtException' ||
      throwsRejection(frames[exit + 1]);
    if (isTriggered && fp !== undefined) {
      const told = callbackArguments(isolate, fp);
      if (told) return told;
    }
    if (!isThrown && !isSilent) return undefined;
    return pendingException(isolate) ?? newestError(isolate, frames[0]?.sp, fp);
  });
}

/**
 * What an executable without symbols tells of an abort in Isolate::Throw: V8's and Node's other ways to the end have
 * names, since they are exported.
 */
function abortedUnnamed(natives: readonly string[]): boolean {
  // On Windows the abort is a breakpoint, in a function of its own.
  const [innermost, ...others] = natives.filter((name) => name !== 'v8::base::OS::DebugBreak()');
  return innermost === 'v8::base::OS::Abort()' && others.length > 0 && others.every((name) => name === '');
}

/** True for the bytecode handler of a `throw`. */
function isThrowHandler(frame: StackFrame | undefined): boolean {
  return /^(Re)?Throw\w*Handler$/.test(frame?.functionName ?? '');
}

/** True for the function by which Node gives the reason of an unhandled rejection to triggerUncaughtException. */
function throwsRejection(frame: StackFrame | undefined): boolean {
  return (
    frame?.js?.url === 'node:internal/process/promises' &&
    /^(throw|strict)UnhandledRejectionsMode$/.test(frame.functionName ?? '')
  );
}

/** `triggerUncaughtException(error, fromPromise)`: its arguments lie behind the exit frame's fixed slots. */
function callbackArguments(isolate: Isolate, fp: Address): Thrown | undefined {
  const { memory } = isolate.runtime;
  const yes = isolate.root('true_value');
  const no = isolate.root('false_value');
  for (let i = 2; i < EXIT_WORDS; i++) {
    const word = memory.tagged(at(fp, 8 * (i + 1)));
    if (word !== yes && word !== no) continue;
    const value = memory.tagged(at(fp, 8 * i));
    if (value === yes || value === no || Number.isNaN(value)) continue;
    return { value, fromPromise: word === yes, found: 'argument of triggerUncaughtException' };
  }
  return undefined;
}

function pendingException(isolate: Isolate): Thrown | undefined {
  const word = isolate.exception;
  if (word === undefined || Number.isNaN(word) || isolate.rootName(word) !== undefined) return undefined;
  return { value: word, fromPromise: undefined, found: 'pending exception' };
}

function newestError(
  isolate: Isolate,
  sp: Address | undefined,
  exit: Address | undefined,
): Thrown | undefined {
  for (const slot of openHandles(isolate)) {
    if (isError(isolate, slot)) return found(isolate, slot, 'newest error among the handles');
  }
  if (sp === undefined || exit === undefined) return undefined;
  for (let slot = sp as number; slot < Math.min(exit, sp + NATIVE_STACK); slot += 8) {
    if (isError(isolate, address(slot))) return found(isolate, slot, 'innermost error on the native stack');
  }
  return undefined;
}

function found(isolate: Isolate, slot: number, how: string): Thrown {
  return { value: isolate.runtime.memory.tagged(address(slot)), fromPromise: undefined, found: how };
}

function isError(isolate: Isolate, slot: Address): boolean {
  const { memory, layout } = isolate.runtime;
  return attemptOr(false, () => {
    const word = memory.tagged(slot);
    if (!isHeapObject(word)) return false;
    const map = memory.tagged(address(word - 1));
    return (
      isHeapObject(map) &&
      memory.u16(address(map - 1 + layout.objects.map.instanceType)) === layout.types.JS_ERROR
    );
  });
}
