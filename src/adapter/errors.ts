/**
 * The adapter's failures with stable numeric ids, so that clients and bug reports can name them.
 * docs/errors.md lists them.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { ConfigurationError } from '../configuration/attach.ts';
import { DayAfterError, type ErrorCode } from '../engine/errors.ts';

export const engineIds: Readonly<Record<ErrorCode, number>> = {
  FILE_NOT_FOUND: 1001,
  PERMISSION_DENIED: 1002,
  EMPTY_FILE: 1003,
  UNRECOGNIZED_FORMAT: 1004,
  NOT_A_CORE: 1005,
  UNSUPPORTED_ARCHITECTURE: 1006,
  TRUNCATED: 1007,
  CORRUPT_DUMP: 1008,
  NOT_NODE: 1009,
  UNSUPPORTED_NODE_VERSION: 1010,
  UNSUPPORTED_BUILD: 1011,
  EXECUTABLE_NOT_FOUND: 1012,
  EXECUTABLE_MISMATCH: 1013,
  NO_ISOLATE: 1014,
  NO_SUCH_THREAD: 1015,
  NO_SUCH_FRAME: 1016,
  NO_SUCH_ISOLATE: 1017,
  NO_SUCH_SCRIPT: 1018,
  NO_SUCH_OBJECT: 1019,
  BAD_EXPRESSION: 1020,
  REFUSED_EXPRESSION: 1021,
  NOT_APPLICABLE: 1022,
  CANCELLED: 1023,
  NO_DUMP_WRITTEN: 1024,
};

/** Failures that only a debug adapter has. */
export const adapterIds = {
  BAD_CONFIGURATION: 2001,
  NOT_ATTACHED: 2002,
  ALREADY_ATTACHED: 2003,
  PROCESS_IS_DEAD: 2004,
  READ_ONLY: 2005,
  UNKNOWN_REQUEST: 2006,
  NO_SUCH_REFERENCE: 2007,
  BAD_ARGUMENTS: 2008,
  INTERNAL: 2099,
} as const;

export type AdapterCode = keyof typeof adapterIds;

/** A failure of the adapter itself; `showUser` asks the editor for a notification. */
export class AdapterError extends Error {
  readonly code: AdapterCode;
  readonly showUser: boolean;

  constructor(code: AdapterCode, message: string, showUser = false) {
    super(message);
    this.name = 'AdapterError';
    this.code = code;
    this.showUser = showUser;
  }
}

/** Any thrown value as the `error` of a response. `format` has no placeholders: its braces are escaped. */
export function errorMessage(error: unknown, showUser: boolean): DebugProtocol.Message {
  if (error instanceof DayAfterError) {
    return message(engineIds[error.code], textOf(error), showUser);
  }
  if (error instanceof ConfigurationError)
    return message(adapterIds.BAD_CONFIGURATION, error.message, showUser);
  if (error instanceof AdapterError) {
    return message(adapterIds[error.code], error.message, showUser || error.showUser);
  }
  const text = error instanceof Error ? error.message : String(error);
  return message(adapterIds.INTERNAL, `Internal error of the debug adapter: ${text}`, showUser);
}

/** What is said of an expression starts with a name of the program's as a rule, and stays as it is. */
function textOf(error: DayAfterError): string {
  if (error.hint === undefined && error.code.endsWith('_EXPRESSION')) return error.message;
  const message = error.code.endsWith('_EXPRESSION') ? `${error.message}.` : sentence(error.message);
  return error.hint === undefined ? message : `${message} ${sentence(error.hint)}`;
}

/** The engine's messages are clauses; clients show sentences. A path keeps its own case. */
function sentence(text: string): string {
  const start = /^[a-z]+[ ',]/.test(text) ? text[0]!.toUpperCase() + text.slice(1) : text;
  return /[.!?…]$/.test(start) ? start : `${start}.`;
}

/** Clients replace `{name}` in a format from `variables`: text of ours goes there whole. */
function message(id: number, text: string, showUser: boolean): DebugProtocol.Message {
  return { id, format: '{_text}', variables: { _text: text }, showUser, sendTelemetry: false };
}
