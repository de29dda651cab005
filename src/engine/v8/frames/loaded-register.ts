import { bytecodeLength } from './bytecode-length.ts';

/** `Ldar <register>` (interpreter/bytecodes.h): the same number in every line. */
const LDAR = 0x0b;

/**
 * The interpreter register whose value is in the accumulator as the instruction at `offset` begins, because the
 * `Ldar` right before has loaded it; undefined if that is not so, or if `offset` may be jumped to. `r0` is the
 * operand that stands for register 0, `constants` are the Smis of the constant pool, among which long jumps are.
 */
export function registerInAccumulator(
  bytecodes: Uint8Array,
  offset: number,
  sizes: readonly Uint8Array[],
  r0: number,
  constants: readonly number[],
): number | undefined {
  let before = -1;
  let i = 0;
  const starts: number[] = [];
  while (i < bytecodes.length) {
    const size = bytecodeLength(bytecodes, i, sizes);
    if (size === 0) return undefined;
    if (i + size === offset) before = i;
    if (mayLeadTo(bytecodes, i, size, offset)) return undefined;
    starts.push(i);
    i += size;
  }
  if (before < 0 || bytecodes[before] !== LDAR || offset - before !== 2) return undefined;
  const far = new Set(constants);
  if (starts.some((start) => [-1, 0, 1].some((d) => far.has(offset - start + d)))) return undefined;
  const operand = (bytecodes[before + 1]! << 24) >> 24;
  const register = r0 - operand;
  return register >= 0 ? register : undefined;
}

/** Whether the first operand, taken for a distance, leads to `offset`, as it may in jumps of either direction. */
function mayLeadTo(bytecodes: Uint8Array, start: number, size: number, offset: number): boolean {
  if (size < 2) return false;
  const prefixed = bytecodes[start]! < 4;
  if (!prefixed) {
    const distance = bytecodes[start + 1]!;
    return distance !== 0 && (start + distance === offset || start - distance === offset);
  }
  const bytes = Math.min(size - 2, bytecodes[start]! & 1 ? 4 : 2);
  if (bytes <= 0) return false;
  const distance = Buffer.from(bytecodes.subarray(start + 2, start + 2 + bytes)).readUIntLE(0, bytes);
  return [-1, 0, 1].some((d) => start + distance + d === offset || start - distance + d === offset);
}
