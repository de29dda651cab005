import { attemptOr } from '../../absence.ts';
import type { JsFrame } from '../frames/js-frame.ts';
import type { Property, Value } from '../inspect.ts';
import type { HeapView } from '../objects/heap-view.ts';
import { dataProperty } from '../property.ts';

const MAX_ARGUMENTS = 100;
const MAX_REGISTERS = 200;

/**
 * What a function's parameters and interpreter registers hold, for functions whose text tells no names. They are named
 * as in V8's bytecode listings (interpreter/bytecode-register.cc): a0, a1, …; r0, r1, …. Registers with V8's own objects
 * in them, or with undefined, are left out.
 */
export function unnamedVariables(js: JsFrame, view: HeapView): readonly Property[] {
  const list = js.args.slice(0, MAX_ARGUMENTS).map((value, i) => dataProperty(`a${i}`, value));
  for (let i = 0; i < Math.min(js.registerCount, MAX_REGISTERS); i++) {
    const value = js.register(i);
    if (attemptOr(false, () => isOfLanguage(view, value))) list.push(dataProperty(`r${i}`, value));
  }
  return list;
}

/** True for values other than undefined that a variable can have. */
function isOfLanguage(view: HeapView, value: Value): boolean {
  if (value.kind === 'absent') return false;
  if (value.kind !== 'tagged') return value.kind !== 'synthetic' || value.primitive !== undefined;
  const { word } = value;
  if (word === view.undefined || view.isHole(word)) return false;
  if (view.isSmi(word) || view.isString(word) || view.isReceiver(word)) return true;
  const { ODDBALL, HEAP_NUMBER, BIGINT, SYMBOL } = view.layout.types;
  const type = view.typeOrUndefined(word);
  return type !== undefined && [ODDBALL, HEAP_NUMBER, BIGINT, SYMBOL].includes(type);
}
