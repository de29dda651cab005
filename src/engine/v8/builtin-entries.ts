import { type Address, address, at } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import { ImageSearch } from '../modules/image-search.ts';
import type { Module } from '../modules/module.ts';

const PF_X = 1;
/** How far behind `from` the table is looked for, in bytes. */
const MAX_OFFSET = 0x10000;
/** All builtins lie in one piece, of some 2 MB. */
const MAX_SPAN = 1 << 26;
/** Instructions by which a copy of the builtins is recognized. */
const PROBE = 128;

/**
 * Where builtins begin in the executable's own image, by their ids, told without symbols: from the table of an isolate
 * that lies behind `from`, as many addresses of code as there are builtins (IsolateData::builtin_entry_table_). Isolates
 * may run a copy of them; then the original is found by what it says. Undefined if nothing is found.
 */
export function builtinEntries(
  module: Module,
  memory: Memory,
  from: Address,
  count: number,
): readonly Address[] | undefined {
  const entries = codeAddresses(memory, from, count);
  if (!entries) return undefined;
  // A second mapping of the same file.
  if (module.linkAddressOf(entries[0]!) !== undefined)
    return entries.map((entry) => address((module.linkAddressOf(entry) ?? Number.NaN) + module.bias));
  const first = Math.min(...entries);
  if (!memory.has(address(first), PROBE)) return undefined;
  const [original] = new ImageSearch(module, memory).findCode(memory.bytes(address(first), PROBE));
  return original === undefined ? undefined : entries.map((entry) => at(original, entry - first));
}

/** The first row of so many words that all lead to code. */
function codeAddresses(memory: Memory, from: Address, count: number): Address[] | undefined {
  let region = { start: 0, end: 0 };
  const isCode = (target: Address) => {
    if (target >= region.start && target < region.end) return true;
    const found = memory.regionAt(target);
    if (!found || (found.flags & PF_X) === 0) return false;
    region = found;
    return true;
  };
  let found: Address[] = [];
  for (let offset = 0; offset < MAX_OFFSET; offset += 8) {
    const slot = at(from, offset);
    if (!memory.has(slot, 8)) return undefined;
    const target = memory.pointer(slot);
    if (!isCode(target)) found = [];
    else {
      // What is no builtin lies elsewhere.
      if (found.length > 0 && Math.abs(target - found[0]!) > MAX_SPAN) found = [];
      if (found.push(target) === count) return found;
    }
  }
  return undefined;
}
