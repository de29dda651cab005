import { absent } from '../absence.ts';
import type { Value } from '../v8/inspect.ts';
import type { Environment } from './environment.ts';
import { Interpreter } from './interpreter.ts';
import { Machine } from './machine.ts';
import { DumpObject, Made, type Operand, type Steps, Sym, Unavailable } from './operand.ts';
import { parse } from './parse.ts';

/**
 * The value of a JavaScript expression over a dump. Nothing of the dump's code runs and nothing changes;
 * docs/evaluate.md lists what is evaluated. Throws DayAfterError: BAD_EXPRESSION (what JavaScript would
 * throw), REFUSED_EXPRESSION, NO_SUCH_OBJECT, CANCELLED (deadline or signal).
 */
export function evaluate(expression: string, environment: Environment): Value {
  const { machine, steps } = start(expression, environment);
  for (;;) {
    const step = steps.next();
    if (step.done) return toValue(step.value);
    machine.meter.resume();
  }
}

/** As `evaluate`, but lets the event loop run every 20 ms. */
export async function evaluateAsync(expression: string, environment: Environment): Promise<Value> {
  const { machine, steps } = start(expression, environment);
  for (;;) {
    const step = steps.next();
    if (step.done) return toValue(step.value);
    await new Promise((resume) => setImmediate(resume));
    machine.meter.check();
    machine.meter.resume();
  }
}

function start(expression: string, environment: Environment): { machine: Machine; steps: Steps<Operand> } {
  const machine = new Machine(environment);
  return { machine, steps: new Interpreter(machine, parse(expression)).run() };
}

/** An operand as it leaves the evaluation. */
export function toValue(operand: Operand): Value {
  if (operand instanceof DumpObject) return operand.value;
  if (operand instanceof Sym) return operand.value ?? { kind: 'made', made: operand };
  if (operand instanceof Unavailable) return { kind: 'absent', absence: absent(operand.reason) };
  if (operand instanceof Made) return { kind: 'made', made: operand };
  return { kind: 'synthetic', primitive: operand };
}
