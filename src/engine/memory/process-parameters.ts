import { attemptOr } from '../absence.ts';
import { address, at } from '../address.ts';
import type { CoreDump } from '../dump/core-dump.ts';
import type { Memory } from './memory.ts';

/** In the TEB its PEB, in that the RTL_USER_PROCESS_PARAMETERS (winternl.h; the same since Windows Vista, 64-bit). */
const PEB = 0x60;
const PARAMETERS = 0x20;
const COMMAND_LINE = 0x70;
const ENVIRONMENT = 0x80;
const MAX_ENVIRONMENT = 1 << 20;
const CHUNK = 4096;

/** What a process of Windows was started with. */
export interface ProcessParameters {
  readonly commandLine: string;
  /** As it was last: "NAME=value". */
  readonly environment: readonly string[];
}

/** Undefined if that part of memory is not there. */
export function processParameters(core: CoreDump, memory: Memory): ProcessParameters | undefined {
  return attemptOr(undefined, () => {
    const teb = core.threads.find((t) => t.pointer !== 0)?.pointer;
    if (teb === undefined) return undefined;
    const parameters = memory.pointer(at(memory.pointer(at(teb, PEB)), PARAMETERS));
    // UNICODE_STRING: bytes, capacity, pointer.
    const text = at(parameters, COMMAND_LINE);
    const commandLine = memory.bytes(memory.pointer(at(text, 8)), memory.u16(text)).toString('utf16le');
    return { commandLine, environment: environmentAt(memory, memory.pointer(at(parameters, ENVIRONMENT))) };
  });
}

/** Texts that each end with a zero; an empty one ends the block. */
function environmentAt(memory: Memory, start: number): string[] {
  const parts: string[] = [];
  for (let done = 0; done < MAX_ENVIRONMENT; done += CHUNK) {
    const bytes = attemptOr(undefined, () => memory.bytes(address(start + done), CHUNK));
    if (!bytes) break;
    parts.push(bytes.toString('utf16le'));
    if (parts.join('').includes('\0\0')) break;
  }
  return parts.join('').split('\0\0', 1)[0]!.split('\0');
}
