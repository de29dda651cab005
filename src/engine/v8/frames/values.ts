import { absent } from '../../absence.ts';
import { type Address, hex, type Tagged } from '../../address.ts';
import type { Memory } from '../../memory/memory.ts';
import type { Value } from '../inspect.ts';

export function taggedValue(word: Tagged): Value {
  return Number.isNaN(word) ? absentValue('not a tagged word') : { kind: 'tagged', word };
}

export function absentValue(reason: string): Value {
  return { kind: 'absent', absence: absent(reason) };
}

/** The tagged word at `at` as a value. */
export function valueAt(memory: Memory, at: Address): Value {
  if (!memory.has(at, 8)) return absentValue(`${hex(at)}: ${memory.whyAbsent(at)}`);
  return taggedValue(memory.tagged(at));
}
