import type { StandIn } from './processor.ts';

const nothing: StandIn = () => 0;
const yes: StandIn = () => 1;

/** HeapAlloc(heap, flags, bytes); all memory is zeroed. */
const allocate: StandIn = (processor) => processor.memory.allocate(processor.argument(2));

/**
 * What stands in for functions of Windows, by their names; the C and C++ libraries are part of Node's executable. Locks
 * are free, since nobody else runs.
 */
export const windowsLibrary: ReadonlyMap<string, StandIn> = new Map<string, StandIn>([
  ['HeapAlloc', allocate],
  ['HeapFree', yes],
  ['GetProcessHeap', yes],
  ['EnterCriticalSection', nothing],
  ['LeaveCriticalSection', nothing],
  ['TryEnterCriticalSection', yes],
  ['AcquireSRWLockExclusive', nothing],
  ['AcquireSRWLockShared', nothing],
  ['ReleaseSRWLockExclusive', nothing],
  ['ReleaseSRWLockShared', nothing],
  ['TryAcquireSRWLockExclusive', yes],
  ['GetLastError', nothing],
  ['SetLastError', nothing],
  ['GetCurrentThreadId', yes],
]);
