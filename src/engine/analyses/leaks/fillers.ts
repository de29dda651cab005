import type { Heap } from '../../graph/heap.ts';
import { type NodeOrdinal, NodeType } from '../../graph/types.ts';
import { positionOf } from '../positions.ts';
import { isOwnCode } from './own-code.ts';

/**
 * What a function worked on, by the feedback that V8 keeps of it once it has run a few times
 * (src/objects/feedback-vector.h): shapes it met, literals it made, functions it called.
 */
interface Feedback {
  /** Shapes and functions. */
  readonly met: ReadonlySet<number>;
  /** Shapes of its object literals. */
  readonly made: ReadonlySet<number>;
  /** Names of the functions it called that add to collections. */
  readonly adds: ReadonlySet<string>;
}

/** What tells the function that fills a place from others that see it: each is worth so much. */
const MAKES = 8;
const ADDS = 6;
const CONSTRUCTS = 5;
const MEETS = 1;
const RAN = 1;

/** A class's own constructor makes its objects wherever they end up. */
const CONSTRUCTOR = 7;

/** From here on a function is said to fill the place. */
export const FILLS = 5;

/** Names of functions that add something to what they are called on. */
const adding = new Set([
  'push',
  'unshift',
  'splice',
  'set',
  'add',
  'append',
  'register',
  'addListener',
  'on',
  'once',
  'prependListener',
  'addEventListener',
  'then',
  'enqueue',
  'write',
]);

/** What adds to collections of one kind; to all others, anything of `adding` may. */
const addingTo: ReadonlyMap<string, readonly string[]> = new Map([
  ['Map', ['set']],
  ['Set', ['add']],
  ['Array', ['push', 'unshift', 'splice']],
  [
    'Promise',
    [
      ...['then', 'catch', 'finally', 'await'],
      ...['Promise.all', 'Promise.allSettled', 'Promise.any', 'Promise.race'],
    ],
  ],
]);

/** Whether a method of this name adds to an object of a class. */
export function addsTo(owner: string, method: string): boolean {
  return addingTo.get(owner)?.includes(method) ?? adding.has(method);
}

/** Members whose shapes are looked at. */
const SAMPLE = 200;
const MOST_TRANSITIONS = 200;
/** Edges of one function's feedback that are looked at. */
const MOST_FEEDBACK = 20_000;

/** How likely functions are to have put `members` into `owner`. */
export class Fillers {
  readonly #heap: Heap;
  readonly #shapes: ReadonlySet<number>;
  readonly #constructors: ReadonlySet<number>;
  readonly #adding: Iterable<string>;

  constructor(heap: Heap, members: readonly NodeOrdinal[], owner: NodeOrdinal) {
    this.#heap = heap;
    this.#adding = addingTo.get(heap.graph.name(owner)) ?? adding;
    const shapes = new Set<number>();
    const constructors = new Set<number>();
    const { graph } = heap;
    const step = Math.max(1, Math.floor(members.length / SAMPLE));
    for (let i = 0; i < members.length; i += step) {
      const member = members[i]!;
      const shape = shapeOf(heap, member);
      if (shape === null || shapes.has(shape)) continue;
      shapes.add(shape);
      const maker = constructorOf(heap, shape);
      const position =
        maker !== null && graph.nodeType[maker] === NodeType.closure && positionOf(graph, maker);
      if (maker !== null && position && isOwnCode(position)) constructors.add(maker);
    }
    this.#shapes = shapes;
    this.#constructors = constructors;
  }

  /** Whether it made, or constructed, objects of the members' shapes. */
  makes(closure: NodeOrdinal): boolean {
    const feedback = feedbackOf(this.#heap, closure);
    return (
      feedback !== null &&
      (intersects(this.#shapes, feedback.made) || intersects(this.#constructors, feedback.met))
    );
  }

  /** 0 for a function of which nothing is known. */
  score(closure: NodeOrdinal): number {
    const feedback = feedbackOf(this.#heap, closure);
    if (!feedback) return 0;
    let score = RAN;
    if (intersects(this.#shapes, feedback.made)) score += MAKES;
    else if (intersects(this.#shapes, feedback.met)) score += MEETS;
    if (intersects(this.#constructors, feedback.met)) score += CONSTRUCTS;
    if (intersects(this.#adding, feedback.adds)) score += ADDS;
    return this.#constructors.has(closure) ? Math.min(score, CONSTRUCTOR) : score;
  }
}

function intersects<T>(some: Iterable<T>, others: ReadonlySet<T>): boolean {
  for (const one of some) if (others.has(one)) return true;
  return false;
}

const known = new WeakMap<Heap, Map<number, Feedback | null>>();

function feedbackOf(heap: Heap, closure: NodeOrdinal): Feedback | null {
  let ofHeap = known.get(heap);
  if (!ofHeap) {
    ofHeap = new Map();
    known.set(heap, ofHeap);
  }
  const cell = heap.graph.internalTarget(closure, 'feedback_cell');
  if (cell === null) return null;
  let feedback = ofHeap.get(cell);
  if (feedback === undefined) {
    feedback = readFeedback(heap, cell);
    ofHeap.set(cell, feedback);
  }
  return feedback;
}

function readFeedback(heap: Heap, cell: NodeOrdinal): Feedback | null {
  const { graph } = heap;
  const vector = heap.graph.internalTarget(cell, 'value');
  if (vector === null || graph.name(vector) !== 'system / FeedbackVector') return null;
  const met = new Set<number>();
  const made = new Set<number>();
  const adds = new Set<string>();
  const end = Math.min(graph.firstEdge[vector + 1]!, graph.firstEdge[vector]! + MOST_FEEDBACK);
  for (let e = graph.firstEdge[vector]!; e < end; e++) {
    const to = graph.edgeTo[e] as NodeOrdinal;
    const type = graph.nodeType[to];
    if (type === NodeType.closure) {
      met.add(to);
      const name = graph.name(to);
      if (adding.has(name)) adds.add(name);
    } else if (type === NodeType.objectShape || type === NodeType.hidden) met.add(to);
    else if (type === NodeType.code || type === NodeType.array) {
      // An AllocationSite, or the literal itself in older versions.
      const literal = heap.graph.internalTarget(to, 'transition_info') ?? to;
      const shape = shapeOf(heap, literal);
      if (shape !== null) made.add(shape);
    } else if (type === NodeType.object) {
      const shape = shapeOf(heap, to);
      if (shape !== null) made.add(shape);
    }
  }
  return { met, made, adds };
}

/** Shapes with added properties lead back to the first one, which names the constructor. */
function constructorOf(heap: Heap, shape: NodeOrdinal): NodeOrdinal | null {
  let at: NodeOrdinal | null = shape;
  for (let steps = 0; at !== null && steps < MOST_TRANSITIONS; steps++) {
    const found: NodeOrdinal | null = heap.graph.internalTarget(at, 'constructor');
    if (found !== null) return found;
    at = heap.graph.internalTarget(at, 'back_pointer');
  }
  return null;
}

/** The shape of an object; null for arrays, since all arrays of a realm share a few. */
function shapeOf(heap: Heap, node: NodeOrdinal): NodeOrdinal | null {
  const { graph } = heap;
  if (graph.nodeType[node] !== NodeType.object || graph.name(node) === 'Array') return null;
  return heap.graph.internalTarget(node, 'map');
}
