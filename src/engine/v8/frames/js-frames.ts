import { attemptOr } from '../../absence.ts';
import { type Address, at, type Tagged } from '../../address.ts';
import type { Tier } from '../../contract.ts';
import type { Value } from '../inspect.ts';
import type { Isolate } from '../isolate.ts';
import type { V8Runtime } from '../runtime.ts';
import { byteArray, field, smiValue } from './heap-object.ts';
import type { JsFrame } from './js-frame.ts';
import type { ScriptLines, ScriptPosition } from './script-lines.ts';
import { bytecodeOf, scriptOf, sharedOf, urlOf } from './shared-function-info.ts';
import { positionAt } from './source-position-table.ts';
import { absentValue, valueAt } from './values.ts';

/** A call cannot pass more (Code::kMaxArguments). */
const MAX_ARGUMENTS = 1 << 16;

/** Where a standard frame keeps what every JavaScript frame has. */
export interface PhysicalFrame {
  readonly runtime: V8Runtime;
  readonly isolate: Isolate;
  readonly lines: ScriptLines;
  readonly fp: Address;
}

/** Parts shared by the frames of all tiers whose function, arguments and receiver stand on the stack. */
abstract class StandardFrame implements JsFrame {
  protected readonly frame: PhysicalFrame;
  readonly function: Tagged;
  readonly sharedFunctionInfo: Tagged;
  #script: Tagged | undefined | null = null;
  #position: ScriptPosition | undefined | null = null;
  #args: readonly Value[] | undefined;

  abstract readonly tier: Tier | undefined;
  abstract readonly bytecodeArray: Tagged | undefined;
  abstract readonly bytecodeOffset: number | undefined;
  abstract readonly registerCount: number;
  abstract register(index: number): Value;
  protected abstract findPosition(): number | undefined;

  constructor(frame: PhysicalFrame, fn: Tagged) {
    this.frame = frame;
    this.function = fn;
    this.sharedFunctionInfo = sharedOf(frame.runtime, fn);
  }

  get isolate(): Isolate {
    return this.frame.isolate;
  }

  get inlined(): boolean {
    return false;
  }

  get script(): Tagged | undefined {
    if (this.#script === null) this.#script = scriptOf(this.frame.runtime, this.sharedFunctionInfo);
    return this.#script;
  }

  get url(): string | undefined {
    const { script } = this;
    return script === undefined ? undefined : urlOf(this.frame.runtime, script);
  }

  get position(): ScriptPosition | undefined {
    if (this.#position === null) {
      const { script } = this;
      const offset = script === undefined ? undefined : attemptOr(undefined, () => this.findPosition());
      this.#position =
        script === undefined || offset === undefined ? undefined : this.frame.lines.at(script, offset);
    }
    return this.#position;
  }

  get context(): Value {
    return this.slot(this.frame.runtime.layout.frames.contextOrType);
  }

  get receiver(): Value {
    return this.slot(this.frame.runtime.layout.frames.args);
  }

  get args(): readonly Value[] {
    this.#args ??= argumentsOf(this.frame);
    return this.#args;
  }

  protected slot(offset: number): Value {
    return valueAt(this.frame.runtime.memory, at(this.frame.fp, offset));
  }
}

/** The arguments that the caller pushed, without the receiver: as many as it passed, if more or fewer than formal. */
export function argumentsOf(frame: PhysicalFrame): Value[] {
  const { runtime, fp } = frame;
  const { argumentCount, args } = runtime.layout.frames;
  const count = attemptOr(0, () => Number(runtime.memory.u64(at(fp, argumentCount)))) - 1;
  if (!(count >= 0 && count <= MAX_ARGUMENTS)) return [];
  return Array.from({ length: count }, (_, i) => valueAt(runtime.memory, at(fp, args + 8 * (i + 1))));
}

/** A frame of the interpreter or of baseline code: registers are on the stack, one slot each. */
export class UnoptimizedFrame extends StandardFrame {
  readonly tier: Tier;
  readonly bytecodeArray: Tagged;
  readonly bytecodeOffset: number | undefined;

  constructor(
    frame: PhysicalFrame,
    fn: Tagged,
    tier: Tier,
    bytecodeArray: Tagged,
    bytecodeOffset: number | undefined,
  ) {
    super(frame, fn);
    this.tier = tier;
    this.bytecodeArray = bytecodeArray;
    this.bytecodeOffset = bytecodeOffset;
  }

  get registerCount(): number {
    return registerCount(this.frame.runtime, this.bytecodeArray);
  }

