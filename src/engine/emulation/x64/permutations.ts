import { type Instruction, VEX_0F3A, VEX_0F38 } from './instruction.ts';

/** Bytes of the lane that a broadcast repeats, by its opcode of the map 0F 38. */
const broadcasts: ReadonlyMap<number, number> = new Map([
  [0x78, 1],
  [0x79, 2],
  [0x18, 4],
  [0x58, 4],
  [0x19, 8],
  [0x59, 8],
  [0x1a, 16],
  [0x5a, 16],
]);

/** What `permuted` did: nothing; a result of 128 or 256 bits; or it is one that stores half of a register. */
type Done = 'none' | 'narrow' | 'wide' | 'memory';

/**
 * Instructions of AVX and AVX2 that choose lanes across a register, broadcast one, or shift each by a count of its own
 * (Intel SDM volume 2, VPERM*, VBROADCAST*, VBLENDV*, VPSLLV*): `result` of the operands `first` and `second`, eight
 * words each. `read` reads a second operand of that many bytes from memory; `register` is a copy of another register.
 */
export function permuted(
  i: Instruction,
  first: Int32Array,
  second: Int32Array,
  result: Int32Array,
  read: (bytes: number) => void,
  register: (number: number) => Int32Array,
): Done {
  const done = i.isWide ? 'wide' : 'narrow';
  if (i.opcode >= VEX_0F38) {
    const bytes = broadcasts.get(i.opcode - VEX_0F38);
    if (bytes !== undefined) {
      read(bytes);
      const [from, to] = [new Uint8Array(second.buffer), new Uint8Array(result.buffer)];
      for (let n = 0; n < to.length; n++) to[n] = from[n % bytes]!;
      return done;
    }
    const compute = ofOperand(i);
    if (!compute) return 'none';
    read(i.isWide ? 32 : 16);
    for (let n = 0; n < 8; n++) result[n] = compute(first, second, n);
    return done;
  }
  if (i.opcode < VEX_0F3A) return 'none';
  const by = i.immediate & 255;
  const opcode = i.opcode - VEX_0F3A;
  if (opcode === 0x19 || opcode === 0x39) return 'memory';
  const compute = ofImmediate(opcode, by);
  if (compute) {
    read(i.isWide ? 32 : 16);
    for (let n = 0; n < 8; n++) result[n] = compute(first, second, n);
    return done;
  }
  if (opcode < 0x4a || opcode > 0x4c) return 'none';
  read(i.isWide ? 32 : 16);
  const mask = register(by >> 4);
  if (opcode === 0x4c) {
    const [bytes, mine, others] = [new Int8Array(mask.buffer), bytesOf(first), bytesOf(second)];
    for (const [n, byte] of bytes.entries()) bytesOf(result)[n] = byte < 0 ? others[n]! : mine[n]!;
  } else
    for (let n = 0; n < 8; n++) result[n] = mask[opcode === 0x4a ? n : n | 1]! < 0 ? second[n]! : first[n]!;
  return done;
}

/** Computes word `n` of a result. */
type Compute = (first: Int32Array, second: Int32Array, n: number) => number;

function ofImmediate(opcode: number, by: number): Compute | undefined {
  switch (opcode) {
    case 0x00:
    case 0x01:
      return (_, b, n) => b[2 * ((by >> (n & 6)) & 3) + (n & 1)]!;
    case 0x02:
      return (a, b, n) => ((by >> n) & 1 ? b : a)[n]!;
    case 0x04:
      return (_, b, n) => b[(n & 4) + ((by >> (2 * (n & 3))) & 3)]!;
    case 0x05:
      return (_, b, n) => b[(n & 4) + 2 * ((by >> (n >> 1)) & 1) + (n & 1)]!;
    case 0x06:
    case 0x46:
      return (a, b, n) => {
        const choice = by >> (n & 4);
        if (choice & 8) return 0;
        return (choice & 2 ? b : a)[4 * (choice & 1) + (n & 3)]!;
      };
    default:
      return undefined;
  }
}

function ofOperand(i: Instruction): Compute | undefined {
  const isLong = i.size === 8;
  switch (i.opcode - VEX_0F38) {
    case 0x16:
    case 0x36:
      return (a, b, n) => b[a[n]! & 7]!;
    case 0x0c:
      return (a, b, n) => a[(n & 4) + (b[n]! & 3)]!;
    case 0x0d:
      return (a, b, n) => a[(n & 4) + (b[n & 6]! & 2) + (n & 1)]!;
    case 0x45:
      return isLong
        ? (a, b, n) => shifted(a, b, n, (value, count) => value >> count)
        : (a, b, n) => (b[n]! >>> 0 > 31 ? 0 : a[n]! >>> b[n]!);
    case 0x46:
      return isLong ? undefined : (a, b, n) => a[n]! >> Math.min(b[n]! >>> 0, 31);
    case 0x47:
      return isLong
        ? (a, b, n) => shifted(a, b, n, (value, count) => value << count)
        : (a, b, n) => (b[n]! >>> 0 > 31 ? 0 : a[n]! << b[n]!);
    default:
      return undefined;
  }
}

/** Word `n` of lanes of 64 bits that are shifted. */
function shifted(
  a: Int32Array,
  b: Int32Array,
  n: number,
  shift: (value: bigint, count: bigint) => bigint,
): number {
  const lane = n >> 1;
  const count = new BigUint64Array(b.buffer)[lane]!;
  const value = count > 63n ? 0n : shift(new BigUint64Array(a.buffer)[lane]!, count);
  return Number(BigInt.asIntN(32, value >> BigInt(32 * (n & 1))));
}

function bytesOf(words: Int32Array): Uint8Array {
  return new Uint8Array(words.buffer);
}
