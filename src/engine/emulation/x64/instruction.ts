import { Fault } from '../../absence.ts';
import { address } from '../../address.ts';

/** Stands for no register. */
export const NONE = -1;
const HIGH = 0x1_0000_0000;
const MAX_LENGTH = 15;
/** What is added to opcodes of the maps 0F 3A and 0F 38. */
export const OF_0F3A = 0x400;
export const OF_0F38 = 0x500;
/** What is added to opcodes with a prefix VEX, by the map that they are of. */
export const VEX_0F = 0x200;
export const VEX_0F3A = 0x300;
export const VEX_0F38 = 0x600;
const VZEROUPPER = 0x77;
const CALL = 0xe8;
const JUMP = 0xe9;

/**
 * One instruction of x86-64 (Intel SDM volume 2), taken apart. `opcode` is its last byte, with 0x100 added to those of
 * two bytes (0F xx), OF_0F3A or OF_0F38 to those of these maps, and VEX_0F, VEX_0F38 or VEX_0F3A to those with a prefix VEX.
 */
export class Instruction {
  opcode = 0;
  /** Bytes of a general operand: 1, 2, 4 or 8. */
  size = 4;
  /** The register field of ModRM, with its extension. */
  reg = 0;
  /** Register that ModRM's other field names, or NONE where that is a place in memory. */
  rm = NONE;
  /** Registers of an address, or NONE. */
  base = NONE;
  index = NONE;
  shift = 0;
  /** In two halves; of those that count from the next instruction, the sum. */
  displacement = 0;
  displacementHigh = 0;
  /** True if the displacement counts from the next instruction. */
  isRelative = false;
  /** True for addresses in the thread's own storage (prefix 64, on Windows 65). */
  isThreadLocal = false;
  /** Immediate operand or distance of a jump, its sign extended, in two halves. */
  immediate = 0;
  immediateHigh = 0;
  /** Bytes of the mandatory prefix that stood before: 0x66, 0xf2, 0xf3 or 0. */
  prefix = 0;
  /** Of a prefix VEX: its further register, and whether operands have 256 bits. */
  third = 0;
  isWide = false;
  /** True if there was a prefix REX: registers of one byte are spl to dil then, not ah to bh. */
  hasRex = false;
  /** Where the next instruction is, also in two halves. */
  next = 0;
  nextLow = 0;
  nextHigh = 0;
  /** The instruction there, once it is known, and the one that was jumped to last, with its address. */
  following: Instruction | undefined;
  taken: Instruction | undefined;
  takenLow = 0;
  takenHigh = 0;
}

/** Opcodes of one byte that have ModRM, as ranges in pairs. */
const MODRM: readonly number[] = [
  0x63, 0x63, 0x69, 0x69, 0x6b, 0x6b, 0x80, 0x8f, 0xc0, 0xc1, 0xc6, 0xc7, 0xd0, 0xd3, 0xd8, 0xdf, 0xf6, 0xf7,
  0xfe, 0xff,
];
/** Opcodes of two bytes that have none, as ranges in pairs. */
const PLAIN: readonly number[] = [0x105, 0x10b, 0x131, 0x131, 0x180, 0x18f, 0x1a2, 0x1a2, 0x1c8, 0x1cf];
/** Opcodes whose operands have one byte. */
const BYTES = new Set([
  0x84, 0x86, 0x88, 0x8a, 0xa4, 0xa8, 0xaa, 0xc0, 0xc6, 0xd0, 0xd2, 0xf6, 0xfe, 0x1b0, 0x1c0, 0x80,
]);

const hasModrm = new Uint8Array(512);
for (let op = 0; op < 0x40; op++) hasModrm[op] = (op & 7) < 4 ? 1 : 0;
for (let i = 0; i < MODRM.length; i += 2) hasModrm.fill(1, MODRM[i]!, MODRM[i + 1]! + 1);
hasModrm.fill(1, 0x100);
for (let i = 0; i < PLAIN.length; i += 2) hasModrm.fill(0, PLAIN[i]!, PLAIN[i + 1]! + 1);

