import { constants } from 'node:os';

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const dumping: ReadonlySet<string> = new Set([
  ...['SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGQUIT'],
  ...['SIGSEGV', 'SIGSYS', 'SIGTRAP', 'SIGXCPU', 'SIGXFSZ'],
]);

/** Whether a signal makes the kernel write a core, by default (signal(7)). */
export function dumpsCore(signal: NodeJS.Signals | undefined): boolean {
  return signal !== undefined && dumping.has(signal);
}

/** The signal that ended a command, or one of its processes: shells, npm and others then end with status 128 + n. */
export function signalOf({ code, signal }: Ending): NodeJS.Signals | undefined {
  if (signal !== null) return signal;
  if (code === null || code <= 128) return undefined;
  const names = Object.entries(constants.signals) as [NodeJS.Signals, number][];
  return names.find(([, number]) => number === code - 128)?.[0];
}
