import { Fault } from '../../absence.ts';
import { address, type Tagged } from '../../address.ts';
import type { HeapView } from './heap-view.ts';

/** BigInt::kMaxLengthBits / 64. */
const MAX_DIGITS = 1 << 24;

/** Value of a BigInt: bit 0 of the bit field is the sign, bits 1 to 30 the number of 64-bit digits. */
export function bigIntValue(view: HeapView, word: Tagged): bigint {
  const { bitField, digits } = view.layout.objects.bigInt;
  const bits = view.u32(word, bitField);
  const length = (bits >>> 1) & 0x3fff_ffff;
  if (length > MAX_DIGITS) throw new Fault(view.base(word), `a BigInt of ${length} digits`);
  if (length === 0) return 0n;
  const bytes = view.memory.bytes(address(view.base(word) + digits), length * 8);
  const magnitude = BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
  return bits & 1 ? -magnitude : magnitude;
}
