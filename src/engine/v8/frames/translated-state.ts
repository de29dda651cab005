import { Fault } from '../../absence.ts';
import { address, type Tagged } from '../../address.ts';
import type { V8Runtime } from '../runtime.ts';
import type { DeoptimizationData } from './deoptimization-data.ts';
import { parameterCount } from './js-frames.ts';
import { bytecodeArrayIn, bytecodeOf } from './shared-function-info.ts';
import { type Instruction, TranslationReader } from './translation.ts';

/** Where an optimized frame keeps a value that the interpreter would have in a register. */
export type TranslatedValue =
  | { readonly kind: 'slot'; readonly type: SlotType; readonly slot: number }
  /** In a machine register, by the processor's number: gone at a call. */
  | { readonly kind: 'register'; readonly type: SlotType; readonly register: number }
  | { readonly kind: 'literal'; readonly word: Tagged }
  | { readonly kind: 'optimized-out' }
  /**
   * An object that was never allocated; `fields` are its words: map, properties, elements, … With `concat` a
   * string, and its two parts.
   */
  | {
      readonly kind: 'captured';
      readonly id: number;
      readonly fields: TranslatedValue[];
      readonly concat: boolean;
    }
  /** The captured object of that id again. */
  | { readonly kind: 'duplicate'; readonly id: number }
  | { readonly kind: 'arguments-length' }
  | { readonly kind: 'rest-length' }
  /** A FixedArray of the arguments that the outermost function was passed, for `arguments` or a rest parameter. */
  | { readonly kind: 'arguments-elements'; readonly id: number; readonly type: ArgumentsType };

/** CreateArgumentsType of common/globals.h, in its order. */
export type ArgumentsType = 'mapped' | 'unmapped' | 'rest';
const ARGUMENTS_TYPES: readonly ArgumentsType[] = ['mapped', 'unmapped', 'rest'];

export type SlotType =
  | 'tagged'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'bigint64'
  | 'biguint64'
  | 'bool'
  | 'float'
  | 'double'
  | 'holey-double';

/** One frame that the interpreter would have had. */
export interface TranslatedFrame {
  readonly kind: 'interpreted' | 'extra-arguments' | 'builtin-continuation' | 'construct' | 'other';
  readonly sharedFunctionInfo: Tagged | undefined;
  /** 'interpreted': offset of the call or throw; else NaN. */
  readonly bytecodeOffset: number;
  readonly bytecodeArray: Tagged | undefined;
  readonly parameters: number;
  readonly registers: number;
  /** 'interpreted': function, parameters with the receiver, context, registers, accumulator. */
  readonly values: readonly TranslatedValue[];
}

/** What a translation says, frames outermost first. */
export interface TranslatedState {
  readonly frames: readonly TranslatedFrame[];
  /** Captured objects by id. */
  readonly objects: ReadonlyMap<number, TranslatedValue>;
}

const MAX_FRAMES = 1000;
const MAX_VALUES = 1 << 18;

const SLOTS: Readonly<Record<string, SlotType>> = {
  TAGGED_STACK_SLOT: 'tagged',
  INT32_STACK_SLOT: 'int32',
  UINT32_STACK_SLOT: 'uint32',
  INT64_STACK_SLOT: 'int64',
  SIGNED_BIGINT64_STACK_SLOT: 'bigint64',
  UNSIGNED_BIGINT64_STACK_SLOT: 'biguint64',
  BOOL_STACK_SLOT: 'bool',
  FLOAT_STACK_SLOT: 'float',
  DOUBLE_STACK_SLOT: 'double',
  HOLEY_DOUBLE_STACK_SLOT: 'holey-double',
};

/** REGISTER, INT32_REGISTER, …: the same types. */
const REGISTERS: Readonly<Record<string, SlotType>> = Object.fromEntries(
  Object.entries(SLOTS).map(([name, type]) => [
    name.replace('STACK_SLOT', 'REGISTER').replace('TAGGED_', ''),
    type,
  ]),
);

/** Decodes the translation at `index` (deoptimizer/translated-state.cc). Throws a Fault if it cannot. */
export function readTranslation(
  runtime: V8Runtime,
  data: DeoptimizationData,
  index: number,
): TranslatedState {
  const bytes = data.translations;
  if (!bytes) throw new Fault(address(0), 'the code has no deoptimization translations');
  return new StateReader(runtime, data, bytes, index).read();
}

class StateReader {
  readonly #runtime: V8Runtime;
  readonly #data: DeoptimizationData;
  readonly #reader: TranslationReader;
  readonly #objects = new Map<number, TranslatedValue>();
  #nextObject = 0;
  #values = 0;

  constructor(runtime: V8Runtime, data: DeoptimizationData, bytes: Uint8Array, index: number) {
    this.#runtime = runtime;
    this.#data = data;
    this.#reader = new TranslationReader(runtime.layout.code.translations, bytes, index);
  }

