import type { Tagged } from '../../address.ts';
import type { HeapView } from '../objects/heap-view.ts';

/**
 * What an import or export of a SourceTextModule holds (SourceTextModule::GetCell): its cell's value, the hole
 * in its dead zone; undefined where the import is not linked. Throws a Fault.
 */
export function moduleCell(view: HeapView, module: Tagged, cellIndex: number): Tagged | undefined {
  const { regularExports, regularImports } = view.layout.scopes;
  const cells = view.tagged(module, cellIndex > 0 ? regularExports : regularImports);
  const index = Math.abs(cellIndex) - 1;
  if (index < 0 || index >= view.arrayLength(cells)) return undefined;
  const cell = view.element(cells, index);
  return view.isType(cell, view.layout.types.CELL)
    ? view.tagged(cell, view.layout.objects.cell.value)
    : undefined;
}
