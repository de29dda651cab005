import { attemptOr, Fault } from '../../absence.ts';
import { type Address, address, at, type Tagged } from '../../address.ts';
import type { Tier } from '../../contract.ts';
import type { JsFrame } from '../../stack/frame.ts';
import type { Value } from '../inspect.ts';
import type { Isolate } from '../isolate.ts';
import type { CodeObject } from './code-object.ts';
import { DeoptimizationData } from './deoptimization-data.ts';
import { argumentsOf, type PhysicalFrame, positionInBytecode } from './js-frames.ts';
import { Materializer } from './materializer.ts';
import { deoptIndexAt } from './safepoint-table.ts';
import type { ScriptPosition } from './script-lines.ts';
import { scriptOf, urlOf } from './shared-function-info.ts';
import {
  readTranslation,
  type TranslatedFrame,
  type TranslatedState,
  type TranslatedValue,
} from './translated-state.ts';
import { absentValue, taggedValue, valueAt } from './values.ts';

/** V8's NaN that stands for a hole in double arrays (common/globals.h kHoleNanInt64). */
const HOLE_NAN = 0xfff7_ffff_fff7_ffffn;

/** Reads the values that a translation describes from the optimized frame. */
class ValueReader {
  readonly #frame: PhysicalFrame;
  readonly #state: TranslatedState;
  readonly #materializer: Materializer;

  constructor(frame: PhysicalFrame, state: TranslatedState) {
    this.#frame = frame;
    this.#state = state;
    this.#materializer = new Materializer(frame, state, (value) => this.value(value));
  }

