import type { Tagged } from '../address.ts';
import type { CallbackInfo } from '../contract.ts';
import type { Callbacks } from './callbacks.ts';
import type { Objects } from './objects.ts';

const MAX_LISTENERS = 16;

/** Tells EventEmitters by who listens to them (lib/events.js: `_events` has a function of an event, or an array of them). */
export class Emitters {
  readonly #objects: Objects;
  readonly #callbacks: Callbacks;

  constructor(objects: Objects, callbacks: Callbacks) {
    this.#objects = objects;
    this.#callbacks = callbacks;
  }

  /** The first function that listens to one of the events, Node's own left out. */
  listener(emitter: Tagged | undefined, events: readonly string[]): CallbackInfo | undefined {
    const o = this.#objects;
    const known = o.object(emitter, '_events');
    for (const event of events) {
      const held = o.object(known, event);
      if (held === undefined) continue;
      const isArray = o.view.isType(held, o.view.layout.types.JS_ARRAY);
      const functions = isArray ? o.elements(held, MAX_LISTENERS) : [held];
      for (const fn of functions) {
        // A listener that is called once is in a function of Node's.
        const callback = this.#callbacks.of(o.object(fn, 'listener') ?? fn);
        if (callback?.source != null && isTelling(callback.source)) return callback;
      }
    }
    return undefined;
  }

  /** A part of a text, or none: "data goes to …". */
  part(what: string, emitter: Tagged | undefined, events: readonly string[]): string[] {
    const callback = this.listener(emitter, events);
    return callback ? [`${what} to ${callback.text}`] : [];
  }
}

/** Libraries that come with Node, as undici does, are told like the program's. */
function isTelling(source: string): boolean {
  return !source.startsWith('node:') || source.startsWith('node:internal/deps/');
}
