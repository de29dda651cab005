import { Fault } from '../absence.ts';

/** Calls by pointers, which are left out where they fault: one damaged object shall not hide all others. */
export class SafeCalls<Call> {
  /** How many were left out. */
  failures = 0;
  readonly #calls: Call[] = [];

  /** The innermost of those that are not over. */
  get innermost(): Call | undefined {
    return this.#calls.at(-1);
  }

  begin(call: Call): void {
    this.#calls.push(call);
  }

  /** The innermost one is over. */
  end(): void {
    this.#calls.pop();
  }

  clear(): void {
    this.#calls.length = 0;
  }

  /** Takes the innermost call out for an error; throws that where there is none, or where it is no Fault. */
  leaveOut(error: unknown): Call {
    const call = error instanceof Fault ? this.#calls.pop() : undefined;
    if (!call) throw error;
    this.failures++;
    return call;
  }
}
