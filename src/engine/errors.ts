/**
 * The named errors of the project: the only ones that a caller of the engine meets, and the codes that
 * `--json` prints. docs/errors.md explains each of them to users.
 */
export const errorCodes = [
  'FILE_NOT_FOUND',
  'PERMISSION_DENIED',
  'EMPTY_FILE',
  'UNRECOGNIZED_FORMAT',
  'NOT_A_CORE',
  'UNSUPPORTED_ARCHITECTURE',
  'TRUNCATED',
  'CORRUPT_DUMP',
  'NOT_NODE',
  'UNSUPPORTED_NODE_VERSION',
  'UNSUPPORTED_BUILD',
  'EXECUTABLE_NOT_FOUND',
  'EXECUTABLE_MISMATCH',
  'NO_ISOLATE',
  'NO_SUCH_THREAD',
  'NO_SUCH_FRAME',
  'NO_SUCH_ISOLATE',
  'NO_SUCH_SCRIPT',
  'NO_SUCH_OBJECT',
  'BAD_EXPRESSION',
  'REFUSED_EXPRESSION',
  'NOT_APPLICABLE',
  'CANCELLED',
  'NO_DUMP_WRITTEN',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** A failure that is told to the user: what happened, and (hint) what they can do about it. */
export class DayAfterError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, hint?: string) {
    super(message);
    this.name = 'DayAfterError';
    this.code = code;
    this.hint = hint;
  }
}
