/** Why the process stopped: the `stopped` event and `exceptionInfo`, with an error's causes. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { isAbsent } from '../engine/absence.ts';
import type { DeathKind, DumpInfo } from '../engine/contract.ts';
import type { Inspector, Value } from '../engine/v8/inspect.ts';
import { printable } from './printable.ts';
import type { Target } from './target.ts';

const titles: Readonly<Record<DeathKind, string>> = {
  'uncaught-exception': 'Uncaught exception',
  'unhandled-rejection': 'Unhandled rejection',
  'out-of-memory': 'Out of memory',
  abort: 'Aborted',
  'stack-overflow': 'Stack overflow',
  'native-crash': 'Native crash',
  signal: 'Killed',
  alive: 'Alive when dumped',
};

export function stoppedBody(target: Target): DebugProtocol.StoppedEvent['body'] {
  const { death } = target.core.info();
  return {
    // An editor shows an error where the reason is one; the dump of a living process has none.
    reason: death.kind === 'alive' ? 'pause' : 'exception',
    description: death.kind === null ? 'Dead' : titles[death.kind],
    text: printable(death.message),
    threadId: target.focusThread,
    preserveFocusHint: false,
    allThreadsStopped: true,
  };
}

export function exceptionInfo(target: Target): DebugProtocol.ExceptionInfoResponse['body'] {
  const { death } = target.core.info();
  const body: DebugProtocol.ExceptionInfoResponse['body'] = {
    exceptionId: death.exception?.className ?? death.signal ?? 'Dump',
    description: printable(death.exception ? summary(death.exception) : death.message),
    breakMode: 'unhandled',
  };
  const details = exceptionDetails(target, death);
  if (details) body.details = details;
  return body;
}

function summary(exception: { className: string; message: string }): string {
  return exception.message === '' ? exception.className : `${exception.className}: ${exception.message}`;
}

function exceptionDetails(
  target: Target,
  death: DumpInfo['death'],
): DebugProtocol.ExceptionDetails | undefined {
  const { exception } = death;
  if (!exception) return undefined;
  const details: DebugProtocol.ExceptionDetails = {
    message: printable(exception.message),
    typeName: exception.className,
    stackTrace: printable(exception.stack ?? ''),
  };
  const value = target.core.thrown();
  const inspector = target.inspectorOf(target.focusThread);
  if (value && inspector) {
    const inner = causes(inspector, value);
    if (inner.length > 0) {
      details.innerException = inner;
      // Editors show this text alone.
      details.stackTrace += inner.map(causeText).join('');
    }
  }
  return details;
}

function causeText(cause: DebugProtocol.ExceptionDetails): string {
  return `\nCaused by: ${cause.stackTrace}${(cause.innerException ?? []).map(causeText).join('')}`;
}

/** What the console says first: the error's stack with its causes, else how the process died. */
export function deathText(target: Target): string {
  const { death } = target.core.info();
  return exceptionDetails(target, death)?.stackTrace || death.message;
}

/** Causes of an error that are followed. */
const maxCauses = 10;
/** Errors of an AggregateError that are shown. */
const maxErrors = 10;

/** The chain of `cause`, nested as the protocol wants it, and the errors of an AggregateError. */
function causes(inspector: Inspector, error: Value, depth = 0): DebugProtocol.ExceptionDetails[] {
  if (depth >= maxCauses) return [];
  const found: Value[] = [];
  for (const property of inspector.named(error)) {
    if (property.kind !== 'data') continue;
    if (property.name === 'cause') found.push(property.value);
    if (property.name === 'errors') {
      found.push(...inspector.indexed(property.value, 0, maxErrors).map((element) => element.value));
    }
  }
  return found.flatMap((value) => {
    const preview = inspector.preview(value);
    if (isAbsent(preview)) return [];
    const inner = preview.type === 'object' ? causes(inspector, value, depth + 1) : [];
    const details: DebugProtocol.ExceptionDetails = {
      typeName: preview.className ?? preview.type,
      message: printable(messageOf(inspector, value, preview.description)),
      stackTrace: printable(preview.description),
    };
    if (inner.length > 0) details.innerException = inner;
    return [details];
  });
}

function messageOf(inspector: Inspector, error: Value, description: string): string {
  const property = inspector.named(error).find((candidate) => candidate.name === 'message');
  const preview = property && inspector.preview(property.value);
  if (preview && !isAbsent(preview) && typeof preview.primitive === 'string') return preview.primitive;
  return description.split('\n', 1)[0]!;
}
