import type { Tagged } from '../../address.ts';
import type { HeapView } from './heap-view.ts';

/** JSRegExp::Flag bits in the order in which `flags` lists them (regexp/regexp-flags.h). */
const FLAGS: readonly [string, number][] = [
  ['d', 1 << 7],
  ['g', 1 << 0],
  ['i', 1 << 1],
  ['m', 1 << 2],
  ['s', 1 << 5],
  ['u', 1 << 4],
  ['v', 1 << 8],
  ['y', 1 << 3],
];

/** `/source/flags`; undefined for RegExp.prototype, which has no source. */
export function regExpText(view: HeapView, object: Tagged): string | undefined {
  const { source, flags } = view.layout.objects.regExp;
  const text = view.tagged(object, source);
  if (!view.isString(text)) return undefined;
  const bits = view.smi(object, flags);
  const letters = FLAGS.filter(([, bit]) => bits & bit).map(([letter]) => letter);
  return `/${view.string(text)}/${letters.join('')}`;
}