  value(value: TranslatedValue | undefined): Value {
    switch (value?.kind) {
      case 'slot':
        return attemptOr(absentValue('not readable'), () =>
          this.#slot(value.type, this.#address(value.slot)),
        );
      case 'literal':
        return taggedValue(value.word);
      case 'register':
        return absentValue('it was in a machine register, which the call did not keep');
      case 'captured':
      case 'duplicate':
        return this.#captured(value.id);
      case 'arguments-length':
        return { kind: 'synthetic', primitive: argumentsOf(this.#frame).length };
      case 'rest-length':
        return { kind: 'synthetic', primitive: this.#materializer.restLength };
      case 'arguments-elements':
        return this.#captured(value.id);
      case 'optimized-out':
        return absentValue('optimized out');
      default:
        return absentValue('not described by the code');
    }
  }

  /** An object that was never allocated is made now; boxed doubles are plain numbers to JavaScript. */
  #captured(id: number): Value {
    const object = this.#state.objects.get(id);
    if (object?.kind === 'captured' && !object.concat) {
      const map = object.fields[0];
      const heapNumberMap = this.#frame.isolate.root('heap_number_map');
      if (map?.kind === 'literal' && map.word === heapNumberMap) return this.value(object.fields[1]);
    }
    const word = attemptOr(undefined, () => this.#materializer.objectOf(id));
    return word === undefined
      ? absentValue('optimized out: the object was never allocated')
      : taggedValue(word);
  }

  /** Slot i is the word i + 1 below the caller's sp (OptimizedFrame::StackSlotOffsetRelativeToFp). */
  #address(slot: number): Address {
    return at(this.#frame.fp, this.#frame.runtime.layout.frames.callerSp - 8 * (slot + 1));
  }

  #slot(type: (TranslatedValue & { kind: 'slot' })['type'], where: Address): Value {
    const { memory } = this.#frame.runtime;
    const made = (primitive: number | boolean | bigint): Value => ({ kind: 'synthetic', primitive });
    switch (type) {
      case 'tagged':
        return valueAt(memory, where);
      case 'int32':
        return made(memory.i32(where));
      case 'uint32':
        return made(memory.u32(where));
      case 'int64':
        return made(Number(BigInt.asIntN(64, memory.u64(where))));
      case 'bigint64':
        return made(BigInt.asIntN(64, memory.u64(where)));
      case 'biguint64':
        return made(memory.u64(where));
      case 'bool':
        return made((memory.u32(where) & 1) !== 0);
      case 'float':
        return made(memory.bytes(where, 4).readFloatLE(0));
      case 'double':
        return made(memory.f64(where));
      case 'holey-double':
        return memory.u64(where) === HOLE_NAN
          ? taggedValue(this.#frame.isolate.root('the_hole_value'))
          : made(memory.f64(where));
    }
  }
}

/** One function of an optimized frame, as the deoptimizer would give it back to the interpreter. */
class TranslatedJsFrame implements JsFrame {
  readonly tier: Tier | undefined;
  readonly inlined: boolean;
  readonly sharedFunctionInfo: Tagged;
  readonly bytecodeArray: Tagged | undefined;
  readonly bytecodeOffset: number | undefined;
  readonly registerCount: number;
  readonly #frame: PhysicalFrame;
  readonly #translated: TranslatedFrame;
  readonly #extra: TranslatedFrame | undefined;
  readonly #values: ValueReader;
  #position: ScriptPosition | undefined | null = null;
  #args: readonly Value[] | undefined;

  constructor(
    frame: PhysicalFrame,
    tier: Tier | undefined,
    translated: TranslatedFrame,
    extra: TranslatedFrame | undefined,
    inlined: boolean,
    values: ValueReader,
  ) {
    this.#frame = frame;
    this.#translated = translated;
    this.#extra = extra;
    this.#values = values;
    this.tier = tier;
    this.inlined = inlined;
    this.sharedFunctionInfo = translated.sharedFunctionInfo!;
    this.bytecodeArray = translated.bytecodeArray;
    this.bytecodeOffset = Number.isNaN(translated.bytecodeOffset) ? undefined : translated.bytecodeOffset;
    this.registerCount = translated.registers;
  }

  get isolate(): Isolate {
    return this.#frame.isolate;
  }

  get function(): Tagged | undefined {
    const value = this.#values.value(this.#translated.values[0]);
    return value.kind === 'tagged' ? value.word : undefined;
  }

  get script(): Tagged | undefined {
    return scriptOf(this.#frame.runtime, this.sharedFunctionInfo);
  }

  get url(): string | undefined {
    const { script } = this;
    return script === undefined ? undefined : urlOf(this.#frame.runtime, script);
  }

  get position(): ScriptPosition | undefined {
    if (this.#position === null) this.#position = this.#findPosition();
    return this.#position;
  }

  get context(): Value {
    return this.#values.value(this.#translated.values[1 + this.#translated.parameters]);
  }

  get receiver(): Value {
    return this.#values.value(this.#translated.values[1]);
  }

  get args(): readonly Value[] {
    this.#args ??= this.#findArgs();
    return this.#args;
  }

  register(index: number): Value {
    if (!(index >= 0 && index < this.registerCount))
      return absentValue(`the function has no register r${index}`);
    return this.#values.value(this.#translated.values[2 + this.#translated.parameters + index]);
  }

  #findArgs(): Value[] {
    const { values, parameters, kind } = this.#translated;
    if (kind !== 'interpreted') return [];
    // The frame of extra arguments holds all that were passed: function, receiver, arguments.
    if (this.#extra) return this.#extra.values.slice(2).map((v) => this.#values.value(v));
    const formal = values.slice(2, 1 + parameters).map((v) => this.#values.value(v));
    if (this.inlined) return formal;
    const passed = argumentsOf(this.#frame);
    return passed.map((value, i) => {
      const known = formal[i];
      return known && known.kind !== 'absent' ? known : value;
    });
  }

  #findPosition(): ScriptPosition | undefined {
    const { script, bytecodeArray } = this;
    if (script === undefined || bytecodeArray === undefined) return undefined;
    const offset = attemptOr(undefined, () =>
      positionInBytecode(this.#frame.runtime, bytecodeArray, this.bytecodeOffset),
    );
    return offset === undefined ? undefined : this.#frame.lines.at(script, offset);
  }
}

/**
 * The functions that run in an optimized frame, innermost first, with exact positions and values, by the
 * translation that V8 would deoptimize the frame with; undefined where the return address has none.
 * `codeOffset` is the return address's. Builtins that were inlined ("continuations") are among them: frames
 * without bytecode.
 */
export function framesByTranslation(
  frame: PhysicalFrame,
  code: CodeObject,
  tier: Tier,
  fn: Tagged,
  codeOffset: number,
): JsFrame[] | undefined {
  const { runtime } = frame;
  return attemptOr(undefined, () => {
    const data = DeoptimizationData.of(runtime, code);
    const index = data && indexOf(runtime, code, data, codeOffset);
    if (!data || index === undefined) return undefined;
    const state = readTranslation(runtime, data, data.entry(index).translationIndex);
    const values = new ValueReader(frame, state);
    const result: JsFrame[] = [];
    let extra: TranslatedFrame | undefined;
    for (const translated of state.frames) {
      if (translated.kind === 'extra-arguments') extra = translated;
      else if (translated.kind === 'interpreted' || translated.kind === 'builtin-continuation') {
        const inlined = result.length > 0;
        const own = translated.kind === 'interpreted' ? tier : undefined;
        result.push(new TranslatedJsFrame(frame, own, translated, extra, inlined, values));
        extra = undefined;
      }
    }
    const outermost = result[0];
    if (!outermost || outermost.sharedFunctionInfo !== runtime.memory.tagged(sharedFieldOf(frame, fn))) {
      throw new Fault(frame.fp, 'the translation is of another function');
    }
    return result.reverse();
  });
}

function sharedFieldOf(frame: PhysicalFrame, fn: Tagged): Address {
  return address(fn - 1 + frame.runtime.layout.objects.function.shared);
}

function indexOf(
  runtime: PhysicalFrame['runtime'],
  code: CodeObject,
  data: DeoptimizationData,
  codeOffset: number,
): number | undefined {
  const index = deoptIndexAt(runtime, code, codeOffset);
  if (index !== undefined && index < data.entryCount) return index;
  if (code.kind === 'maglev') return undefined;
  // TurboFan's lazy entries carry the return address themselves.
  for (let i = 0; i < data.entryCount; i++) if (data.entry(i).pc === codeOffset) return i;
  return undefined;
}