/** True for opcodes of vectors that an immediate of one byte follows. */
function hasByte(opcode: number): boolean {
  return (opcode >= 0x170 && opcode <= 0x173) || opcode === 0x1c2 || (opcode >= 0x1c4 && opcode <= 0x1c6);
}

/** Where code is read: up to `count` bytes, fewer where it ends before. */
export interface CodeBytes {
  bytes(at: number, count: number): Uint8Array;
}

/** Takes the instruction at `pc` apart. Throws a Fault if it cannot be read, or has an encoding that is not known. */
export function decode(memory: CodeBytes, pc: number): Instruction {
  return new Decoder(memory, pc).run();
}

class Decoder {
  readonly #start: number;
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(memory: CodeBytes, pc: number) {
    this.#start = pc;
    this.#bytes = memory.bytes(pc, MAX_LENGTH);
  }

  run(): Instruction {
    const i = new Instruction();
    let rex = 0;
    let isShort = false;
    let isPadded = false;
    let byte = this.#u8();
    for (; ; byte = this.#u8()) {
      if (byte === 0x66) isShort = true;
      else if (byte === 0xf2 || byte === 0xf3) i.prefix = byte;
      else if (byte === 0x67) isPadded = true;
      else if (byte === 0x64 || byte === 0x65) i.isThreadLocal = true;
      else if (byte !== 0x2e && byte !== 0x3e && byte !== 0xf0) break;
    }
    if (isShort && i.prefix === 0) i.prefix = 0x66;
    if (byte >> 4 === 4) {
      rex = byte;
      byte = this.#u8();
    }
    if (byte === 0xc4 || byte === 0xc5) {
      this.#vex(i, byte === 0xc4);
      return this.#located(i);
    }
    // Linkers write 67 before direct calls and jumps, which were indirect; elsewhere it makes addresses shorter. 62 is EVEX.
    if (byte === 0x62 || (isPadded && byte !== CALL && byte !== JUMP)) this.#unknown();
    i.hasRex = rex !== 0;
    i.opcode = byte === 0x0f ? 0x100 + this.#u8() : byte;
    if (i.opcode === 0x138 || i.opcode === 0x13a) {
      const hasImmediate = i.opcode === 0x13a;
      i.opcode = (hasImmediate ? OF_0F3A : OF_0F38) + this.#u8();
      if (rex & 8) i.size = 8;
      this.#modrm(i, rex);
      if (hasImmediate) i.immediate = this.#i8();
      return this.#located(i);
    }
    i.size = this.#size(i.opcode, rex, isShort);
    if (hasModrm[i.opcode] === 1) this.#modrm(i, rex);
    else {
      i.reg = (i.opcode & 7) | (rex & 1 ? 8 : 0);
      i.rm = i.reg;
    }
    this.#immediate(i, isShort);
    return this.#located(i);
  }

