import type { SignalInfo } from '../dump/core-dump.ts';

/** Linux signal numbers of x86-64 and AArch64 (signal(7)). */
const names: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  5: 'SIGTRAP',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  10: 'SIGUSR1',
  11: 'SIGSEGV',
  12: 'SIGUSR2',
  13: 'SIGPIPE',
  14: 'SIGALRM',
  15: 'SIGTERM',
  17: 'SIGCHLD',
  18: 'SIGCONT',
  19: 'SIGSTOP',
  20: 'SIGTSTP',
  21: 'SIGTTIN',
  22: 'SIGTTOU',
  23: 'SIGURG',
  24: 'SIGXCPU',
  25: 'SIGXFSZ',
  26: 'SIGVTALRM',
  27: 'SIGPROF',
  28: 'SIGWINCH',
  29: 'SIGIO',
  30: 'SIGPWR',
  31: 'SIGSYS',
};

export function signalName(signo: number): string {
  return names[signo] ?? `signal ${signo}`;
}

/** What ended the process, by the name that its system has for it. */
export function nameOfEnd(signo: number, signal: SignalInfo | undefined): string {
  return signal?.exception ?? signalName(signo);
}

/** What the signal means, for people. */
export function signalMeaning(signo: number): string {
  const meanings: Readonly<Record<number, string>> = {
    4: 'an illegal instruction',
    5: 'a trap, which V8 uses to stop a process at once',
    6: 'abort()',
    7: 'an access to memory that no longer lies behind its mapping',
    8: 'an arithmetic error',
    11: 'an access to memory that it may not touch',
  };
  return meanings[signo] ?? 'a signal';
}

/** Raised by the hardware at an instruction, when si_code is positive. */
export const faultSignals: ReadonlySet<number> = new Set([4, 5, 7, 8, 11]);
