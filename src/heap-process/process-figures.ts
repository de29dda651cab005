import { attemptOr } from '../engine/absence.ts';
import { pagesOf } from '../engine/v8/heap-pages.ts';
import type { OpenedCore } from './open-heap.ts';
import type { Overview } from './protocol.ts';

/** PF_W of a program header's flags. */
const WRITABLE = 2;

/** What the overview says of the process, and how much of its heap the dump has. */
export function processFigures({ session, isolate }: OpenedCore): {
  process: Overview['process'];
  pages: Overview['coverage']['pages'];
} {
  const { process, death, isolates } = session.info();
  const facts: [string, string | null][] = [
    ['Command', process.argv?.join(' ') ?? null],
    ['Process', process.pid === null ? null : String(process.pid)],
    ['Node.js', process.nodeVersion],
    ['Its end', death.message],
  ];
  const writable = session.core.segments
    .filter(({ flags }) => (flags & WRITABLE) !== 0)
    .reduce((sum, { start, end }) => sum + (end - start), 0);
  let bytes = 0;
  let unreadable = 0;
  const { memory } = isolate.runtime;
  for (const page of attemptOr([], () => pagesOf(isolate))) {
    bytes += page.size;
    if (!memory.has(page.start, 8)) unreadable += page.size;
  }
  return {
    process: {
      facts: facts.filter((fact): fact is [string, string] => fact[1] !== null),
      isolates: isolates.map(({ index, heap }) => ({ index, ...heap })),
      writable,
    },
    pages: { bytes, unreadable },
  };
}
