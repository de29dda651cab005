import { attemptOr, Fault } from '../absence.ts';
import { type Address, at } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import { partitionPoint } from '../partition-point.ts';
import type { ExceptionDirectory } from './module.ts';

/** A RUNTIME_FUNCTION: a function, or a part of one. Addresses are relative to the image's base. */
export interface RuntimeFunction {
  readonly start: number;
  readonly end: number;
  /** Where its UNWIND_INFO is. */
  readonly unwindInfo: number;
}

const ENTRY = 12;
/** UNW_FLAG_CHAININFO */
const CHAINED = 4;
/** RUNTIME_FUNCTION_INDIRECT */
const INDIRECT = 1;
const MAX_CHAIN = 32;

/** The function that covers a runtime address; undefined for functions that change no register and call none. */
export function runtimeFunctionAt(
  memory: Memory,
  { base, start, bytes }: ExceptionDirectory,
  pc: Address,
): RuntimeFunction | undefined {
  const offset = pc - base;
  const before = partitionPoint(Math.floor(bytes / ENTRY), (n) => memory.u32(at(start, n * ENTRY)) <= offset);
  if (before === 0) return undefined;
  const entry = at(start, (before - 1) * ENTRY);
  return offset < memory.u32(at(entry, 4)) ? readRuntimeFunction(memory, base, entry) : undefined;
}

/** The function that a part of one belongs to: where its chain of UNWIND_INFO ends. */
export function wholeFunction(
  memory: Memory,
  directory: ExceptionDirectory,
  part: RuntimeFunction,
): RuntimeFunction {
  let current = part;
  for (let n = 0; n < MAX_CHAIN; n++) {
    const next = attemptOr(undefined, () => parentOf(memory, directory, current));
    if (!next) break;
    current = next;
  }
  return current;
}

/** The entry that an UNWIND_INFO with UNW_FLAG_CHAININFO ends with. */
function parentOf(
  memory: Memory,
  { base }: ExceptionDirectory,
  { unwindInfo }: RuntimeFunction,
): RuntimeFunction | undefined {
  const info = at(base, unwindInfo);
  if (((memory.u8(info) >> 3) & CHAINED) === 0) return undefined;
  const codes = memory.u8(at(info, 2));
  return readRuntimeFunction(memory, base, at(info, 4 + 2 * (codes + (codes % 2))));
}

/** The entry at an address; an indirect one only says where the true one is. Throws a Fault. */
export function readRuntimeFunction(
  memory: Memory,
  base: Address,
  where: Address,
  isTarget = false,
): RuntimeFunction {
  const unwindInfo = memory.u32(at(where, 8));
  if ((unwindInfo & INDIRECT) === 0)
    return { start: memory.u32(where), end: memory.u32(at(where, 4)), unwindInfo };
  if (isTarget) throw new Fault(where, 'an indirect function entry that leads to another');
  return readRuntimeFunction(memory, base, at(base, unwindInfo - INDIRECT), true);
}
