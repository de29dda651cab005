import { attemptOr } from '../absence.ts';
import { type Address, at, type Tagged } from '../address.ts';
import type { NodeAddresses } from '../graph/node-addresses.ts';
import type { StackVariable } from '../graph/stack-variables.ts';
import type { NodeOrdinal } from '../graph/types.ts';
import type { CoreSession } from '../session.ts';
import type { StackFrame } from '../stack/frame.ts';
import { isHeapObject } from '../v8/frames/heap-object.ts';
import type { Isolate } from '../v8/isolate.ts';

/** Frames of a thread that are looked at, from the innermost on, and words of one. */
const MAX_FRAMES = 200;
const MAX_WORDS = 1024;
const MAX_VARIABLES = 10_000;
/** Scopes whose variables are in no object, but on the stack. */
const ON_STACK = /^(local|block|catch|eval)$/;

/**
 * What the variables of an isolate's running functions hold: the program's own functions first, the innermost first.
 * Those without a name come last.
 */
export function stackVariables(
  session: CoreSession,
  isolate: Isolate,
  addresses: NodeAddresses,
): StackVariable[] {
  const { thread } = isolate;
  return thread === undefined ? [] : new Variables(session, isolate, addresses).of(thread);
}

class Variables {
  readonly #session: CoreSession;
  readonly #isolate: Isolate;
  readonly #addresses: NodeAddresses;

  constructor(session: CoreSession, isolate: Isolate, addresses: NodeAddresses) {
    this.#session = session;
    this.#isolate = isolate;
    this.#addresses = addresses;
  }

  of(tid: number): StackVariable[] {
    const frames = this.#session.thread(tid).frames.slice(0, MAX_FRAMES);
    const ofProgram: StackVariable[][] = [[], []];
    const ofNode: StackVariable[][] = [[], []];
    for (const [i, { js, sp }] of frames.entries()) {
      // What a builtin works on is its caller's.
      const owner = js ? frames[i] : frames.slice(i).find((frame) => frame.js !== undefined);
      const [named, nameless] = owner?.js?.url?.startsWith('node:') === true ? ofNode : ofProgram;
      if (js) named!.push(...this.#named(tid, i, frames[i]!));
      const next = frames[i + 1]?.sp;
      if (owner && next !== undefined) nameless!.push(...this.#nameless(sp, next, this.#closureOf(owner)));
    }
    return [ofProgram[0], ofNode[0], ofProgram[1], ofNode[1]]
      .flatMap((list) => list!)
      .slice(0, MAX_VARIABLES);
  }

  #named(tid: number, index: number, frame: StackFrame): StackVariable[] {
    const closure = this.#closureOf(frame);
    return attemptOr([], () => this.#session.scopes(tid, index))
      .filter(({ kind }) => ON_STACK.test(kind))
      .flatMap(({ variables }) => variables)
      .flatMap(({ name, value }) => {
        const node = value?.kind === 'tagged' ? this.#nodeAt(value.word) : null;
        return node === null ? [] : [{ node, name, closure }];
      });
  }

  /** What stands in a frame: optimized code does not tell of everything whose it is. */
  #nameless(start: Address, end: Address, closure: NodeOrdinal | null): StackVariable[] {
    const { memory } = this.#isolate.runtime;
    const found: StackVariable[] = [];
    for (let n = 0; start + 8 * n < end && n < MAX_WORDS; n++) {
      const word = attemptOr(Number.NaN as Tagged, () => memory.tagged(at(start, 8 * n)));
      const node = isHeapObject(word) ? this.#nodeAt(word) : null;
      if (node !== null) found.push({ node, name: null, closure });
    }
    return found;
  }

  #closureOf({ js }: StackFrame): NodeOrdinal | null {
    return js?.function === undefined ? null : this.#nodeAt(js.function);
  }

  #nodeAt(word: number): NodeOrdinal | null {
    const node = this.#addresses.find(word - 1);
    return node < 0 ? null : (node as NodeOrdinal);
  }
}
