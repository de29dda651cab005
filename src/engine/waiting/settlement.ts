import { address, type Tagged } from '../address.ts';
import { type Step, waysOf } from '../analyses/paths.ts';
import type { Heap } from '../graph/heap.ts';
import { type NodeOrdinal, NodeType } from '../graph/types.ts';
import { continuationOf } from '../v8/async/suspended-chains.ts';
import { tag, untag } from '../v8/frames/heap-object.ts';
import type { Isolate } from '../v8/isolate.ts';
import { knownSettler, placeText } from './holder-text.ts';
import { hasHandle, holdersOf, onlyHolders } from './only-holders.ts';
import type { PromiseLinks } from './promise-links.ts';

/** What could settle a promise. */
export interface Settlement {
  /** In words, without what tells one object from another of its kind: equal ones are the same for people. */
  readonly text: string;
  /** From the roots to what settles it: a resolve function, or the object of a request; empty where there is none. */
  readonly steps: readonly Step[];
}

/** Promises that are looked at on the way, sources that are told, and resolve functions of one promise. */
const MAX_PROMISES = 10_000;
const MAX_SOURCES = 20;
const MAX_RESOLVERS = 100;
const MAX_DOMINATORS = 100_000;

/** Holders of a resolve function among which what will call it is looked for. */
const NEAR = 8;
const REACTION = 'system / PromiseReaction';
const CAPABILITY = 'system / PromiseCapability';
const MODULE = 'system / SourceTextModule';
const MAX_REACTIONS = 1000;
/** Objects of a waiting function that are looked at for handles. */
const MAX_OWNED = 10_000;
/** JSGeneratorObject::kGeneratorExecuting. */
const RUNNING = -2;
export const NOTHING = 'what nothing can settle any more';

/** Tells of awaited promises what they wait for: who holds their resolve functions, and so may yet call one. */
export class Settlements {
  readonly #isolate: Isolate;
  readonly #heap: Heap;
  readonly #links: PromiseLinks;

  constructor(isolate: Isolate, heap: Heap, links: PromiseLinks) {
    this.#isolate = isolate;
    this.#heap = heap;
    this.#links = links;
  }

