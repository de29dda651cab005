import type { Tagged } from '../../address.ts';
import type { HeapView } from '../objects/heap-view.ts';
import { nativeContextOf } from '../objects/realm.ts';
import { Context } from './context.ts';

const MAX_SLOTS = 1 << 12;
const MAX_SCRIPTS = 1 << 16;

/**
 * The contexts that hold the `let`, `const` and `class` of a realm's scripts, in the order of the scripts: the
 * native context's ScriptContextTable without its first entry, which only declares `this`.
 */
export function scriptVariables(view: HeapView, context: Tagged): readonly Context[] {
  const native = nativeContextOf(view, context);
  const table = native === undefined ? undefined : scriptContextTable(view, native);
  if (table === undefined) return [];
  const contexts: Context[] = [];
  // Before the contexts stand only numbers and a name table (objects/contexts.tq).
  const length = Math.min(view.arrayLength(table), MAX_SCRIPTS);
  const { length: first } = view.layout.objects.fixedArray;
  for (let i = 1; i <= length + 3; i++) {
    const address = (view.base(table) + first + 8 * i) as Parameters<typeof view.memory.has>[0];
    if (!view.memory.has(address, 8)) break;
    const found = Context.at(view, view.memory.tagged(address));
    if (found?.scopeInfo.type === 'script') contexts.push(found);
    else if (contexts.length > 0) break;
  }
  return contexts.slice(1);
}

function scriptContextTable(view: HeapView, native: Tagged): Tagged | undefined {
  const map = view.isolate.root('script_context_table_map');
  const count = Math.min(view.arrayLength(native), MAX_SLOTS);
  for (let i = 0; i < count; i++) {
    const word = view.element(native, i);
    if (
      view.isPointer(word) &&
      view.memory.has(view.base(word), 8) &&
      view.memory.tagged(view.base(word)) === map
    ) {
      return word;
    }
  }
  return undefined;
}
