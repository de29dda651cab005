import { attemptOr } from '../../absence.ts';
import type { Tagged } from '../../address.ts';
import { arrayLength, element, field, isSmi, smiValue } from '../frames/heap-object.ts';
import type { JsFrame } from '../frames/js-frame.ts';
import { parameterCount, positionInBytecode, registerCount } from '../frames/js-frames.ts';
import type { ScriptLines, ScriptPosition } from '../frames/script-lines.ts';
import { bytecodeOf, scriptOf, sharedOf, urlOf } from '../frames/shared-function-info.ts';
import { absentValue, taggedValue } from '../frames/values.ts';
import type { Value } from '../inspect.ts';
import type { Isolate } from '../isolate.ts';

/**
 * A function that is not on any stack: a generator or async function between two of its steps. Its
 * JSGeneratorObject keeps what its frame would hold (objects/js-generator.tq): parameters and registers in one
 * array, and the bytecode offset of the `await` or `yield` that it stands at.
 */
export class SuspendedFrame implements JsFrame {
  readonly isolate: Isolate;
  /** The JSGeneratorObject. */
  readonly generator: Tagged;
  readonly tier = undefined;
  readonly inlined = false;
  readonly function: Tagged;
  readonly sharedFunctionInfo: Tagged;
  readonly script: Tagged | undefined;
  readonly bytecodeArray: Tagged | undefined;
  readonly bytecodeOffset: number | undefined;
  readonly registerCount: number;
  readonly position: ScriptPosition | undefined;
  readonly #parameters: number;

  /** Throws a Fault if `generator` is none. */
  constructor(isolate: Isolate, generator: Tagged, lines: ScriptLines) {
    const { runtime } = isolate;
    this.isolate = isolate;
    this.generator = generator;
    const { objects, code } = runtime.layout;
    this.function = field(runtime, generator, objects.generator.function);
    this.sharedFunctionInfo = sharedOf(runtime, this.function);
    this.script = scriptOf(runtime, this.sharedFunctionInfo);
    const bytecode = bytecodeOf(runtime, this.sharedFunctionInfo);
    this.bytecodeArray = bytecode;
    this.registerCount = bytecode === undefined ? 0 : registerCount(runtime, bytecode);
    this.#parameters = bytecode === undefined ? 0 : attemptOr(0, () => parameterCount(runtime, bytecode) - 1);
    const offset = field(runtime, generator, objects.generator.inputOrDebugPosition);
    this.bytecodeOffset =
      this.isSuspended && isSmi(offset) ? smiValue(offset) - (code.bytecodeArray.data - 1) : undefined;
    this.position = attemptOr(undefined, () => {
      const at =
        bytecode === undefined ? undefined : positionInBytecode(runtime, bytecode, this.bytecodeOffset);
      return at === undefined || this.script === undefined ? undefined : lines.at(this.script, at);
    });
  }

  /** False while it runs, and when it has ended. */
  get isSuspended(): boolean {
    const { runtime } = this.isolate;
    return attemptOr(false, () => {
      const state = field(runtime, this.generator, runtime.layout.objects.generator.continuation);
      return isSmi(state) && smiValue(state) >= 0;
    });
  }

  get url(): string | undefined {
    return this.script === undefined ? undefined : urlOf(this.isolate.runtime, this.script);
  }

  get context(): Value {
    return this.#field(this.isolate.runtime.layout.objects.generator.context);
  }

  get receiver(): Value {
    return this.#field(this.isolate.runtime.layout.objects.generator.receiver);
  }

  get args(): readonly Value[] {
    return Array.from({ length: this.#parameters }, (_, i) => this.#saved(i));
  }

  register(index: number): Value {
    return this.#saved(this.#parameters + index);
  }

  #field(offset: number): Value {
    const { runtime } = this.isolate;
    return attemptOr(absentValue('the generator cannot be read'), () =>
      taggedValue(field(runtime, this.generator, offset)),
    );
  }

  #saved(index: number): Value {
    const { runtime } = this.isolate;
    return attemptOr(absentValue('not kept while the function is suspended'), () => {
      const array = field(runtime, this.generator, runtime.layout.objects.generator.registers);
      if (index >= arrayLength(runtime, array))
        return absentValue('not kept while the function is suspended');
      return taggedValue(element(runtime, array, index));
    });
  }
}
