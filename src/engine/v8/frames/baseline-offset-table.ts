import { bytecodeLength } from './bytecode-length.ts';
import { VlqReader } from './vlq.ts';

/**
 * Bytecode offset of the baseline instruction before `codeOffset` (a return address, as an offset into the
 * code). The table holds the length of the prologue's machine code and then that of each bytecode's
 * (baseline/bytecode-offset-iterator.h). -1 stands for the prologue; undefined if the tables do not fit.
 */
export function baselineBytecodeOffset(
  table: Uint8Array,
  bytecodes: Uint8Array,
  sizes: readonly Uint8Array[],
  codeOffset: number,
): number | undefined {
  const reader = new VlqReader(table);
  let end = reader.unsigned();
  if (codeOffset <= end) return -1;
  for (let offset = 0; offset < bytecodes.length && !reader.atEnd; ) {
    end += reader.unsigned();
    if (codeOffset <= end) return offset;
    const size = bytecodeLength(bytecodes, offset, sizes);
    if (size === 0) return undefined;
    offset += size;
  }
  return undefined;
}
