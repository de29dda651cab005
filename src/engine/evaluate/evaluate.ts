import type { Value } from '../v8/inspect.ts';
import { step } from './builtins/iterator.ts';
import type { Environment } from './environment.ts';
import { Interpreter } from './interpreter.ts';
import { Machine } from './machine.ts';
import { done, MadeIterator, type Operand, type Steps } from './operand.ts';
import { parse } from './parse.ts';
import { refused } from './refusal.ts';
import { toValue } from './value.ts';

/**
 * The value of a JavaScript expression over a dump. Nothing of the dump's code runs and nothing changes;
 * docs/evaluate.md lists what is evaluated. Throws DayAfterError: BAD_EXPRESSION (what JavaScript would
 * throw), REFUSED_EXPRESSION, NO_SUCH_OBJECT, CANCELLED (deadline or signal).
 */
export function evaluate(expression: string, environment: Environment): Value {
  const { machine, steps } = start(expression, environment);
  for (;;) {
    const step = next(steps);
    if (step.done) return toValue(step.value);
    machine.meter.resume();
  }
}

/** As `evaluate`, but lets the event loop run every 20 ms. */
export async function evaluateAsync(expression: string, environment: Environment): Promise<Value> {
  const { machine, steps } = start(expression, environment);
  for (;;) {
    const step = next(steps);
    if (step.done) return toValue(step.value);
    await new Promise((resume) => setImmediate(resume));
    machine.meter.check();
    machine.meter.resume();
  }
}

/** The next slice; calls that nest beyond this process's stack are refused. */
function next(steps: Steps<Operand>): IteratorResult<undefined, Operand> {
  try {
    return steps.next();
  } catch (error) {
    if (error instanceof RangeError && /call stack/.test(error.message)) {
      throw refused('the evaluation is nested too deeply');
    }
    throw error;
  }
}

function start(expression: string, environment: Environment): { machine: Machine; steps: Steps<Operand> } {
  const machine = new Machine(environment);
  return { machine, steps: whole(machine, expression) };
}

/** Elements of a resulting iterator that are shown. */
const SHOWN = 100;

function* whole(machine: Machine, expression: string): Steps<Operand> {
  const result = yield* new Interpreter(machine, parse(expression)).run();
  while (result instanceof MadeIterator && result.shown.length < SHOWN) {
    const element = yield* step(result.next);
    if (element === done) break;
    result.shown.push(element);
  }
  return result;
}
