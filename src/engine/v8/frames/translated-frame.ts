import { attemptOr, Fault } from '../../absence.ts';
import { type Address, address, at, type Tagged } from '../../address.ts';
import type { Tier } from '../../contract.ts';
import type { Machine } from '../../unwind/machine.ts';
import type { Value } from '../inspect.ts';
import type { Isolate } from '../isolate.ts';
import type { CodeObject } from './code-object.ts';
import { DeoptimizationData } from './deoptimization-data.ts';
import { arrayLength, element, field, isSmi, smiValue } from './heap-object.ts';
import type { JsFrame } from './js-frame.ts';
import { argumentsOf, bytecodesOf, type PhysicalFrame, positionInBytecode } from './js-frames.ts';
import { registerInAccumulator } from './loaded-register.ts';
import { Materializer } from './materializer.ts';
import { deoptIndexAt } from './safepoint-table.ts';
import type { ScriptPosition } from './script-lines.ts';
import { scriptOf, urlOf } from './shared-function-info.ts';
import {
  readTranslation,
  type SlotType,
  type TranslatedFrame,
  type TranslatedState,
  type TranslatedValue,
} from './translated-state.ts';
import { absentValue, asTagged, taggedValue, valueAt } from './values.ts';

/** V8's NaN that stands for a hole in double arrays (common/globals.h kHoleNanInt64). */
const HOLE_NAN = 0xfff7_ffff_fff7_ffffn;

/** Reads the values that a translation describes from the optimized frame. */
class ValueReader {
  readonly #frame: PhysicalFrame;
  readonly #state: TranslatedState;
  readonly #materializer: Materializer;
  readonly #machine: Machine | undefined;

  /** `machine` has the registers, and memory that it wrote; without it a call has just been made. */
  constructor(frame: PhysicalFrame, state: TranslatedState, machine: Machine | undefined) {
    this.#frame = frame;
    this.#machine = machine;
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
        return this.#register(value);
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

  #register({ type, register }: TranslatedValue & { kind: 'register' }): Value {
    if (!this.#machine) return absentValue('it was in a machine register, which the call did not keep');
    const isDouble = type === 'double' || type === 'holey-double' || type === 'float';
    const bits = isDouble ? this.#machine.double(register) : this.#machine.register(register);
    return bits === undefined
      ? absentValue('its machine register is not in the dump')
      : this.#typed(type, bits);
  }

  #slot(type: SlotType, where: Address): Value {
    if (this.#machine) return this.#typed(type, this.#machine.u64(where));
    const { memory } = this.#frame.runtime;
    return type === 'tagged' ? valueAt(memory, where) : this.#typed(type, memory.u64(where));
  }

  #typed(type: SlotType, bits: bigint): Value {
    const made = (primitive: number | boolean | bigint): Value => ({ kind: 'synthetic', primitive });
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(bits);
    switch (type) {
      case 'tagged':
        return taggedValue(asTagged(bits));
      case 'int32':
        return made(bytes.readInt32LE());
      case 'uint32':
        return made(bytes.readUInt32LE());
      case 'int64':
        return made(Number(BigInt.asIntN(64, bits)));
      case 'bigint64':
        return made(BigInt.asIntN(64, bits));
      case 'biguint64':
        return made(bits);
      case 'bool':
        return made((bits & 1n) !== 0n);
      case 'float':
        return made(bytes.readFloatLE());
      case 'double':
        return made(bytes.readDoubleLE());
      case 'holey-double':
        return bits === HOLE_NAN
          ? taggedValue(this.#frame.isolate.root('the_hole_value'))
          : made(bytes.readDoubleLE());
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
  readonly note: string | undefined;
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
    note: string | undefined,
  ) {
    this.note = note;
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
    const { values, parameters } = this.#translated;
    const value = values[2 + parameters + index];
    // V8 forgets a register that will be written before it is read; the accumulator may have its value yet.
    const isLoaded = value?.kind === 'optimized-out' && this.note !== undefined && index === this.#loaded;
    return this.#values.value(isLoaded ? values.at(-1) : value);
  }

  get #loaded(): number | undefined {
    const { bytecodeArray, bytecodeOffset } = this;
    const { runtime } = this.#frame;
    if (bytecodeArray === undefined || bytecodeOffset === undefined) return undefined;
    return attemptOr(undefined, () => {
      const pool = field(runtime, bytecodeArray, runtime.layout.code.bytecodeArray.constantPool);
      const constants = Array.from({ length: arrayLength(runtime, pool) }, (_, i) =>
        element(runtime, pool, i),
      );
      return registerInAccumulator(
        bytecodesOf(runtime, bytecodeArray),
        bytecodeOffset,
        runtime.bytecodeSizes,
        runtime.layout.frames.registerFile / 8,
        constants.filter(isSmi).map(smiValue),
      );
    });
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
    return framesOfEntry(frame, data, tier, fn, index, undefined);
  });
}

