import type { Value } from '../v8/inspect.ts';
import type { Machine } from './machine.ts';
import { MadeArray, MadeObject } from './operand.ts';
import { bad } from './refusal.ts';

/** `$frame`: the selected frame as an object. */
export function frameObject(machine: Machine): MadeObject {
  const { frame } = machine.environment;
  if (!frame) throw bad('$frame is not defined: no frame is selected');
  const operand = (value: Value | undefined) => value && machine.heap.operand(value);
  const object = new MadeObject();
  object.put('function', operand(frame.function));
  object.put('functionName', frame.functionName);
  object.put('url', frame.url);
  object.put('line', frame.line);
  object.put('column', frame.column);
  object.put('this', operand(frame.receiver));
  object.put('arguments', new MadeArray(frame.arguments.map((value) => machine.heap.operand(value))));
  object.put('kind', frame.kind);
  object.put('tier', frame.tier);
  return object;
}
