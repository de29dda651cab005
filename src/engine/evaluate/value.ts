import { absent } from '../absence.ts';
import type { Value } from '../v8/inspect.ts';
import { DumpObject, Made, type Operand, Sym, Unavailable } from './operand.ts';

/** An operand as it leaves the evaluation. */
export function toValue(operand: Operand): Value {
  if (operand instanceof DumpObject) return operand.value;
  if (operand instanceof Sym) return operand.value ?? { kind: 'made', made: operand };
  if (operand instanceof Unavailable) return { kind: 'absent', absence: absent(operand.reason) };
  if (operand instanceof Made) return { kind: 'made', made: operand };
  return { kind: 'synthetic', primitive: operand };
}
