import { attemptOr } from '../../absence.ts';
import { at, type Tagged } from '../../address.ts';
import type { Tier } from '../../contract.ts';
import type { Value } from '../inspect.ts';
import type { Isolate } from '../isolate.ts';
import { type CodeObject, codeField } from './code-object.ts';
import { DeoptimizationData } from './deoptimization-data.ts';
import { byteArray } from './heap-object.ts';
import type { JsFrame } from './js-frame.ts';
import { argumentsOf, type PhysicalFrame } from './js-frames.ts';
import type { ScriptPosition } from './script-lines.ts';
import { scriptOf, urlOf } from './shared-function-info.ts';
import { positionAt } from './source-position-table.ts';
import { absentValue, valueAt } from './values.ts';

const MAX_INLINING = 1000;

/** One function of an optimized frame, by source positions alone. */
class PositionedFrame implements JsFrame {
  readonly isolate: Isolate;
  readonly tier: Tier;
  readonly inlined: boolean;
  readonly function: Tagged | undefined;
  readonly sharedFunctionInfo: Tagged;
  readonly bytecodeArray = undefined;
  readonly bytecodeOffset = undefined;
  readonly registerCount = 0;
  readonly #frame: PhysicalFrame;
  readonly #offset: number;

  constructor(
    frame: PhysicalFrame,
    tier: Tier,
    part: { shared: Tagged; offset: number; fn: Tagged | undefined; inlined: boolean },
  ) {
    this.#frame = frame;
    this.isolate = frame.isolate;
    this.tier = tier;
    this.inlined = part.inlined;
    this.function = part.fn;
    this.sharedFunctionInfo = part.shared;
    this.#offset = part.offset;
  }

  get script(): Tagged | undefined {
    return scriptOf(this.#frame.runtime, this.sharedFunctionInfo);
  }

  get url(): string | undefined {
    const { script } = this;
    return script === undefined ? undefined : urlOf(this.#frame.runtime, script);
  }

  get position(): ScriptPosition | undefined {
    const { script } = this;
    return script === undefined ? undefined : this.#frame.lines.at(script, this.#offset);
  }

  /** Of the outermost function: the one it was called in. */
  get context(): Value {
    return this.inlined
      ? absentValue('optimized out')
      : this.#slot(this.#frame.runtime.layout.frames.contextOrType);
  }

  get receiver(): Value {
    return this.inlined ? absentValue('optimized out') : this.#slot(this.#frame.runtime.layout.frames.args);
  }

  get args(): readonly Value[] {
    return this.inlined ? [] : argumentsOf(this.#frame);
  }

  register(): Value {
    return absentValue('optimized code keeps its variables readable only at calls');
  }

  #slot(offset: number): Value {
    return valueAt(this.#frame.runtime.memory, at(this.#frame.fp, offset));
  }
}

/**
 * The functions that run in an optimized frame, innermost first, by the code's source positions and inlining
 * positions. `codeOffset` is the return address's, or with `exact` that of the next instruction.
 */
export function framesByPosition(
  frame: PhysicalFrame,
  code: CodeObject,
  tier: Tier,
  fn: Tagged,
  codeOffset: number,
  exact: boolean,
): JsFrame[] {
  const { runtime } = frame;
  return attemptOr([], () => {
    const data = DeoptimizationData.of(runtime, code);
    const table = byteArray(runtime, codeField(runtime, code, 'sourcePositions'));
    if (!data) return [];
    let position = table && positionAt(table, runtime.layout.code.positionEncoding, codeOffset, !exact);
    const result: JsFrame[] = [];
    for (let i = 0; position && position.inliningId >= 0 && i < MAX_INLINING; i++) {
      const inlining = data.inlining(position.inliningId);
      if (!inlining) break;
      const part = {
        shared: inlining.sharedFunctionInfo,
        offset: position.offset,
        fn: undefined,
        inlined: true,
      };
      result.push(new PositionedFrame(frame, tier, part));
      position = inlining.call;
    }
    const part = { shared: data.sharedFunctionInfo, offset: position?.offset ?? -1, fn, inlined: false };
    result.push(new PositionedFrame(frame, tier, part));
    return result;
  });
}