  /** Of the promise that a suspended function awaits. */
  of(promise: Tagged, waiter: Tagged): Settlement {
    const sources: Settlement[] = [];
    const labels = new Set<string>();
    const seen = new Set<Tagged>([promise]);
    const work: Tagged[] = [promise];
    const follow = (above: Tagged) => {
      if (seen.has(above)) return;
      seen.add(above);
      work.push(above);
    };
    for (
      let at = work.pop();
      at !== undefined && seen.size < MAX_PROMISES && sources.length < MAX_SOURCES;
      at = work.pop()
    ) {
      sources.push(...this.#sources(at, waiter, follow));
      for (const { promise: above, label } of this.#links.upstreamOf(at)) {
        if (label !== undefined) labels.add(label);
        follow(above);
      }
    }
    const texts = [...new Set(sources.map((s) => s.text))].sort();
    // What says nothing has its say only where nothing else has.
    const told = texts.filter((text) => text !== NOTHING);
    const what = told.length === 0 ? NOTHING : told.join(', ');
    return {
      text: labels.size === 0 ? what : `${[...labels].join(', ')}: ${what}`,
      steps: sources.find((s) => s.steps.length > 0)?.steps ?? [],
    };
  }

  /** What may settle this very promise; others on which it depends are given to `follow`, where they are not linked to it. */
  #sources(promise: Tagged, waiter: Tagged, follow: (promise: Tagged) => void): Settlement[] {
    const links = this.#links;
    if (links.isReady(promise)) return [{ text: 'a promise that is settled already', steps: [] }];
    const owner = links.ownerOf(promise);
    if (owner !== undefined) {
      const state = continuationOf(this.#isolate, owner);
      if (state !== undefined && state >= 0)
        return [{ text: 'an async function that waits itself', steps: [] }];
      if (state === RUNNING) return [{ text: 'an async function that runs', steps: [] }];
    }
    const found: Settlement[] = [];
    const places = new Map<string, number>();
    let isHandled = links.upstreamOf(promise).length > 0;
    for (const resolver of links.resolversOf(promise).slice(0, MAX_RESOLVERS)) {
      const node = this.#node(resolver);
      if (node === undefined || this.#isOnlyOf(node, this.#node(waiter))) continue;
      const above = this.#reactingTo(node);
      const settler = above.isAll ? undefined : this.#settlerOf(node);
      for (const other of above.promises) follow(other);
      if (typeof settler === 'number') follow(settler);
      if (above.isAll || typeof settler === 'number') {
        isHandled = true;
        continue;
      }
      const steps = waysOf(this.#heap).to(node);
      const text = settler ?? `a call of ${placeText(this.#heap, steps)}`;
      // A promise's two functions mostly lie side by side.
      const place = text.replace(/\.?(resolve|reject)$/, '');
      const known = places.get(place);
      if (known === undefined) places.set(place, found.push({ text, steps }) - 1);
      else if (text.endsWith('.resolve')) found[known] = { text, steps };
    }
    if (found.length > 0 || isHandled) return found;
    return [this.#native(promise) ?? { text: NOTHING, steps: [] }];
  }

  /** The promises of whose reactions a resolve function is one; whether nobody else holds it, V8's own book-keeping aside. */
  #reactingTo(resolver: NodeOrdinal): { readonly promises: readonly Tagged[]; readonly isAll: boolean } {
    const { graph } = this.#heap;
    const promises: Tagged[] = [];
    let isAll = true;
    let isHeld = false;
    for (const holder of holdersOf(this.#heap, resolver)) {
      isHeld = true;
      const name = graph.nodeType[holder] === NodeType.hidden ? graph.name(holder) : '';
      if (name === REACTION) {
        const promise = this.#promiseOf(holder);
        if (promise !== undefined) promises.push(promise);
      } else if (name !== CAPABILITY) isAll = false;
    }
    return { promises, isAll: isHeld && isAll };
  }

  /** The promise that a reaction is of: reactions of one promise hold each other. */
  #promiseOf(reaction: NodeOrdinal): Tagged | undefined {
    const { graph } = this.#heap;
    let at: NodeOrdinal | undefined = reaction;
    for (let n = 0; n < MAX_REACTIONS && at !== undefined; n++) {
      if (graph.name(at) !== REACTION) return tag(address(graph.addresses!.of(at)));
      [at] = holdersOf(this.#heap, at);
    }
    return undefined;
  }

  /** What will surely call a resolve function: an object of Node, in words, or another promise's reaction. */
  #settlerOf(resolver: NodeOrdinal): string | Tagged | undefined {
    for (const holder of onlyHolders(this.#heap, resolver, NEAR)) {
      const text = knownSettler(this.#heap, holder);
      if (text !== undefined) return text;
      if (this.#isHidden(holder, REACTION)) return this.#promiseOf(holder);
    }
    return undefined;
  }

  /** An object that C++ settles the promise through: it holds the promise itself. */
  #native(promise: Tagged): Settlement | undefined {
    const node = this.#node(promise);
    if (node === undefined) return undefined;
    const steps = () => waysOf(this.#heap).to(node);
    for (const holder of holdersOf(this.#heap, node)) {
      if (this.#isHidden(holder, MODULE)) return { text: 'a module that is being evaluated', steps: steps() };
      const text = knownSettler(this.#heap, holder);
      if (text !== undefined) return { text, steps: waysOf(this.#heap).to(holder) };
    }
    // Atomics.waitAsync and others have a weak handle.
    return hasHandle(this.#heap, node)
      ? { text: 'a promise that native code holds', steps: steps() }
      : undefined;
  }

  #isHidden(node: NodeOrdinal, name: string): boolean {
    const { graph } = this.#heap;
    return graph.nodeType[node] === NodeType.hidden && graph.name(node) === name;
  }

  /**
   * True if only the waiting function leads to a node. Dominators are told as DevTools tells them, without what native
   * code has of the program's own objects: where they say so, its handles are looked for.
   */
  #isOnlyOf(node: NodeOrdinal, by: NodeOrdinal | undefined): boolean {
    if (!this.#isDominated(node, by)) return false;
    const seen = new Set([node]);
    const work = [node];
    for (let at = work.pop(); at !== undefined; at = work.pop()) {
      for (const holder of holdersOf(this.#heap, at)) {
        if (holder === by || seen.has(holder)) continue;
        if (this.#heap.graph.nodeType[holder] === NodeType.synthetic || seen.size >= MAX_OWNED) return false;
        seen.add(holder);
        work.push(holder);
      }
    }
    return true;
  }

  #isDominated(node: NodeOrdinal, by: NodeOrdinal | undefined): boolean {
    const { dominator } = this.#heap.dominators;
    let at: number = node;
    for (let steps = 0; at !== 0 && steps < MAX_DOMINATORS; steps++) {
      if (at === by) return true;
      at = dominator[at]!;
    }
    return false;
  }

  #node(word: Tagged): NodeOrdinal | undefined {
    const ordinal = this.#heap.graph.addresses?.find(untag(word)) ?? -1;
    return ordinal < 0 ? undefined : (ordinal as NodeOrdinal);
  }
}
