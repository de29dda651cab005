import { attemptOr } from '../absence.ts';
import { type Address, at } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import type { ModuleMap } from '../modules/module-map.ts';

/** Intel SDM volume 2: call rel32; call [rip + disp32]; jmp [rip + disp32]; endbr64. */
const CALL = 0xe8;
const CALL_SLOT = 0x15ff;
const JUMP_SLOT = 0x25ff;
const ENDBR64 = 0xfa1e0ff3;

/** True if a call of x86-64 may be what stands before `pc`; also if its code cannot be read. */
export function isBehindCall(memory: Memory, pc: Address): boolean {
  const code = attemptOr(undefined, () => memory.bytes(at(pc, -7), 7));
  if (!code || code[2] === CALL) return true;
  // FF /2: call of a register or of what memory holds, of two to seven bytes.
  for (let n = 0; n <= 5; n++) if (code[n] === 0xff && ((code[n + 1]! >> 3) & 7) === 2) return true;
  return false;
}

/**
 * Where the call before `pc` goes, also through the procedure linkage table and the slot that the dynamic linker filled;
 * undefined if it names no place, or cannot be read.
 */
export function callTarget(memory: Memory, modules: ModuleMap, pc: Address): Address | undefined {
  const own = modules.at(pc);
  return attemptOr(undefined, () => {
    const offset = memory.u32(at(pc, -4)) | 0;
    if (memory.u16(at(pc, -6)) === CALL_SLOT) return memory.pointer(at(pc, offset));
    if (memory.u8(at(pc, -5)) !== CALL) return undefined;
    const target = at(pc, offset);
    return modules.at(target) === own ? (throughTable(memory, target) ?? target) : target;
  });
}

/** Where an entry of the procedure linkage table leads (System V psABI of x86-64, 5.2); undefined if it is none. */
function throughTable(memory: Memory, entry: Address): Address | undefined {
  let jump = memory.u32(entry) === ENDBR64 ? at(entry, 4) : entry;
  // bnd
  if (memory.u8(jump) === 0xf2) jump = at(jump, 1);
  if (memory.u16(jump) !== JUMP_SLOT) return undefined;
  return memory.pointer(at(jump, 6 + (memory.u32(at(jump, 2)) | 0)));
}
