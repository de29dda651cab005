/** `readMemory`: raw bytes of the dump, for the hex view. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { attempt, isAbsent } from '../engine/absence.ts';
import { address, hex, parseHex } from '../engine/address.ts';
import type { Memory } from '../engine/memory/memory.ts';
import { AdapterError } from './errors.ts';
import type { Target } from './target.ts';

/** Bytes of one answer; clients ask again for more. */
const maxCount = 4 * 1024 * 1024;

export function readMemory(
  target: Target,
  args: DebugProtocol.ReadMemoryArguments,
): NonNullable<DebugProtocol.ReadMemoryResponse['body']> {
  const base = parseHex(args.memoryReference);
  const start = base === undefined ? Number.NaN : base + (args.offset ?? 0);
  if (!Number.isSafeInteger(start) || start < 0 || !Number.isSafeInteger(args.count) || args.count < 0) {
    throw new AdapterError('BAD_ARGUMENTS', `${args.memoryReference} is no address of this dump.`);
  }
  const count = Math.min(args.count, maxCount);
  const bytes = readable(target.core.modules.memory, start, count);
  const body: NonNullable<DebugProtocol.ReadMemoryResponse['body']> = {
    address: hex(start),
    data: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
  };
  if (bytes.length < count) body.unreadableBytes = count - bytes.length;
  return body;
}

const page = 4096;

/** The bytes from `start` up to the first that is not in the dump, at most `count`. */
function readable(memory: Memory, start: number, count: number): Buffer {
  const pieces: Buffer[] = [];
  let at = start;
  const end = start + count;
  while (at < end) {
    const length = Math.min(page - (at % page), end - at);
    const piece = attempt(() => memory.bytes(address(at), length));
    if (isAbsent(piece)) break;
    pieces.push(piece);
    at += length;
  }
  return Buffer.concat(pieces);
}
