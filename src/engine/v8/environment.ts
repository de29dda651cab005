import { attemptOr } from '../absence.ts';
import { type Address, address } from '../address.ts';
import type { Module } from '../modules/module.ts';
import type { V8Runtime } from './runtime.ts';

const MAX_VARIABLES = 1 << 14;
const MAX_TEXT = 1 << 20;

/**
 * The environment variables of the dumped process as they were last, in the order of libc's `environ`; empty
 * if that cannot be found. Workers have copies of their own elsewhere.
 */
export function environmentOf(runtime: V8Runtime): [name: string, value: string][] {
  const { memory, module } = runtime;
  return attemptOr([], () => {
    const variable = variableOf(module);
    const list = variable === undefined ? 0 : memory.pointer(variable);
    const result: [string, string][] = [];
    for (let i = 0; list !== 0 && i < MAX_VARIABLES; i++) {
      const text = memory.pointer(address(list + 8 * i));
      if (text === 0) break;
      const line = memory.cString(text, MAX_TEXT);
      const split = line.indexOf('=', 1);
      if (split > 0) result.push([line.slice(0, split), line.slice(split + 1)]);
    }
    return result;
  });
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
