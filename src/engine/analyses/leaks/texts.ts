import type { Heap } from '../../graph/heap.ts';
import type { CodeLocation } from '../../graph/heap-graph.ts';
import { EdgeType, type NodeOrdinal, NodeType } from '../../graph/types.ts';
import type { UseText, VariableText } from '../../graph/variable-texts.ts';
import { positionAt, type SourcePosition } from '../positions.ts';
import { addsTo, FILLS } from './fillers.ts';
import type { Holder } from './holder.ts';
import { isOwnCode } from './own-code.ts';
import type { NamedPosition } from './sight.ts';

/** What the program's text says of the variable that holds things: cores have it. */
export interface Told {
  /** Null where only the function that fills the place tells. */
  readonly declaration: SourcePosition | null;
  /** Where the text adds to what gathers; the likeliest first. */
  readonly additions: readonly Use[];
  /** Other methods that are called on the object that has what gathers. */
  readonly others: readonly Use[];
}

export interface Use {
  /** As it is written: `sessions.set(…)`. */
  readonly code: string;
  /** Of the function around; '' without a name. */
  readonly name: string;
  readonly position: SourcePosition;
  /** The function around, if V8's record says that it fills the place. */
  readonly filler: NamedPosition | null;
}

/** Closures that are asked. */
const MOST_ASKED = 5;
const MOST_SCOPES = 100;

/** The holder with what the text of the dump says of its variable; as it is where there is none. */
export function withText(heap: Heap, holder: Holder): Holder {
  const text = textOf(heap, holder);
  const { additions, others } = text ? usesOf(heap, holder, text) : { additions: [], others: [] };
  const filler = fillerOf(holder);
  const ofFiller = filler && additions[0]?.filler !== filler ? additionsIn(heap, holder, filler) : [];
  const told: Told = {
    declaration: text && positionAt(heap.graph, text.declaration),
    additions: [...ofFiller, ...additions],
    others,
  };
  if (!text && ofFiller.length === 0) return holder;
  return { ...holder, told, position: placeOf(holder, told) };
}

/** The function that fills the place by V8's record. */
function fillerOf({ position }: Holder): NamedPosition | null {
  return position !== null && position.score >= FILLS ? position : null;
}

/** What fills the place by V8's record, to the line; else what adds to it by its text; else the declaration. */
function placeOf(holder: Holder, { declaration, additions: [first] }: Told): NamedPosition | null {
  const known = fillerOf(holder);
  if (first && (known === null || first.filler === known)) {
    const { name, position, filler } = first;
    return { name, position, score: filler?.score ?? 0, closure: filler?.closure ?? null };
  }
  if (known || !declaration) return holder.position;
  return { name: holder.variable!, position: declaration, score: 0, closure: null };
}

