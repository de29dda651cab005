import type { Heap } from '../../graph/heap.ts';
import type { CodeLocation } from '../../graph/heap-graph.ts';
import { EdgeType, type NodeOrdinal } from '../../graph/types.ts';
import type { UseText, VariableText, VariableTexts } from '../../graph/variable-texts.ts';
import { positionAt, type SourcePosition } from '../positions.ts';
import { addsTo, FILLS } from './fillers.ts';
import type { Holder } from './holder.ts';
import { isOwnCode } from './own-code.ts';
import type { NamedPosition } from './sight.ts';

/** What the program's text says of what holds things: cores have it. */
export interface Told {
  /** Of the variable; null where only functions tell. */
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
  /** The name alone tells that it is the same. */
  readonly isNamesake: boolean;
}

/** Closures that are asked. */
const MOST_ASKED = 5;
const MOST_SCOPES = 100;
/** A name that stands in more places tells nothing. */
const MOST_NAMESAKES = 5;

/**
 * The holder with what the text of the dump says of it; as it is where there is none. A chain grows by assignments, too,
 * that make something new.
 */
export function withText(heap: Heap, holder: Holder, isChain: boolean): Holder {
  const { texts } = heap;
  if (!texts) return holder;
  const text = textOf(heap, texts, holder);
  const uses = (text?.uses ?? []).map((use) => ({
    ...shown(heap, use, fillerAround(holder.functions, use)),
    fit: fitOf(heap, use, holder, isChain),
  }));
  const additions: readonly Use[] = [
    ...additionsOfFillers(heap, texts, holder, isChain),
    ...uses
      .filter(({ fit }) => fit > Fit.owner)
      .sort((a, b) => Number(!a.filler) - Number(!b.filler) || b.fit - a.fit),
  ];
  const told: Told = {
    declaration: text && positionAt(heap.graph, text.declaration),
    additions: additions.length > 0 ? unlike(additions) : namesakes(heap, texts, holder),
    others: uses.filter(({ fit }) => fit === Fit.owner),
  };
  if (!told.declaration && told.additions.length === 0) return holder;
  return { ...holder, told, position: placeOf(holder, told) };
}

/** What fills the place by V8's record, to the line; else what adds to it by its text; else the declaration. */
function placeOf(holder: Holder, { declaration, additions: [first] }: Told): NamedPosition | null {
  const isFilled = holder.position !== null && holder.position.score >= FILLS;
  if (first && (first.filler !== null || !isFilled)) {
    const { name, position, filler } = first;
    return { name, position, score: filler?.score ?? 0, closure: filler?.closure ?? null };
  }
  if (isFilled || !declaration) return holder.position;
  return { name: holder.variable!, position: declaration, score: 0, closure: null };
}

/** `sessions.set(…) in login`. */
export function useText({ code, name }: Use): string {
  return name === '' ? code : `${code} in ${name}`;
}

/** Each place once. */
function unlike(uses: readonly Use[]): Use[] {
  const seen = new Set<string>();
  return uses.filter(({ position: { scriptId, line, column } }) => {
    const place = `${scriptId}:${line}:${column}`;
    const isNew = !seen.has(place);
    seen.add(place);
    return isNew;
  });
}

/** Where functions that fill the place do so: they may know what gathers by another way than the holder's. */
function additionsOfFillers(heap: Heap, texts: VariableTexts, holder: Holder, isChain: boolean): Use[] {
  const name = lastName(holder);
  if (name === null) return [];
  return holder.functions
    .filter(({ score }) => score >= FILLS)
    .slice(0, MOST_ASKED)
    .flatMap((filler) =>
      (filler.closure === null ? [] : texts.usesIn(filler.closure, name))
        .filter((use) => adds(heap, use, holder, isChain))
        .map((use) => shown(heap, use, filler)),
    );
}

/** Where the program adds to something of the same name: who filled the place may be gone without a trace. */
function namesakes(heap: Heap, texts: VariableTexts, holder: Holder): Use[] {
  const name = lastName(holder);
  if (name === null || (holder.scope !== 'global' && name === holder.variable)) return [];
  const found = texts
    .usesNamed(name)
    .filter((use) => adds(heap, use, holder, false))
    .map((use) => ({ ...shown(heap, use, null), isNamesake: true }))
    .filter(({ position }) => isOwnCode(position));
  return found.length > MOST_NAMESAKES ? [] : found;
}

/** Of the property that has what gathers, or of the variable. */
function lastName({ expression, variable }: Holder): string | null {
  const { steps } = stepsOf(expression);
  return steps.findLast((step) => /^\.#?[\w$]+$/.test(step))?.slice(1) ?? variable;
}

function adds(heap: Heap, { how }: UseText, { owner, expression }: Holder, isChain: boolean): boolean {
  if (how === '=' || (how === ':=' && isChain)) return true;
  return addsTo(areListeners(expression) ? '' : heap.graph.name(owner), how);
}

function shown(heap: Heap, { code, within, location }: UseText, filler: NamedPosition | null): Use {
  const position = positionAt(heap.graph, location);
  return { code, name: filler?.name ?? within?.name ?? '', position, filler, isNamesake: false };
}

function textOf(
  heap: Heap,
  texts: VariableTexts,
  { home, variable, scope, functions }: Holder,
): VariableText | null {
  if (home === null || variable === null || (scope !== 'context' && scope !== 'module')) return null;
  const own = functions.filter((f) => f.closure !== null && isOwnCode(f.position));
  for (const { closure } of own.slice(0, MOST_ASKED)) {
    if (scope === 'context' && !isSeenFrom(heap, closure!, variable, home)) continue;
    const text = texts.variable(closure!, variable);
    if (text) return text;
  }
  return null;
}

/** False where a scope nearer to the closure has another variable of the same name. */
function isSeenFrom(heap: Heap, closure: NodeOrdinal, variable: string, home: NodeOrdinal): boolean {
  const { graph } = heap;
  let at = heap.graph.internalTarget(closure, 'context');
  for (let steps = 0; at !== null && steps < MOST_SCOPES; steps++) {
    if (at === home) return true;
    if (graph.edgeNamed(at, EdgeType.context, variable) !== null) return false;
    at = heap.graph.internalTarget(at, 'previous');
  }
  return false;
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

/** Whether what gathers by an expression are listeners of an emitter or an EventTarget. */
export function areListeners(expression: string): boolean {
  return stepsOf(expression).areListeners;
}

/** Of an expression behind its variable, as far as a text can name it. */
function stepsOf(rest: string): { readonly steps: readonly string[]; readonly areListeners: boolean } {
  const steps: readonly string[] = rest.match(STEPS) ?? [];
  const listeners = steps.findIndex((step) => LISTENERS.test(step));
  return listeners < 0
    ? { steps, areListeners: false }
    : { steps: steps.slice(0, listeners), areListeners: true };
}

function fitOf(heap: Heap, use: UseText, holder: Holder, isChain: boolean): Fit {
  const { steps } = stepsOf(holder.expression.slice(holder.variable!.length));
  const { how, members } = use;
  const goesAlong = members.every((member, i) => isStep(member, steps[i]));
  if (!goesAlong || members.length > steps.length) return Fit.none;
  if (members.length === steps.length && adds(heap, use, holder, isChain)) return Fit.exact;
  if (addsTo('', how)) return Fit.adds;
  return members.length === steps.length - 1 && how !== ':=' ? Fit.owner : Fit.none;
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
