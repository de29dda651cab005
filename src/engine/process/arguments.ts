import { attempt, isAbsent } from '../absence.ts';
import { type Address, address } from '../address.ts';
import type { CoreDump } from '../dump/core-dump.ts';
import { ElfCore } from '../dump/elf-core.ts';
import type { Memory } from '../memory/memory.ts';
import { processParameters } from '../memory/process-parameters.ts';

const AT_EXECFN = 31;
const MAX_ARGUMENTS = 100_000;
/** The kernel lets arguments and environment take 6 MB at most, and a quarter of the stack limit. */
const SEARCH = 8 << 20;
const MAX_SLASHES = 1024;

/**
 * The command line; of Linux as the kernel laid it at the top of the initial stack (System V ABI, x86-64 supplement,
 * "Initial Stack and Register State"): argc, argv pointers, 0, envp pointers, 0, auxiliary vector, strings.
 * The auxiliary vector is known from NT_AUXV, so it is searched for below its own AT_EXECFN string.
 * Undefined if that part of the stack is not there. Node may have overwritten it by process.title.
 */
export function commandLine(core: CoreDump, memory: Memory): string[] | undefined {
  if (core.system === 'windows') {
    const text = processParameters(core, memory)?.commandLine;
    return text === undefined ? undefined : splitCommandLine(text);
  }
  if (!(core instanceof ElfCore)) return undefined;
  const file = core.auxv.get(AT_EXECFN);
  if (file === undefined) return undefined;
  const result = attempt(() => {
    const vector = findVector(core, memory, address(file));
    return vector === undefined ? undefined : readArguments(memory, vector);
  });
  return isAbsent(result) ? undefined : result;
}

function findVector(core: ElfCore, memory: Memory, file: Address): Address | undefined {
  const pattern = Buffer.alloc(32);
  [...core.auxv].slice(0, 2).forEach(([key, value], i) => {
    pattern.writeBigUInt64LE(BigInt(key), i * 16);
    pattern.writeBigUInt64LE(BigInt(value), i * 16 + 8);
  });
  const chunk = 1 << 16;
  for (let end = file as number; end > file - SEARCH; end -= chunk) {
    const start = address(Math.max(0, end - chunk));
    // Overlaps the chunk above by one pattern; above the string itself the stack may end at once.
    const size = end === file ? end - start : end - start + pattern.length;
    if (!memory.has(start, size)) return undefined;
    const hit = memory.bytes(start, size).lastIndexOf(pattern);
    if (hit >= 0) return address(start + hit);
  }
  return undefined;
}

/**
 * The arguments below an auxiliary vector. The zero that ends them is not the first one on the way down: variables that
 * were taken out of the environment leave zeros at its end.
 */
function readArguments(memory: Memory, vector: Address): string[] | undefined {
  for (let at = address(vector - 16), n = 0; n < MAX_ARGUMENTS; at = address(at - 8), n++) {
    const pointers = memory.pointer(at) === 0 ? pointersBelow(memory, at) : undefined;
    if (pointers) return pointers.map((p) => memory.cString(p, 128 << 10));
  }
  return undefined;
}

/** The pointers that end below `end`, if their number stands before them; there is one at least. */
function pointersBelow(memory: Memory, end: Address): Address[] | undefined {
  const pointers: Address[] = [];
  for (let at = address(end - 8); pointers.length < MAX_ARGUMENTS; at = address(at - 8)) {
    const word = memory.pointer(at);
    if (word === 0) return undefined;
    if (word === pointers.length) return pointers.reverse();
    pointers.push(word);
  }
  return undefined;
}

/**
 * A command line of Windows as C programs split it (Microsoft's "Parsing C command-line arguments"): backslashes count
 * before quotes alone, and a doubled quote inside of quotes is one.
 */
export function splitCommandLine(text: string): string[] {
  const result: string[] = [];
  let current: string | undefined;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const slashes = /^\\*/.exec(text.slice(i, i + MAX_SLASHES))![0].length;
    if (slashes > 0) {
      const beforeQuote = text[i + slashes] === '"';
      current = (current ?? '') + '\\'.repeat(beforeQuote ? slashes >> 1 : slashes);
      if (beforeQuote && slashes % 2 === 1) {
        current += '"';
        i++;
      }
      i += slashes - 1;
    } else if (text[i] === '"') {
      current ??= '';
      if (quoted && text[i + 1] === '"') {
        current += '"';
        i++;
      } else quoted = !quoted;
    } else if (!quoted && (text[i] === ' ' || text[i] === '\t')) {
      if (current !== undefined) result.push(current);
      current = undefined;
    } else current = (current ?? '') + text[i];
  }
  return current === undefined ? result : [...result, current];
}
