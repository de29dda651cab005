import { attemptOr } from '../absence.ts';
import { type Address, address } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import { processParameters } from '../memory/process-parameters.ts';
import type { Module } from '../modules/module.ts';
import type { V8Runtime } from './runtime.ts';

const MAX_VARIABLES = 1 << 14;
const MAX_TEXT = 1 << 20;

/**
 * The environment variables of the dumped process as they were last, in the order of libc's `environ`, or of the
 * process's parameters on Windows; empty if that cannot be found. Workers have copies of their own elsewhere.
 */
export function environmentOf({ memory, module, core }: V8Runtime): [name: string, value: string][] {
  const isWindows = core.system === 'windows';
  const lines = isWindows
    ? (processParameters(core, memory)?.environment ?? [])
    : attemptOr([], () => linesOf(memory, module));
  return lines.flatMap((line): [string, string][] => {
    const split = line.indexOf('=', 1);
    // Windows keeps the directories of its drives in names that begin with "=", which are no variables.
    return split > 0 && !(isWindows && line[0] === '=')
      ? [[line.slice(0, split), line.slice(split + 1)]]
      : [];
  });
}

function linesOf(memory: Memory, module: Module): string[] {
  const variable = variableOf(module);
  const list = variable === undefined ? 0 : memory.pointer(variable);
  const result: string[] = [];
  for (let i = 0; list !== 0 && i < MAX_VARIABLES; i++) {
    const text = memory.pointer(address(list + 8 * i));
    if (text === 0) break;
    result.push(memory.cString(text, MAX_TEXT));
  }
  return result;
}

/** Executables have a copy of the C library's variable, whose symbol may carry the library's version. */
function variableOf(module: Module): Address | undefined {
  const { symbols } = module;
  const prefixes = ['environ', '__environ'];
  symbols?.prepare([], prefixes);
  const named = prefixes.flatMap((prefix) => symbols?.withPrefix(prefix) ?? []);
  const symbol = named.find((s) => /^(__)?environ(@|$)/.test(s.name));
  return symbol && module.addressOfSymbol(symbol);
}
