import { absent } from '../../absence.ts';
import { type Address, hex, type Tagged } from '../../address.ts';
import type { Memory } from '../../memory/memory.ts';
import type { Value } from '../inspect.ts';

export function taggedValue(word: Tagged): Value {
  return Number.isNaN(word) ? absentValue('not a tagged word') : { kind: 'tagged', word };
}

/** A word as V8 tags it; NaN if it is neither a Smi nor a pointer (see Tagged). */
export function asTagged(bits: bigint): Tagged {
  const low = bits & 0xffff_ffffn;
  if (low === 0n) return Number(BigInt.asIntN(64, bits)) as Tagged;
  return (bits < 1n << 48n ? Number(bits) : Number.NaN) as Tagged;
}

export function absentValue(reason: string): Value {
  return { kind: 'absent', absence: absent(reason) };
}

/** The tagged word at `at` as a value. */
export function valueAt(memory: Memory, at: Address): Value {
  if (!memory.has(at, 8)) return absentValue(`${hex(at)}: ${memory.whyAbsent(at)}`);
  return taggedValue(memory.tagged(at));
}
