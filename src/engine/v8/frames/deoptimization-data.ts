import { attemptOr } from '../../absence.ts';
import type { Tagged } from '../../address.ts';
import type { V8Runtime } from '../runtime.ts';
import { type CodeObject, codeField } from './code-object.ts';
import { arrayLength, byteArray, element, field, instanceType, isSmi, smiValue } from './heap-object.ts';
import { decodePosition, type SourcePosition } from './source-position-table.ts';

/** One deoptimization point: what the machine code at `pc` stands for. */
export interface DeoptEntry {
  /** Of the innermost frame; -1 for the function's entry. */
  readonly bytecodeOffset: number;
  readonly translationIndex: number;
  /** Offset into the instructions: of the call's return address, or of the deoptimization exit. */
  readonly pc: number;
}

/** The DeoptimizationData of optimized code (objects/deoptimization-data.h). */
export class DeoptimizationData {
  readonly #runtime: V8Runtime;
  readonly #array: Tagged;

  static of(runtime: V8Runtime, code: CodeObject): DeoptimizationData | undefined {
    return attemptOr(undefined, () => {
      const array = codeField(runtime, code, 'deoptimizationData');
      const { firstEntry } = runtime.layout.code.deopt;
      return arrayLength(runtime, array) < firstEntry ? undefined : new DeoptimizationData(runtime, array);
    });
  }

  private constructor(runtime: V8Runtime, array: Tagged) {
    this.#runtime = runtime;
    this.#array = array;
  }

  /** SharedFunctionInfo of the function that was optimized. */
  get sharedFunctionInfo(): Tagged {
    const { layout } = this.#runtime;
    const word = element(this.#runtime, this.#array, layout.code.deopt.sharedFunctionInfo);
    return instanceType(this.#runtime, word) === layout.types.SHARED_FUNCTION_INFO
      ? word
      : field(this.#runtime, word, layout.code.wrapper.object);
  }

  /** A literal; a weak one as a strong pointer. */
  literal(index: number): Tagged {
    const array = element(this.#runtime, this.#array, this.#runtime.layout.code.deopt.literals);
    const word = element(this.#runtime, array, index);
    return (word % 4 === 3 ? word - 2 : word) as Tagged;
  }

  /** A literal of those that the sandbox would protect: BytecodeArrays (24 and later). */
  protectedLiteral(index: number): Tagged {
    const array = element(this.#runtime, this.#array, this.#runtime.layout.code.deopt.protectedLiterals);
    return element(this.#runtime, array, index);
  }

  /** Where function `id` was inlined and which it is. InliningPosition: u64 raw position, i32 literal index. */
  inlining(id: number): { readonly call: SourcePosition; readonly sharedFunctionInfo: Tagged } | undefined {
    const word = element(this.#runtime, this.#array, this.#runtime.layout.code.deopt.inliningPositions);
    const bytes = byteArray(this.#runtime, word);
    if (!bytes || (id + 1) * 16 > bytes.length) return undefined;
    const raw = bytes.readUInt32LE(id * 16) + bytes.readUInt32LE(id * 16 + 4) * 0x1_0000_0000;
    return {
      call: decodePosition(raw),
      sharedFunctionInfo: this.literal(bytes.readInt32LE(id * 16 + 8)),
    };
  }

  /** Entry of the eager exit at an offset into the instructions; undefined if there is none. */
  eagerEntryAt(offset: number): number | undefined {
    const { exitStart, eagerCount, exitSize } = this.#runtime.layout.code.deopt;
    const index = (offset - this.#smi(exitStart)) / exitSize;
    return Number.isInteger(index) && index >= 0 && index < this.#smi(eagerCount) ? index : undefined;
  }

  get entryCount(): number {
    const { firstEntry, entryWords } = this.#runtime.layout.code.deopt;
    return Math.floor((arrayLength(this.#runtime, this.#array) - firstEntry) / entryWords);
  }

  entry(index: number): DeoptEntry {
    const { deopt } = this.#runtime.layout.code;
    const at = deopt.firstEntry + index * deopt.entryWords;
    return {
      bytecodeOffset: this.#smi(at + deopt.bytecodeOffset),
      translationIndex: this.#smi(at + deopt.translationIndex),
      pc: this.#smi(at + deopt.pc),
    };
  }

  /** The stream of translations. */
  get translations(): Buffer | undefined {
    return byteArray(
      this.#runtime,
      element(this.#runtime, this.#array, this.#runtime.layout.code.deopt.translation),
    );
  }

  #smi(index: number): number {
    const word = element(this.#runtime, this.#array, index);
    return isSmi(word) ? smiValue(word) : Number.NaN;
  }
}
