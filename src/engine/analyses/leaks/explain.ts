import { positionText } from '../positions.ts';
import type { Candidate } from './candidates.ts';
import type { Contents } from './contents.ts';
import { FILLS } from './fillers.ts';
import type { Growth } from './growth.ts';
import type { Holder } from './holder.ts';
import { isOwnPlace } from './own-code.ts';
import type { NamedPosition } from './sight.ts';
import type { SuspectKind } from './suspects.ts';
import { useText } from './texts.ts';

interface Facts {
  readonly candidate: Candidate;
  readonly holder: Holder;
  readonly contents: Contents;
  readonly kind: SuspectKind;
  readonly growth: Growth | null;
  /** Bytes. */
  readonly size: number;
  readonly share: number;
  readonly owner: string;
}

/** One line: what holds how much of what, and where. */
export function titleOf(facts: Facts): string {
  const { holder, size, share, contents } = facts;
  const what = things(facts);
  const code = isHeldByOthers(facts) ? contents.code : null;
  if (code)
    return `${number(countOf(facts))} ${what} of ${code.name} (${positionText(code.position)}), held by ${holder.expression}: ${megabytes(size)}, ${(100 * share).toFixed(0)} % of the heap`;
  const at = isOwnPlace(holder.position) ? holder.position : contents.code;
  const where = at ? ` (${positionText(at.position)})` : holder.file === null ? '' : ` (${holder.file})`;
  const sizes = `${megabytes(size)}, ${(100 * share).toFixed(0)} % of the heap`;
  if (countOf(facts) === 0) return `${holder.expression}${where} is one ${facts.owner}: ${sizes}`;
  return `${holder.expression}${where} holds ${number(countOf(facts))} ${what}: ${sizes}`;
}

/** True where Node's or V8's own code holds what code of the program made. */
export function isHeldByOthers({ holder, contents }: Pick<Facts, 'holder' | 'contents'>): boolean {
  return contents.code !== null && !isOwnPlace(holder.position);
}

/** How many of what gathers: of the class that holds most, where it is not alone. */
function countOf({ contents, candidate }: Facts): number {
  return contents.memberCount > 0 ? contents.memberCount : candidate.members.length;
}

/** What gathers, in the plural. */
function things({ kind, contents, candidate }: Facts): string {
  if (kind === 'listeners') return 'event listeners';
  if (kind === 'timers') return 'timers';
  if (candidate.kind === 'chain') return `× ${contents.memberClass}, one behind the other`;
  if (contents.memberClass === 'Function') return 'closures';
  if (contents.memberClass === 'system / Context') return 'scopes of closures';
  if (contents.memberClass.includes('string')) return 'strings';
  return contents.memberClass ? `× ${contents.memberClass}` : 'things';
}

/** A few sentences: who holds it, why it stays, what to do. */
export function explain(facts: Facts): string {
  const { holder, kind, size, growth, owner } = facts;
  const sentences = [`${who(facts)} keeps ${megabytes(size)} alive through ${article(owner)}.`];
  sentences.push(facts.contents.memberClass === 'Node / Message' ? UNRECEIVED : why[kind]);
  if (growth)
    sentences.push(
      growth.isNew
        ? 'It was not there in the older dump.'
        : `Since the older dump it grew by ${megabytes(growth.size)} and ${number(growth.count)} things.`,
    );
  if (isHeldByOthers(facts) && facts.contents.code)
    sentences.push(
      `They come from ${facts.contents.code.name}, ${positionText(facts.contents.code.position)}.`,
    );
  else if (isOwnPlace(holder.position)) sentences.push(lookAt(holder, holder.position));
  else if (holder.position) sentences.push("What holds it is Node's own.");
  return sentences.join(' ');
}

function lookAt({ scope, told }: Holder, { name, position, score }: NamedPosition): string {
  const place = `${name === '' ? '' : `${name}, `}${positionText(position)}`;
  const addition = told?.additions.find((one) => one.position === position);
  if (score >= FILLS)
    return `By V8's record of what it did, ${place}, fills it${addition ? `: ${addition.code}` : ''}.`;
  if (addition) {
    const what = addition.isNamesake ? 'something of that name' : 'it';
    return `${useText(addition)}, ${positionText(position)}, adds to ${what}.`;
  }
  if (told?.declaration) {
    const [use] = told.others;
    const used = use ? `; ${useText(use)}, ${positionText(use.position)}, uses it` : '';
    return `It is declared at ${positionText(position)}${used}.`;
  }
  return scope === 'context' || scope === 'module'
    ? `The variable is in sight of ${place}.`
    : `Look at ${place}.`;
}

function who({ holder }: Facts): string {
  if ((holder.scope === 'context' || holder.scope === 'module') && holder.variable !== null)
    return holder.expression === holder.variable
      ? `The variable ${holder.variable}`
      : `${holder.expression}, reached over the variable ${holder.variable},`;
  if (holder.scope === 'stack' && holder.variable !== null)
    return holder.expression === holder.variable
      ? `The variable ${holder.variable} of a function that is running`
      : `${holder.expression}, reached over the variable ${holder.variable} of a function that is running,`;
  if (holder.scope === 'global') return `The global ${holder.expression}`;
  return capitalized(holder.expression);
}

/** Of words, not of code. */
function capitalized(text: string): string {
  return text.startsWith('a variable ') ? `A${text.slice(1)}` : text;
}

function article(name: string): string {
  return /^[aeiou]/i.test(name) ? `an ${name}` : `a ${name}`;
}

const UNRECEIVED = 'They are messages that were posted to a port, and that nobody has received yet.';

const why: Readonly<Record<SuspectKind, string>> = {
  listeners:
    'Each listener stays, with all that its closure sees, until it is removed from its emitter: add once, or remove with off().',
  timers:
    'A timer keeps its callback, with all that it sees, until it is cleared or, if it does not repeat, has run.',
  promises:
    'A promise that is never settled keeps its reactions, and suspended functions that wait for it keep their variables.',
  closures:
    'Each closure keeps the scope in which it was made: also variables that only other functions of that scope use.',
  strings: 'Texts are added and never removed.',
  'sliced-strings':
    'A slice of a longer text keeps the whole text alive: V8 does not copy it. Copying the part, as in Buffer.from(text).toString(), lets go of the rest.',
  'external-memory':
    "Most of it lies outside of V8's heap, in buffers that live as long as the small objects that stand for them.",
  map: 'Entries are added and never deleted, or not as fast: bound it, or use a WeakMap where the keys are objects.',
  set: 'Entries are added and never deleted, or not as fast: bound it, or use a WeakSet.',
  array: 'Elements are added and never removed, or not as fast.',
  chain: 'Each link holds the next: whoever holds the first holds all.',
  object: 'Properties are added and never deleted, or the object holds large things.',
  group: 'No single object owns them; what is named here is what their paths have in common.',
};

export function number(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

export function megabytes(value: number): string {
  if (value < 1e4) return `${number(value)} bytes`;
  if (value < 1e6) return `${(value / 1e3).toFixed(0)} kB`;
  return value < 1e9 ? `${(value / 1e6).toFixed(1)} MB` : `${(value / 1e9).toFixed(2)} GB`;
}
