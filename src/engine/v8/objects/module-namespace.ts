import type { Tagged } from '../../address.ts';
import type { HeapView } from './heap-view.ts';

const MAX_EXPORTS = 1 << 20;

/** Exported bindings of a module namespace object, sorted by name; the hole is a binding in its dead zone. */
export function moduleExports(
  view: HeapView,
  namespace: Tagged,
): { readonly key: Tagged; readonly value: Tagged }[] {
  const { module, hashTable, cell } = view.layout.objects;
  const table = view.tagged(view.tagged(namespace, module.inNamespace), module.exports);
  const length = Math.min(view.arrayLength(table), MAX_EXPORTS);
  const result: { key: Tagged; value: Tagged; name: string }[] = [];
  // ObjectHashTable of name to Cell (objects/module.tq).
  for (let i = hashTable.prefix; i + 1 < length; i += 2) {
    const key = view.element(table, i);
    const box = view.element(table, i + 1);
    if (!view.isString(key) || !view.isType(box, view.layout.types.CELL)) continue;
    result.push({ key, name: view.string(key), value: view.tagged(box, cell.value) });
  }
  return result.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
