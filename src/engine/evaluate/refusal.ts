import { DayAfterError } from '../errors.ts';

/** Something that is JavaScript, but is not evaluated over a dump; `why` is one sentence. */
export function refused(why: string, hint?: string): DayAfterError {
  return new DayAfterError('REFUSED_EXPRESSION', why, hint);
}

/** What JavaScript itself throws for the expression. */
export function bad(message: string): DayAfterError {
  return new DayAfterError('BAD_EXPRESSION', message);
}

export function cancelled(why: string): DayAfterError {
  return new DayAfterError('CANCELLED', why);
}