  register(index: number): Value {
    if (!(index >= 0 && index < this.registerCount))
      return absentValue(`the function has no register r${index}`);
    return this.slot(this.frame.runtime.layout.frames.registerFile - 8 * index);
  }

  /** Frames have a slot for every formal parameter, also for those that were not passed. */
  parameter(index: number): Value | undefined {
    const { runtime } = this.frame;
    const formal = attemptOr(0, () => parameterCount(runtime, this.bytecodeArray)) - 1;
    if (!(index >= 0 && index < formal)) return undefined;
    return this.slot(runtime.layout.frames.args + 8 * (index + 1));
  }

  protected findPosition(): number | undefined {
    return positionInBytecode(this.frame.runtime, this.bytecodeArray, this.bytecodeOffset);
  }
}

/** A builtin with JavaScript linkage (Array.prototype.map, …): it has a function, but neither script nor registers. */
export class BuiltinJsFrame extends StandardFrame {
  readonly tier = undefined;
  readonly bytecodeArray = undefined;
  readonly bytecodeOffset = undefined;
  readonly registerCount = 0;

  register(): Value {
    return absentValue('builtins have no registers');
  }

  protected findPosition(): undefined {
    return undefined;
  }
}

/** A function that has been called, but has not set up its frame: only what its caller passed is there. */
export class EntryFrame extends StandardFrame {
  readonly tier: Tier;
  readonly bytecodeArray = undefined;
  readonly bytecodeOffset = undefined;
  readonly registerCount = 0;
  readonly #argumentCount: number;

  /** `frame.fp` is where the frame pointer will be. `argumentCount` counts the receiver. */
  constructor(frame: PhysicalFrame, fn: Tagged, tier: Tier, argumentCount: number) {
    super(frame, fn);
    this.tier = tier;
    this.#argumentCount = argumentCount;
  }

  override get context(): Value {
    const { memory, layout } = this.frame.runtime;
    return valueAt(memory, at((this.function - 1) as Address, layout.objects.function.context));
  }

  override get args(): readonly Value[] {
    const count = this.#argumentCount - 1;
    if (!(count >= 0 && count <= MAX_ARGUMENTS)) return [];
    return Array.from({ length: count }, (_, i) =>
      this.slot(this.frame.runtime.layout.frames.args + 8 * (i + 1)),
    );
  }

  register(): Value {
    return absentValue('the function has not started yet');
  }

  /** Where the function begins: its first position. */
  protected findPosition(): number | undefined {
    const array = bytecodeOf(this.frame.runtime, this.sharedFunctionInfo);
    return array === undefined ? undefined : positionInBytecode(this.frame.runtime, array, 0);
  }
}

/** Number of interpreter registers of a function. */
export function registerCount(runtime: V8Runtime, bytecodeArray: Tagged): number {
  return attemptOr(0, () => {
    const size = runtime.memory.i32(
      at((bytecodeArray - 1) as Address, runtime.layout.code.bytecodeArray.frameSize),
    );
    return size >= 0 && size < 1 << 24 ? Math.floor(size / 8) : 0;
  });
}

/** Number of parameters that a function's frames have, with the receiver. */
export function parameterCount(runtime: V8Runtime, bytecodeArray: Tagged): number {
  const { parameters, parametersInBytes } = runtime.layout.code.bytecodeArray;
  const where = at((bytecodeArray - 1) as Address, parameters);
  return parametersInBytes ? Math.floor(runtime.memory.u32(where) / 8) : runtime.memory.u16(where);
}

/** Bytes of a BytecodeArray. */
export function bytecodesOf(runtime: V8Runtime, bytecodeArray: Tagged): Buffer {
  const { length, data } = runtime.layout.code.bytecodeArray;
  const size = smiValue(field(runtime, bytecodeArray, length));
  return runtime.memory.bytes(
    at((bytecodeArray - 1) as Address, data),
    size >= 0 && size < 1 << 26 ? size : 0,
  );
}

/** Script offset of the call or throw at a bytecode offset; -1 stands for the function's entry. */
export function positionInBytecode(
  runtime: V8Runtime,
  bytecodeArray: Tagged,
  bytecodeOffset: number | undefined,
): number | undefined {
  if (bytecodeOffset === undefined) return undefined;
  const table = byteArray(
    runtime,
    field(runtime, bytecodeArray, runtime.layout.code.bytecodeArray.sourcePositions),
  );
  const found = table && positionAt(table, runtime.layout.code.positionEncoding, bytecodeOffset, false);
  return found && found.offset >= 0 ? found.offset : undefined;
}
