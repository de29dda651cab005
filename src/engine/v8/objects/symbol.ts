import type { Tagged } from '../../address.ts';
import type { HeapView } from './heap-view.ts';

/** Description of a Symbol, '' if it has none. */
export function symbolDescription(view: HeapView, symbol: Tagged): string {
  return view.textOrEmpty(view.tagged(symbol, view.layout.objects.symbol.description));
}

/** Text of a property key: the string, or `Symbol(description)`. */
export function keyText(view: HeapView, key: Tagged): string {
  return view.isString(view.readable(key)) ? view.string(key) : `Symbol(${symbolDescription(view, key)})`;
}