export const AHEAD =
  'the thread was interrupted between calls: this is how things stand a few instructions on, where V8 can say';

/**
 * The same for a function that was interrupted at any instruction. Variables can be told where V8 could leave
 * the code, at calls and checks: the code is run on to the first of these, on copies of registers and memory.
 * Undefined where that fails.
 */
export function framesAhead(
  frame: PhysicalFrame,
  code: CodeObject,
  tier: Tier,
  fn: Tagged,
  machine: () => Machine,
): JsFrame[] | undefined {
  return attemptOr(undefined, () => {
    const data = DeoptimizationData.of(frame.runtime, code);
    if (!data) return undefined;
    const stops = stopsAhead(frame, code, data, machine());
    // Of the places that are passed next, the first of those that forget the fewest variables.
    const best = stops.findIndex(({ lost }) => lost === Math.min(...stops.map((s) => s.lost)));
    if (best < 0) return undefined;
    const there = machine();
    for (let i = 0; i <= best; i++) nextStop(frame, code, data, there);
    return framesOfEntry(frame, data, tier, fn, stops[best]!.entry, there);
  });
}

/** Places ahead that are compared. */
const MAX_STOPS = 24;

function stopsAhead(
  frame: PhysicalFrame,
  code: CodeObject,
  data: DeoptimizationData,
  machine: Machine,
): { readonly entry: number; readonly lost: number }[] {
  const stops: { entry: number; lost: number }[] = [];
  while (stops.length < MAX_STOPS) {
    const stop = attemptOr(undefined, () => nextStop(frame, code, data, machine));
    if (stop === undefined) break;
    const state = readTranslation(frame.runtime, data, data.entry(stop.entry).translationIndex);
    const lost = state.frames.flatMap((f) => f.values).filter((v) => v.kind === 'optimized-out').length;
    stops.push({ entry: stop.entry, lost });
    if (stop.isCall) break;
  }
  return stops;
}

/** Runs on to the next place that has a translation. Throws a Fault, or undefined if there is none near. */
function nextStop(
  frame: PhysicalFrame,
  code: CodeObject,
  data: DeoptimizationData,
  machine: Machine,
): { readonly entry: number; readonly isCall: boolean } | undefined {
  const stop = machine.run((target) => data.eagerEntryAt(target - code.start) !== undefined);
  const isCall = stop.kind === 'call';
  const entry = isCall
    ? indexOf(frame.runtime, code, data, stop.returnTo - code.start)
    : data.eagerEntryAt(stop.target - code.start);
  // It may have returned, and be in another function's frame.
  return entry === undefined || machine.fp !== frame.fp ? undefined : { entry, isCall };
}

function framesOfEntry(
  frame: PhysicalFrame,
  data: DeoptimizationData,
  tier: Tier,
  fn: Tagged,
  index: number,
  machine: Machine | undefined,
): JsFrame[] {
  const { runtime } = frame;
  const state = readTranslation(runtime, data, data.entry(index).translationIndex);
  const values = new ValueReader(frame, state, machine);
  const note = machine && AHEAD;
  const result: JsFrame[] = [];
  let extra: TranslatedFrame | undefined;
  for (const translated of state.frames) {
    if (translated.kind === 'extra-arguments') extra = translated;
    else if (translated.kind === 'interpreted' || translated.kind === 'builtin-continuation') {
      const inlined = result.length > 0;
      const own = translated.kind === 'interpreted' ? tier : undefined;
      result.push(new TranslatedJsFrame(frame, own, translated, extra, inlined, values, note));
      extra = undefined;
    }
  }
  const outermost = result[0];
  if (!outermost || outermost.sharedFunctionInfo !== runtime.memory.tagged(sharedFieldOf(frame, fn))) {
    throw new Fault(frame.fp, 'the translation is of another function');
  }
  return result.reverse();
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