/** Where a function that fills the place does so: it may know what gathers by another way than the holder's. */
function additionsIn(heap: Heap, { owner, expression, variable }: Holder, filler: NamedPosition): Use[] {
  const name =
    stepsOf(expression)
      .steps.findLast((step) => /^\.#?[\w$]+$/.test(step))
      ?.slice(1) ?? variable;
  if (name === null || filler.closure === null) return [];
  return heap
    .usesIn(filler.closure, name)
    .filter(({ how }) => how === '=' || addsTo(heap.graph.name(owner), how))
    .map((use) => shown(heap, use, filler));
}

function textOf(heap: Heap, { home, variable, scope, functions }: Holder): VariableText | null {
  if (home === null || variable === null || (scope !== 'context' && scope !== 'module')) return null;
  const own = functions.filter((f) => f.closure !== null && isOwnCode(f.position));
  for (const { closure } of own.slice(0, MOST_ASKED)) {
    if (scope === 'context' && !isSeenFrom(heap, closure!, variable, home)) continue;
    const text = heap.textOfVariable(closure!, variable);
    if (text) return text;
  }
  return null;
}

/** False where a scope nearer to the closure has another variable of the same name. */
function isSeenFrom(heap: Heap, closure: NodeOrdinal, variable: string, home: NodeOrdinal): boolean {
  const { graph } = heap;
  let at: NodeOrdinal | null = innerScope(heap, closure);
  for (let steps = 0; at !== null && steps < MOST_SCOPES; steps++) {
    if (at === home) return true;
    if (graph.edgeNamed(at, EdgeType.context, variable) !== null) return false;
    at = target(heap, at, 'previous');
  }
  return false;
}

/** Of a closure the scope that it was made in: a suspended function's own is not the closure's. */
function innerScope(heap: Heap, closure: NodeOrdinal): NodeOrdinal | null {
  return heap.graph.nodeType[closure] === NodeType.closure ? target(heap, closure, 'context') : null;
}

function target(heap: Heap, node: NodeOrdinal, name: string): NodeOrdinal | null {
  const edge = heap.graph.edgeNamed(node, EdgeType.internal, name);
  return edge === null ? null : (heap.graph.edgeTo[edge] as NodeOrdinal);
}

function usesOf(heap: Heap, holder: Holder, { uses }: VariableText): Pick<Told, 'additions' | 'others'> {
  const known = uses
    .map((use) => ({ use, filler: fillerAround(holder.functions, use), fit: fitOf(heap, use, holder) }))
    .sort(
      (a, b) =>
        Number(b.filler !== null) - Number(a.filler !== null) ||
        b.fit - a.fit ||
        Number(b.use.within !== null) - Number(a.use.within !== null),
    );
  const fitting = (fits: (fit: Fit) => boolean): Use[] =>
    known.filter(({ fit }) => fits(fit)).map(({ use, filler }) => shown(heap, use, filler));
  return { additions: fitting((fit) => fit > Fit.owner), others: fitting((fit) => fit === Fit.owner) };
}

function shown(heap: Heap, { code, within, location }: UseText, filler: NamedPosition | null): Use {
  const position = positionAt(heap.graph, location);
  return { code, name: filler?.name ?? within?.name ?? '', position, filler };
}

/** How what the text does to a variable goes with what gathers. */
enum Fit {
  none,
  /** A method of the object that has what gathers. */
  owner,
  /** A method that by its name adds, of such an object. */
  adds,
  /** To the very thing. */
  exact,
}

/** Steps of an expression behind its variable: `.router`, `.stack`, `["a b"]`, `.get("k")`. */
const STEPS = /\.(?:get\(.*?\)|#?[\w$]+)|\[.*?\]/g;
/** Where emitters keep their listeners: no text names it. */
const LISTENERS = /^(\._events|\[Symbol\(events\)\]|\[Symbol\(kEvents\)\])$/;

/** Of an expression behind its variable, as far as a text can name it. */
function stepsOf(rest: string): { readonly steps: readonly string[]; readonly areListeners: boolean } {
  const steps: readonly string[] = rest.match(STEPS) ?? [];
  const listeners = steps.findIndex((step) => LISTENERS.test(step));
  return listeners < 0
    ? { steps, areListeners: false }
    : { steps: steps.slice(0, listeners), areListeners: true };
}

function fitOf(heap: Heap, { how, members }: UseText, { expression, variable, owner }: Holder): Fit {
  const { steps, areListeners } = stepsOf(expression.slice(variable!.length));
  const goesAlong = members.every((member, i) => isStep(member, steps[i]));
  if (!goesAlong || members.length > steps.length) return Fit.none;
  const isWhole = members.length === steps.length;
  if (isWhole && (how === '=' || addsTo(areListeners ? '' : heap.graph.name(owner), how))) return Fit.exact;
  if (addsTo('', how)) return Fit.adds;
  return members.length === steps.length - 1 ? Fit.owner : Fit.none;
}

function isStep(member: string, step: string | undefined): boolean {
  if (step === undefined) return false;
  if (member === '[…]') return step.startsWith('[');
  return member === 'get()' ? step.startsWith('.get(') : step === `.${member}`;
}

function fillerAround(functions: readonly NamedPosition[], { within }: UseText): NamedPosition | null {
  if (!within) return null;
  const { first, last } = within;
  return (
    functions.find(
      ({ score, closure, position }) =>
        score >= FILLS && closure !== null && isBetween(first, position, last),
    ) ?? null
  );
}

function isBetween(
  first: CodeLocation,
  { scriptId, line, column }: SourcePosition,
  last: CodeLocation,
): boolean {
  if (scriptId !== first.scriptId) return false;
  const at = { line: line - 1, column: column - 1 };
  return compare(first, at) <= 0 && compare(at, last) <= 0;
}

function compare(a: Pick<CodeLocation, 'line' | 'column'>, b: Pick<CodeLocation, 'line' | 'column'>): number {
  return a.line - b.line || a.column - b.column;
}
