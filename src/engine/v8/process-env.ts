import { attemptOr } from '../absence.ts';
import type { Tagged } from '../address.ts';
import { environmentOf } from './environment.ts';
import type { Property, Value } from './inspect.ts';
import { scopeLocals } from './objects/context-locals.ts';
import type { HeapView } from './objects/heap-view.ts';
import { dataProperty } from './property.ts';

/** Own properties of an object by their names. */
type Own = (value: Value, name: string) => Property | undefined;

/**
 * The main thread's process.env, whose properties are the process's environment variables: an interceptor
 * of Node gives them, so the object itself is empty.
 */
export class ProcessEnv {
  readonly #view: HeapView;
  readonly #global: () => Value;
  readonly #own: Own;
  #object: Tagged | undefined | null = null;
  #variables: readonly Property[] | undefined;

  constructor(view: HeapView, global: () => Value, own: Own) {
    this.#view = view;
    this.#global = global;
    this.#own = own;
  }

  /** True if `object` is process.env. */
  is(object: Tagged): boolean {
    // Finding it asks for properties of objects, and comes back here.
    if (this.#object === null) {
      this.#object = undefined;
      this.#object = this.#find();
    }
    return object === this.#object;
  }

  get variables(): readonly Property[] {
    this.#variables ??= environmentOf(this.#view.runtime).map(([name, primitive]) =>
      dataProperty(name, { kind: 'synthetic', primitive }),
    );
    return this.#variables;
  }

  #find(): Tagged | undefined {
    const view = this.#view;
    if (view.isolate.index !== 0) return undefined;
    const process = this.#process();
    const env = process && this.#own(process, 'env')?.value;
    const object = env && wordOf(env);
    const { hasNamedInterceptor } = view.layout.objects.map;
    const isIntercepted =
      object !== undefined &&
      attemptOr(
        false,
        () => view.isReceiver(object) && (view.map(object).bitField & hasNamedInterceptor) !== 0,
      );
    return isIntercepted ? object : undefined;
  }

  /** The object that Node's accessor `globalThis.process` gives: a variable of the getter's closure. */
  #process(): Value | undefined {
    const view = this.#view;
    const property = this.#own(this.#global(), 'process');
    const getter = property?.getter && wordOf(property.getter);
    if (getter === undefined) return property?.value;
    return attemptOr(undefined, () => {
      const context = view.tagged(getter, view.layout.objects.function.context);
      const variable = scopeLocals(view, context).find((local) => local.name === '_process');
      return variable && { kind: 'tagged', word: variable.value };
    });
  }
}

function wordOf(value: Value): Tagged | undefined {
  return value.kind === 'tagged' ? value.word : undefined;
}
