import type { Tagged } from '../../address.ts';
import { bytecodeArrayIn } from '../frames/shared-function-info.ts';
import { sharedOf } from './functions.ts';
import type { HeapView } from './heap-view.ts';

/** JSGeneratorObject (objects/js-generator.tq). */
export interface GeneratorInfo {
  readonly function: Tagged;
  readonly context: Tagged;
  readonly receiver: Tagged;
  readonly state: 'suspended' | 'running' | 'closed';
  /** Of the `yield` or `await` it waits at; undefined before its first step and unless suspended. */
  readonly bytecodeOffset: number | undefined;
  readonly bytecodeArray: Tagged | undefined;
  /** Parameters without the receiver, then registers. */
  readonly registers: Tagged;
}

export function generatorInfo(view: HeapView, object: Tagged): GeneratorInfo {
  const o = view.layout.objects.generator;
  const fn = view.tagged(object, o.function);
  const continuation = view.smi(object, o.continuation);
  const state = continuation >= 0 ? 'suspended' : continuation === -2 ? 'running' : 'closed';
  const position = view.tagged(object, o.inputOrDebugPosition);
  const shared = sharedOf(view, fn);
  const bytecodeArray = bytecodeArrayIn(
    view.runtime,
    view.tagged(shared, view.layout.code.shared.functionData),
  );
  const isOffset = state === 'suspended' && view.isSmi(position);
  return {
    function: fn,
    context: view.tagged(object, o.context),
    receiver: view.tagged(object, o.receiver),
    state,
    bytecodeOffset: isOffset
      ? position / 0x1_0000_0000 - (view.layout.code.bytecodeArray.data - 1)
      : undefined,
    bytecodeArray,
    registers: view.tagged(object, o.registers),
  };
}
