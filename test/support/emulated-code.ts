import { address } from '../../src/engine/address.ts';
import { BufferSource } from '../../src/engine/dump/byte-source.ts';
import { Guest } from '../../src/engine/emulation/guest.ts';
import { Memory } from '../../src/engine/memory/memory.ts';

const START = address(0x10000);

/**
 * Runs code of x86-64, given as hexadecimal digits, with the addresses of its operand (rdi) and of its result (rsi), of 32
 * and 64 bytes; what they are then.
 */
export function runCode(
  code: string,
  operand: Buffer,
): { readonly operand: Buffer; readonly result: Buffer } {
  const page = Buffer.alloc(4096);
  Buffer.from(code.replaceAll(' ', ''), 'hex').copy(page);
  const source = new BufferSource(page);
  const region = { start: START, end: address(START + page.length), flags: 5, source, offset: 0, reason: '' };
  const place = { instructionSet: 'x64', start: START, bias: 0, imports: undefined } as const;
  const { memory, processor } = new Guest(new Memory([region]), place, 0, 1000);
  const [from, to] = [memory.allocate(64), memory.allocate(64)];
  for (const [i, byte] of operand.entries()) memory.setByte(from + i, byte);
  processor.call(START, from, to);
  return { operand: Buffer.from(memory.bytes(from, 32)), result: Buffer.from(memory.bytes(to, 64)) };
}
