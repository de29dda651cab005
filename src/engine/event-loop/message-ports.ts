import { attemptOr } from '../absence.ts';
import type { Tagged } from '../address.ts';
import { mapEntries } from '../v8/objects/collections.ts';
import type { Callbacks } from './callbacks.ts';
import type { Objects } from './objects.ts';

const MAX_LISTENERS = 16;

/** Tells MessagePorts by who listens to them. */
export class MessagePorts {
  readonly #objects: Objects;
  readonly #callbacks: Callbacks;

  constructor(objects: Objects, callbacks: Callbacks) {
    this.#objects = objects;
    this.#callbacks = callbacks;
  }

  /** Parts of a text: the worker at the other end, or the function that messages go to. */
  of(port: Tagged): string[] {
    const o = this.#objects;
    for (const listener of this.#listeners(port)) {
      const worker = o.receiver(o.closure(listener, 'this'));
      if (worker !== undefined && o.className(worker) === 'Worker') return [this.#worker(worker, port)];
      const callback = this.#callbacks.of(listener);
      if (callback && !callback.internal) return [`messages go to ${callback.text}`];
      if (callback?.source?.startsWith('node:internal/main/worker'))
        return ['Node’s own messages of the parent'];
    }
    return [];
  }

  #worker(worker: Tagged, port: Tagged): string {
    const o = this.#objects;
    const thread =
      o.number(o.receiver(o.getSymbol(worker, 'kHandle')), 'threadId') ?? o.number(worker, 'threadId');
    const isOwn = o.getSymbol(worker, 'kPort') === port;
    return `${isOwn ? 'Node’s own messages of ' : ''}worker${thread === undefined ? '' : ` ${thread}`}`;
  }

  /** Functions that were added to an EventTarget of Node's for `message` (lib/internal/event_target.js). */
  #listeners(target: Tagged): Tagged[] {
    const o = this.#objects;
    const events = o.receiver(o.getSymbol(target, 'kEvents'));
    if (events === undefined) return [];
    const root = attemptOr(undefined, () => {
      const { view } = o;
      if (view.type(events) !== view.layout.types.JS_MAP) return undefined;
      const entries = mapEntries(view, events).slice(0, MAX_LISTENERS);
      const found = entries.find((e) => e.key !== undefined && o.primitive(e.key) === 'message');
      return found && o.receiver(found.value);
    });
    const result: Tagged[] = [];
    let listener = o.object(root, 'next');
    for (let n = 0; listener !== undefined && n < MAX_LISTENERS; n++) {
      const own = o.object(listener, 'listener');
      for (const fn of [own, o.object(own, 'listener'), o.object(listener, 'callback')]) {
        const target = this.#callbacks.target(fn);
        if (target !== undefined) result.push(target);
      }
      listener = o.object(listener, 'next');
    }
    return result;
  }
}
