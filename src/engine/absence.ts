import { type Address, hex } from './address.ts';

/**
 * Why something that was asked for is not there. Public functions of the engine return
 * `value | Absence`; they never guess and never throw for the state of a dump.
 */
export class Absence {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

export function absent(reason: string): Absence {
  return new Absence(reason);
}

export function isAbsent(value: unknown): value is Absence {
  return value instanceof Absence;
}

/**
 * Thrown by the typed reads of `Memory` and by decoders that meet an impossible value. It stays inside the
 * engine: `attempt` turns it into an Absence at the edge of each public function.
 */
export class Fault extends Error {
  readonly address: Address;

  constructor(address: Address, reason: string) {
    super(`${hex(address)}: ${reason}`);
    this.name = 'Fault';
    this.address = address;
  }
}

/** Runs `read`; a Fault becomes an Absence, any other error passes. */
export function attempt<T>(read: () => T): T | Absence {
  try {
    return read();
  } catch (error) {
    if (error instanceof Fault) return new Absence(error.message);
    throw error;
  }
}

/** Runs `read`; a Fault becomes `fallback`. */
export function attemptOr<T>(fallback: T, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Fault) return fallback;
    throw error;
  }
}
