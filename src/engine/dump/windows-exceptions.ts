import type { Address } from '../address.ts';
import { address } from '../address.ts';
import type { SignalInfo } from './core-dump.ts';

/** An EXCEPTION_RECORD (winnt.h), as far as it tells how a process ended. */
export interface ExceptionRecord {
  readonly code: number;
  /** Of the instruction. */
  readonly address: Address;
  readonly parameters: readonly bigint[];
}

/** Exception codes (ntstatus.h), each with the signal of Linux that means the same. */
const exceptions: ReadonlyMap<number, readonly [name: string, signo: number]> = new Map([
  [0x80000002, ['EXCEPTION_DATATYPE_MISALIGNMENT', 7]],
  [0x80000003, ['EXCEPTION_BREAKPOINT', 5]],
  [0xc0000005, ['EXCEPTION_ACCESS_VIOLATION', 11]],
  [0xc0000006, ['EXCEPTION_IN_PAGE_ERROR', 7]],
  [0xc000001d, ['EXCEPTION_ILLEGAL_INSTRUCTION', 4]],
  [0xc0000025, ['EXCEPTION_NONCONTINUABLE_EXCEPTION', 6]],
  [0xc000008c, ['EXCEPTION_ARRAY_BOUNDS_EXCEEDED', 8]],
  [0xc000008e, ['EXCEPTION_FLT_DIVIDE_BY_ZERO', 8]],
  [0xc0000090, ['EXCEPTION_FLT_INVALID_OPERATION', 8]],
  [0xc0000094, ['EXCEPTION_INT_DIVIDE_BY_ZERO', 8]],
  [0xc0000095, ['EXCEPTION_INT_OVERFLOW', 8]],
  [0xc0000096, ['EXCEPTION_PRIV_INSTRUCTION', 4]],
  [0xc00000fd, ['EXCEPTION_STACK_OVERFLOW', 11]],
  [0xc0000374, ['STATUS_HEAP_CORRUPTION', 6]],
  [0xc0000409, ['STATUS_STACK_BUFFER_OVERRUN', 6]],
  [0xc0000420, ['STATUS_ASSERTION_FAILURE', 6]],
  [0xc0000602, ['STATUS_FAIL_FAST_EXCEPTION', 6]],
  [0x40000015, ['STATUS_FATAL_APP_EXIT', 6]],
  [0xe06d7363, ['a C++ exception', 6]],
  [0xe0000008, ['V8_OUT_OF_MEMORY', 6]],
]);

/** Written by who takes a dump of a process that lives on: STATUS_WAKE_SYSTEM_DEBUGGER, DBG_PRINTEXCEPTION_C, MS_VC_EXCEPTION. */
const ofLiving = new Set([0x80000007, 0x40010006, 0x406d1388]);

/** Exceptions whose second parameter is the address that was accessed (EXCEPTION_RECORD.ExceptionInformation). */
const withAddress = new Set([0xc0000005, 0xc0000006, 0xc00000fd]);

/** An exception as the signal that it is like; undefined for those that do not end a process. */
export function signalOfException({
  code,
  address: at,
  parameters,
}: ExceptionRecord): SignalInfo | undefined {
  if (ofLiving.has(code)) return undefined;
  const [name, signo] = exceptions.get(code) ?? [`exception 0x${code.toString(16).padStart(8, '0')}`, 6];
  const accessed = withAddress.has(code) && parameters.length > 1 ? address(Number(parameters[1]!)) : at;
  const isFault = signo !== 6;
  return { signo, exception: name, code: 1, address: isFault ? accessed : undefined, sender: undefined };
}