  read(): TranslatedState {
    const begin = this.#reader.next();
    if (!begin.name.startsWith('BEGIN')) throw this.#unexpected(begin);
    const lookBack = this.#runtime.layout.code.translations.lookBack;
    const count = begin.operands[lookBack ? 1 : 0]!;
    if (!(count > 0 && count <= MAX_FRAMES)) throw this.#unexpected(begin);
    const feedback = lookBack ? begin.name === 'BEGIN_WITH_FEEDBACK' : begin.operands[2]! > 0;
    if (feedback) this.#reader.next();
    const frames: TranslatedFrame[] = [];
    for (let i = 0; i < count; i++) frames.push(this.#frame());
    return { frames, objects: this.#objects };
  }

  #frame(): TranslatedFrame {
    const head = this.#reader.next();
    const { name, operands } = head;
    if (name.startsWith('INTERPRETED_FRAME')) return this.#interpreted(operands);
    const literal = (index: number) => this.#data.literal(operands[index]!);
    switch (name) {
      case 'INLINED_EXTRA_ARGUMENTS':
        return this.#other('extra-arguments', literal(0), operands[1]! + 1);
      case 'CONSTRUCT_STUB_FRAME':
        return this.#other('construct', literal(1), operands[2]! + 2);
      case 'CONSTRUCT_CREATE_STUB_FRAME':
        return this.#other('construct', literal(0), operands[1]! + 2);
      case 'CONSTRUCT_INVOKE_STUB_FRAME':
        return this.#other('construct', literal(0), 2);
      case 'JAVASCRIPT_BUILTIN_CONTINUATION_FRAME':
      case 'JAVASCRIPT_BUILTIN_CONTINUATION_WITH_CATCH_FRAME':
        return this.#other('builtin-continuation', literal(1), operands[2]! + 2);
      case 'BUILTIN_CONTINUATION_FRAME':
      case 'JS_TO_WASM_BUILTIN_CONTINUATION_FRAME':
      case 'WASM_INLINED_INTO_JS_FRAME':
        return this.#other('other', literal(1), operands[2]! + 2);
      case 'LIFTOFF_FRAME':
        return this.#other('other', undefined, operands[1]!);
      default:
        throw this.#unexpected(head);
    }
  }

  #interpreted(operands: readonly number[]): TranslatedFrame {
    const namesBytecode = !Number.isNaN(this.#runtime.layout.code.deopt.protectedLiterals);
    const shared = this.#data.literal(operands[1]!);
    const array = namesBytecode
      ? bytecodeArrayIn(this.#runtime, this.#data.protectedLiteral(operands[2]!))
      : bytecodeOf(this.#runtime, shared);
    if (array === undefined) throw new Fault(address(shared - 1), 'an inlined function without bytecode');
    const registers = operands[namesBytecode ? 3 : 2]!;
    const parameters = parameterCount(this.#runtime, array);
    return {
      kind: 'interpreted',
      sharedFunctionInfo: shared,
      bytecodeOffset: operands[0]!,
      bytecodeArray: array,
      parameters,
      registers,
      values: this.#readValues(1 + parameters + 1 + registers + 1),
    };
  }

  #other(kind: TranslatedFrame['kind'], shared: Tagged | undefined, count: number): TranslatedFrame {
    return {
      kind,
      sharedFunctionInfo: shared,
      bytecodeOffset: Number.NaN,
      bytecodeArray: undefined,
      parameters: 0,
      registers: 0,
      values: this.#readValues(count),
    };
  }

  /** Reads `count` values; captured objects' fields follow them, to any depth. */
  #readValues(count: number): TranslatedValue[] {
    const result: TranslatedValue[] = [];
    const open: { into: TranslatedValue[]; left: number }[] = [{ into: result, left: count }];
    while (open.length > 0) {
      const top = open.at(-1)!;
      if (top.left === 0) {
        open.pop();
        continue;
      }
      if (++this.#values > MAX_VALUES) throw new Fault(address(0), 'a translation of too many values');
      top.left--;
      const instruction = this.#reader.next();
      const value = this.#value(instruction);
      top.into.push(value);
      if (value.kind === 'captured') {
        const fields = value.concat ? 2 : instruction.operands[0]!;
        if (fields > 0) open.push({ into: value.fields, left: fields });
      }
    }
    return result;
  }

  #value(instruction: Instruction): TranslatedValue {
    const { name, operands } = instruction;
    const type = SLOTS[name];
    if (type) return { kind: 'slot', type, slot: operands[0]! };
    const inRegister = REGISTERS[name];
    if (inRegister) return { kind: 'register', type: inRegister, register: operands[0]! };
    switch (name) {
      case 'LITERAL':
        return this.#literal(operands[0]!);
      case 'OPTIMIZED_OUT':
      case 'SIMD128_STACK_SLOT':
      case 'SIMD128_REGISTER':
        return { kind: 'optimized-out' };
      case 'CAPTURED_OBJECT':
        return this.#object({ kind: 'captured', id: this.#nextObject++, fields: [], concat: false });
      case 'STRING_CONCAT':
        return this.#object({ kind: 'captured', id: this.#nextObject++, fields: [], concat: true });
      case 'DUPLICATED_OBJECT':
        return this.#duplicate(operands[0]!);
      case 'ARGUMENTS_ELEMENTS':
        return this.#object({
          kind: 'arguments-elements',
          id: this.#nextObject++,
          type: ARGUMENTS_TYPES[operands[0]!] ?? 'unmapped',
        });
      case 'ARGUMENTS_LENGTH':
        return { kind: 'arguments-length' };
      case 'REST_LENGTH':
        return { kind: 'rest-length' };
      default:
        throw this.#unexpected(instruction);
    }
  }

  /** A duplicate takes an id of its own, too. */
  #duplicate(id: number): TranslatedValue {
    const object = this.#objects.get(id);
    if (object) this.#objects.set(this.#nextObject, object);
    this.#nextObject++;
    return { kind: 'duplicate', id };
  }

  #literal(index: number): TranslatedValue {
    const word = this.#data.literal(index);
    // 18 has no opcode for it: a literal of this root says the same.
    const out = this.#runtime.isolates[0]?.root('optimized_out');
    return word === out ? { kind: 'optimized-out' } : { kind: 'literal', word };
  }

  #object<T extends TranslatedValue & { id: number }>(value: T): T {
    this.#objects.set(value.id, value);
    return value;
  }

  #unexpected(instruction: Instruction): Fault {
    return new Fault(address(0), `a translation with ${instruction.name} out of place`);
  }
}
