import { fused } from '../rounding.ts';
import { type Instruction, VEX_0F38 } from './instruction.ts';

/**
 * FMA (Intel SDM volume 2, VFMADD132PD and so on): products and sums of three operands of eight words each, `own` being
 * the register of the result. The upper digit of the opcode tells which ones are multiplied, the lower one the signs.
 * `read` reads a second operand of that many bytes from memory. Returns false for other instructions.
 */
export function fusedWords(
  i: Instruction,
  own: Int32Array,
  first: Int32Array,
  second: Int32Array,
  result: Int32Array,
  read: (bytes: number) => void,
): boolean {
  const opcode = i.opcode - VEX_0F38;
  const order = opcode >> 4;
  const kind = opcode & 15;
  if (i.prefix !== 0x66 || order < 9 || order > 11 || kind < 6) return false;
  const isDouble = i.size === 8;
  const isScalar = kind >= 8 && (kind & 1) === 1;
  const bytes = isDouble ? 8 : 4;
  const whole = i.isWide && !isScalar ? 32 : 16;
  read(isScalar ? bytes : whole);
  result.set(own);
  const view = (words: Int32Array) =>
    isDouble ? new Float64Array(words.buffer) : new Float32Array(words.buffer);
  const [mine, one, other, to] = [view(own), view(first), view(second), view(result)];
  for (let n = 0; n < (isScalar ? 1 : whole / bytes); n++) {
    const [a, b, c] =
      order === 9
        ? [mine[n]!, other[n]!, one[n]!]
        : order === 10
          ? [one[n]!, mine[n]!, other[n]!]
          : [one[n]!, other[n]!, mine[n]!];
    const factor = kind >= 12 ? -a : a;
    // vfmaddsub subtracts in even lanes, vfmsubadd in odd ones.
    const isLess = kind < 8 ? (n & 1) === (kind & 1) : (kind & 2) !== 0;
    const addend = isLess ? -c : c;
    to[n] = isDouble ? fused(factor, b, addend) : factor * b + addend;
  }
  return true;
}
