import type { Tagged } from '../../address.ts';
import { taggedValue } from '../frames/values.ts';
import type { Value } from '../inspect.ts';
import type { HeapView } from '../objects/heap-view.ts';
import { ScopeInfo } from './scope-info.ts';

/** Context::EXTENSION_INDEX: `with` object, variables added by eval, or the module. */
const EXTENSION = 2;

/** A Context of the dump (src/objects/contexts.h): the variables of a scope that closures share. */
export class Context {
  readonly word: Tagged;
  readonly #view: HeapView;
  #scopeInfo: ScopeInfo | undefined;

  constructor(view: HeapView, word: Tagged) {
    this.#view = view;
    this.word = word;
  }

  /** Undefined if `word` is no context; a Fault if that cannot be told. */
  static at(view: HeapView, word: Tagged): Context | undefined {
    return view.isContext(view.readable(word)) ? new Context(view, word) : undefined;
  }

  get isNative(): boolean {
    return this.#view.isType(this.word, this.#view.layout.types.nativeContext);
  }

  get scopeInfo(): ScopeInfo {
    const { scopeInfoSlot } = this.#view.layout.objects.context;
    this.#scopeInfo ??= new ScopeInfo(this.#view, this.#slot(scopeInfoSlot));
    return this.#scopeInfo;
  }

  get previous(): Context | undefined {
    return Context.at(this.#view, this.#slot(this.#view.layout.objects.context.previousSlot));
  }

  get extension(): Tagged {
    return this.#slot(EXTENSION);
  }

  /** The variable `name`; undefined if the context has none of that name. */
  variable(name: string): Value | undefined {
    const index = this.scopeInfo.names.indexOf(name);
    return index < 0 ? undefined : this.valueAt(this.scopeInfo.slotOf(index));
  }

  valueAt(slot: number): Value {
    return cellValue(this.#view, this.#slot(slot));
  }

  #slot(index: number): Tagged {
    return this.#view.tagged(this.word, this.#view.layout.objects.context.slots + 8 * index);
  }
}

/** 26 keeps assigned variables in ContextCells, whose numbers may stand unboxed (objects/contexts.h). */
function cellValue(view: HeapView, word: Tagged): Value {
  if (!view.isType(view.readable(word), view.layout.types.CONTEXT_CELL)) return taggedValue(word);
  const { value, state, double } = view.layout.objects.contextCell;
  const kind = view.u32(word, state);
  if (kind === view.layout.scopes.cellInt32) return { kind: 'synthetic', primitive: view.i32(word, double) };
  if (kind === view.layout.scopes.cellFloat64) {
    const address = (view.base(word) + double) as Parameters<typeof view.memory.f64>[0];
    return { kind: 'synthetic', primitive: view.memory.f64(address) };
  }
  return taggedValue(view.tagged(word, value));
}
