import { Fault } from '../../absence.ts';
import { address } from '../../address.ts';
import type { TranslationFormat, TranslationOpcode } from '../layout/translation-opcodes.ts';
import { VlqReader } from './vlq.ts';

/** One instruction of a translation. */
export interface Instruction {
  readonly name: string;
  readonly operands: readonly number[];
}

/** Thrown where a stream is not a translation as the format says. */
function malformed(what: string): Fault {
  return new Fault(address(0), `deoptimization translation: ${what}`);
}

/**
 * Reads the instructions of one translation (deoptimizer/frame-translation-builder.cc, translation-array.cc).
 * To save space, instructions that equal those at the same place of an earlier translation (the basis, to
 * which BEGIN looks back) are only counted: a run of n is one byte above all opcodes, or
 * MATCH_PREVIOUS_TRANSLATION n.
 */
export class TranslationReader {
  readonly #format: TranslationFormat;
  readonly #bytes: Uint8Array;
  readonly #current: VlqReader;
  #basis: VlqReader | undefined;
  /** Instructions that are still to be taken from the basis. */
  #repeated = 0;
  /** Instructions read since the basis was last in step. */
  #behind = 0;

  constructor(format: TranslationFormat, bytes: Uint8Array, index: number) {
    if (!(index >= 0 && index < bytes.length)) throw malformed(`no index ${index}`);
    this.#format = format;
    this.#bytes = bytes;
    this.#current = new VlqReader(bytes, index);
  }

  next(): Instruction {
    if (this.#repeated > 0) {
      this.#repeated--;
      return this.#fromBasis();
    }
    if (this.#current.atEnd) throw malformed('it ends too soon');
    const at = this.#current.position;
    const code = this.#format.byteOpcodes ? this.#current.byte() : this.#current.signed();
    const { opcodes, lookBack } = this.#format;
    if (lookBack && code >= opcodes.length) return this.#match(code - opcodes.length);
    const opcode = this.#opcode(code);
    if (opcode.name === 'MATCH_PREVIOUS_TRANSLATION') return this.#match(this.#current.unsigned());
    const operands = readOperands(this.#current, opcode);
    if (lookBack && opcode.name.startsWith('BEGIN_')) {
      const distance = operands[0]!;
      this.#basis = distance > 0 ? new VlqReader(this.#bytes, at - distance) : undefined;
      if (at - distance < 0) throw malformed('it looks back before its start');
      this.#behind = 1;
    } else this.#behind++;
    return { name: opcode.name, operands };
  }

  /** The next `count` instructions are those of the basis. */
  #match(count: number): Instruction {
    if (!this.#basis || count < 1) throw malformed('it repeats without a basis');
    for (; this.#behind > 0; this.#behind--) this.#fromBasis();
    this.#repeated = count - 1;
    return this.#fromBasis();
  }

  #fromBasis(): Instruction {
    const basis = this.#basis;
    if (!basis || basis.position >= this.#current.position) throw malformed('it repeats what is not there');
    const opcode = this.#opcode(basis.byte());
    return { name: opcode.name, operands: readOperands(basis, opcode) };
  }

  #opcode(code: number): TranslationOpcode {
    const opcode = this.#format.opcodes[code];
    if (!opcode) throw malformed(`opcode ${code}`);
    return opcode;
  }
}

function readOperands(reader: VlqReader, opcode: TranslationOpcode): number[] {
  const result: number[] = [];
  for (const kind of opcode.operands) result.push(kind === 'u' ? reader.unsigned() : reader.signed());
  return result;
}
