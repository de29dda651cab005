import { attemptOr } from '../../absence.ts';
import { at } from '../../address.ts';
import type { V8Runtime } from '../runtime.ts';
import type { CodeObject } from './code-object.ts';

const MAX_ENTRIES = 1 << 16;

/**
 * Index of the deoptimization entry that belongs to the call that returns to `codeOffset`, from the safepoint
 * table behind the instructions (codegen/safepoint-table.h, maglev-safepoint-table.h); undefined if the call
 * has none. Calls of code that is to be deoptimized return to the entry's trampoline (Deoptimizer::
 * DeoptimizeMarkedCode, deoptimizer/deoptimizer.cc).
 *
 *     [stack slots] length configuration [Maglev: tagged slots [untagged slots]] entries…
 *     entry: pc [deopt index + 1, trampoline pc + 1] register indexes [Maglev: pushed registers]
 */
export function deoptIndexAt(runtime: V8Runtime, code: CodeObject, codeOffset: number): number | undefined {
  return attemptOr(undefined, () => {
    const { memory } = runtime;
    const table = at(code.start, code.size);
    const slots = runtime.layout.code.safepointStackSlots ? 4 : 0;
    const length = memory.u32(at(table, slots));
    const configuration = memory.u32(at(table, slots + 4));
    const maglev = code.kind === 'maglev';
    const hasDeopt = (configuration & 1) !== 0;
    const registerBytes = (configuration >>> 1) & 7;
    const pcBytes = (configuration >>> 4) & 7;
    const indexBytes = (configuration >>> 7) & 7;
    const header = maglev ? 16 : slots + 8;
    const size = pcBytes + (hasDeopt ? indexBytes + pcBytes : 0) + registerBytes + (maglev ? 1 : 0);
    if (!hasDeopt || pcBytes < 1 || pcBytes > 4 || indexBytes < 1 || indexBytes > 4) return undefined;
    if (length > MAX_ENTRIES || header + length * size > code.metadataSize) return undefined;
    const bytes = memory.bytes(at(table, header), length * size);
    for (let i = 0; i < length; i++) {
      const entry = i * size;
      const trampoline = bytes.readUIntLE(entry + pcBytes + indexBytes, pcBytes) - 1;
      if (bytes.readUIntLE(entry, pcBytes) !== codeOffset && trampoline !== codeOffset) continue;
      const index = bytes.readUIntLE(entry + pcBytes, indexBytes);
      return index === 0 ? undefined : index - 1;
    }
    return undefined;
  });
}
