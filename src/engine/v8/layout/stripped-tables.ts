import { type Address, at } from '../../address.ts';
import type { Memory } from '../../memory/memory.ts';
import { ImageSearch } from '../../modules/image-search.ts';
import type { Module } from '../../modules/module.ts';
import type { Layout } from './layout.ts';
import { symbolNames } from './symbol-names.ts';
import { BUILTIN_METADATA_SIZE } from './table-layout.ts';

/** In the table of builtins of every line. */
const A_BUILTIN = 'InterpreterEntryTrampoline';
const MAX_BUILTINS = 1 << 14;
const MIN_BUILTINS = 1000;
const STT_OBJECT = 1;
/** Position of a text in the table of external references that is in no other. */
const REFERENCE_PROBE = 1;

/**
 * Finds V8's tables in an executable whose symbols were stripped, by what stands in them, and has the module tell them
 * as if it had the symbols.
 */
export function supplyTables(module: Module, memory: Memory, layout: Layout): void {
  const { symbols } = module;
  if (!symbols || symbols.find(symbolNames.builtinMetadata) || symbols.find(symbolNames.localBuiltinMetadata))
    return;
  const image = new ImageSearch(module, memory);
  const { tables } = layout;
  const [rootSlots, referenceSlots, builtinSlots] = image.slotsOf([
    tables.firstRoots[0]!,
    tables.firstReferences[REFERENCE_PROBE]!,
    A_BUILTIN,
  ]);
  const supply = (name: string, find: () => { at: Address; bytes: number } | undefined) => {
    if (symbols.find(name)) return;
    const found = find();
    if (found) symbols.supply({ name, value: found.at - module.bias, size: found.bytes, type: STT_OBJECT });
  };
  supply(symbolNames.rootNames, () => namesFrom(image, rootSlots!, tables.firstRoots, 0, tables.roots));
  supply(symbolNames.referenceNames, () =>
    namesFrom(image, referenceSlots!, tables.firstReferences, REFERENCE_PROBE, tables.references),
  );
  supply(symbolNames.localBuiltinMetadata, () => builtins(image, builtinSlots!));
  supply(symbolNames.bytecodeSizes, () => {
    const start = image.find(Buffer.from(tables.firstBytecodeSizes, 'hex'))[0];
    return start === undefined ? undefined : { at: start, bytes: 3 * tables.bytecodes };
  });
}

/** A table of texts that begins with those, found by slots of the one at position `probe`. */
function namesFrom(
  image: ImageSearch,
  slots: readonly Address[],
  first: readonly string[],
  probe: number,
  count: number,
): { at: Address; bytes: number } | undefined {
  const starts = slots.map((slot) => at(slot, -8 * probe));
  const start = starts.find((s) => first.every((text, i) => image.textAt(at(s, 8 * i)) === text));
  return start === undefined ? undefined : { at: start, bytes: 8 * count };
}

/** The table of builtins: a name and more in each row (BuiltinMetadata, builtins/builtins.cc). */
function builtins(image: ImageSearch, slots: readonly Address[]): { at: Address; bytes: number } | undefined {
  const isName = (slot: Address) => /^\w+$/.test(image.textAt(slot) ?? '');
  for (const slot of slots) {
    let start = slot;
    let end = at(slot, BUILTIN_METADATA_SIZE);
    while (slot - start < MAX_BUILTINS * BUILTIN_METADATA_SIZE && isName(at(start, -BUILTIN_METADATA_SIZE)))
      start = at(start, -BUILTIN_METADATA_SIZE);
    while (end - slot < MAX_BUILTINS * BUILTIN_METADATA_SIZE && isName(end))
      end = at(end, BUILTIN_METADATA_SIZE);
    if (end - start > MIN_BUILTINS * BUILTIN_METADATA_SIZE) return { at: start, bytes: end - start };
  }
  return undefined;
}