  /** The prefix VEX (Intel SDM volume 2, 2.3.5) and what follows it: it stands for REX, a mandatory prefix and 0F. */
  #vex(i: Instruction, isLong: boolean): void {
    const first = this.#u8();
    const second = isLong ? this.#u8() : first;
    const map = isLong ? first & 31 : 1;
    if (map < 1 || map > 3) this.#unknown();
    i.prefix = [0, 0x66, 0xf3, 0xf2][second & 3]!;
    i.isWide = (second & 4) !== 0;
    i.third = (~second >> 3) & 15;
    const opcode = this.#u8();
    i.opcode = (map === 1 ? VEX_0F : map === 2 ? VEX_0F38 : VEX_0F3A) + opcode;
    if (isLong && second & 0x80) i.size = 8;
    // Its bits say the contrary of REX's.
    const rex =
      ((~first >> 7) & 1 ? 4 : 0) |
      (isLong && (~first >> 6) & 1 ? 2 : 0) |
      (isLong && (~first >> 5) & 1 ? 1 : 0);
    if (i.opcode !== VEX_0F + VZEROUPPER) this.#modrm(i, rex);
    if (map === 3 || (map === 1 && hasByte(0x100 + opcode))) i.immediate = this.#i8();
  }

  /** Where the next instruction is, from which an operand's place may count. */
  #located(i: Instruction): Instruction {
    i.next = this.#start + this.#at;
    i.nextLow = i.next | 0;
    i.nextHigh = Math.floor(i.next / HIGH);
    const displacement = i.isRelative ? i.next + i.displacement : i.displacement;
    i.displacement = displacement | 0;
    i.displacementHigh = Math.floor(displacement / HIGH);
    return i;
  }

  #size(opcode: number, rex: number, isShort: boolean): number {
    if (opcode < 0x40 ? (opcode & 1) === 0 : BYTES.has(opcode) || opcode >> 3 === 0xb0 >> 3) return 1;
    // push imm32
    if (rex & 8 || opcode === 0x68) return 8;
    return isShort ? 2 : 4;
  }

  #modrm(i: Instruction, rex: number): void {
    const byte = this.#u8();
    const mode = byte >> 6;
    const low = byte & 7;
    i.reg = ((byte >> 3) & 7) | (rex & 4 ? 8 : 0);
    if (mode === 3) {
      i.rm = low | (rex & 1 ? 8 : 0);
      return;
    }
    let isPlain = false;
    if (low === 4) {
      const sib = this.#u8();
      const index = ((sib >> 3) & 7) | (rex & 2 ? 8 : 0);
      if (index !== 4) i.index = index;
      i.shift = sib >> 6;
      if ((sib & 7) === 5 && mode === 0) isPlain = true;
      else i.base = (sib & 7) | (rex & 1 ? 8 : 0);
    } else if (low === 5 && mode === 0) i.isRelative = true;
    else i.base = low | (rex & 1 ? 8 : 0);
    if (mode === 1) i.displacement = this.#i8();
    else if (mode === 2 || i.isRelative || isPlain) i.displacement = this.#i32();
  }

  #immediate(i: Instruction, isShort: boolean): void {
    const op = i.opcode;
    const full = () => (isShort && i.size !== 8 ? this.#i16() : this.#i32());
    let value = 0;
    if (op < 0x40 && (op & 7) === 4) value = this.#i8();
    else if (op < 0x40 && (op & 7) === 5) value = full();
    else if (op >= 0xb8 && op < 0xc0) {
      value = full();
      if (i.size === 8) {
        i.immediate = value;
        i.immediateHigh = this.#i32();
        return;
      }
    } else if (op >> 3 === 0xb0 >> 3) value = this.#i8();
    else if (op >> 4 === 7 || op === 0xeb || hasByte(op)) value = this.#i8();
    else if (op >> 4 === 0x18 || op === 0xe8 || op === 0xe9) value = this.#i32();
    else {
      switch (op) {
        case 0x6a:
        case 0x6b:
        case 0x80:
        case 0x83:
        case 0xa8:
        case 0xc0:
        case 0xc1:
        case 0xc6:
        case 0x1a4:
        case 0x1ac:
        case 0x1ba:
          value = this.#i8();
          break;
        case 0x68:
        case 0x69:
        case 0x81:
        case 0xa9:
        case 0xc7:
          value = full();
          break;
        case 0xc2:
          value = this.#i16();
          break;
        case 0xf6:
          if ((i.reg & 7) < 2) value = this.#i8();
          break;
        case 0xf7:
          if ((i.reg & 7) < 2) value = full();
          break;
      }
    }
    i.immediate = value;
    i.immediateHigh = value >> 31;
  }

  #u8(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) this.#unknown();
    return byte;
  }

  #i8(): number {
    return (this.#u8() << 24) >> 24;
  }

  #i16(): number {
    return this.#u8() | (this.#i8() << 8) | 0;
  }

  #i32(): number {
    return this.#u8() | (this.#u8() << 8) | (this.#u8() << 16) | (this.#u8() << 24);
  }

  #unknown(): never {
    throw new Fault(address(this.#start), 'an instruction that is not known');
  }
}
