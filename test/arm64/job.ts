/** A program to record. */
export interface Job {
  readonly name: string;
  /** With what the live debugger shows, with V8's own snapshot, or alone. */
  readonly kind: 'oracle' | 'heap' | 'core';
  /** Path in the machine. */
  readonly program: string;
  readonly flags: readonly string[];
  /** Milliseconds. */
  readonly timeout: number;
}

/** What the machine tells: where on the disk a result is (bytes), or why there is none. */
export type Event =
  | { readonly job: string; readonly offset: number; readonly size: number }
  | { readonly job: string; readonly error: string };

/** Where things are in the machine. */
export const places = {
  node: '/usr/local/bin/node',
  programs: '/app/programs',
  guest: '/app/oracle/guest.mjs',
  pauseScript: '/app/oracle/pause.cjs',
  jobs: '/app/jobs.json',
  results: '/out',
  disk: '/dev/vda',
} as const;
