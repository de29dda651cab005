import type { OriginalPlace } from '../../contract.ts';
import type { Heap } from '../../graph/heap.ts';
import { EdgeType, type NodeOrdinal, NodeType } from '../../graph/types.ts';
import { describeNode, edgeText, type NodeInfo, quotedName } from '../describe.ts';
import { describeSteps, type PathStep } from '../paths.ts';
import { positionText } from '../positions.ts';
import { type Candidate, findCandidates } from './candidates.ts';
import { type Contents, contentsOf } from './contents.ts';
import { explain, isHeldByOthers, megabytes, number, titleOf } from './explain.ts';
import { FILLS, Fillers } from './fillers.ts';
import { comparable, type Growth, growthOf } from './growth.ts';
import { type Holder, holderOf } from './holder.ts';
import { isOwnCode, isOwnPlace } from './own-code.ts';
import { Functions, type NamedPosition, ownClosures } from './sight.ts';
import { areListeners, type Told, type Use, useText, withText } from './texts.ts';

export type SuspectKind =
  | 'listeners'
  | 'timers'
  | 'promises'
  | 'closures'
  | 'strings'
  | 'sliced-strings'
  | 'external-memory'
  | 'map'
  | 'set'
  | 'array'
  | 'chain'
  | 'object'
  | 'group';

/** A place where memory may leak. Sizes in bytes. */
export interface Suspect {
  /** Names the variable, its file and line. */
  readonly title: string;
  readonly explanation: string;
  readonly kind: SuspectKind;
  readonly retainedSize: number;
  /** Of the whole heap, 0 to 1. */
  readonly share: number;
  /** Things that gather. */
  readonly count: number;
  readonly accumulationPoint: NodeInfo;
  /** One of the things that gather. */
  readonly sample: NodeInfo | null;
  /** From the roots to it. */
  readonly path: readonly PathStep[];
  readonly evidence: readonly string[];
  readonly caveats: readonly string[];
  /** As code would name what holds them, from the nearest variable on. */
  readonly expression: string;
  readonly variable: string | null;
  readonly source: string | null;
  /** 1-based. */
  readonly line: number | null;
  readonly column: number | null;
  /** By the script's source map; null without one, and of snapshots. */
  readonly original: OriginalPlace | null;
  /** Against the baseline; null without one. */
  readonly growth: Growth | null;
}

export interface LeakOptions {
  /** An older heap of the same program. */
  readonly baseline?: Heap | undefined;
  /** Share of the heap from which on a place is a suspect. */
  readonly threshold?: number;
  readonly limit?: number;
}

const THRESHOLD = 0.05;
const LIMIT = 10;
/** Characters of a text in a title. */
const TEXT = 40;
/** What only Node's own code holds and made is seldom a program's leak. */
const NODES_OWN = 0.2;

/** Leak suspects, worst first; none where nothing large gathers. */
export function leakSuspects(heap: Heap, options: LeakOptions = {}): Suspect[] {
  const { baseline, limit = LIMIT } = options;
  // Growth shows what is still small.
  const share = options.threshold ?? (baseline ? THRESHOLD / 10 : THRESHOLD);
  const total = Math.max(1, heap.totalSize);
  const candidates = findCandidates(heap, Math.max(1024, share * total)).slice(0, 4 * limit);
  const same = baseline ? comparable(baseline, heap) : null;
  const ranked = candidates.map((candidate) => {
    const contents = contentsOf(heap, candidate);
    const holder = withMaker(heap, holderOf(heap, candidate.node, candidate.members), candidate, contents);
    const kind = kindOf(heap, candidate, holder, contents);
    const growth = baseline ? growthOf(baseline, heap, holder, candidate, same === 'same process') : null;
    const isOwn = contents.code !== null || isOfProgram(holder);
    const weighed = score(candidate, kind, growth) * (isOwn || growth ? 1 : NODES_OWN);
    return { candidate, holder, contents, kind, growth, isOwn, score: weighed };
  });
  return ranked
    .filter(({ growth, isOwn, candidate }) =>
      baseline ? growth !== null && growth.size > 0 : isOwn || candidate.size * NODES_OWN >= share * total,
    )
    .sort((a, b) => b.score - a.score || a.candidate.node - b.candidate.node)
    .filter(isFirstOfItsOwner)
    .slice(0, limit)
    .map((r) => present(heap, told(heap, whole(heap, r)), total, same));
}

/** Where neither the way nor the contents lead to code of the program: a function that fills the place. */
function withMaker(heap: Heap, holder: Holder, { members }: Candidate, { code }: Contents): Holder {
  if (code || isOwnPlace(holder.position)) return holder;
  const fillers = new Fillers(heap, members, holder.owner);
  const functions = new Functions(heap, fillers);
  for (const closures of ownClosures(heap).values())
    for (const closure of closures) if (fillers.makes(closure)) functions.add(closure);
  const makers = functions.sorted();
  return makers[0] ? { ...holder, functions: [...makers, ...holder.functions], position: makers[0] } : holder;
}

/** A Map and its table can both be candidates: they are one place. */
function isFirstOfItsOwner({ holder }: Ranked, i: number, all: readonly Ranked[]): boolean {
  return all.findIndex((other) => other.holder.owner === holder.owner) === i;
}

function told(heap: Heap, ranked: Ranked): Ranked {
  return { ...ranked, holder: withText(heap, ranked.holder, ranked.candidate.kind === 'chain') };
}

/** What is told of a suspect is counted to the end; for its rank a part was enough. */
function whole(heap: Heap, ranked: Ranked): Ranked {
  if (!ranked.contents.isCut) return ranked;
  return { ...ranked, contents: contentsOf(heap, ranked.candidate, Number.POSITIVE_INFINITY) };
}

interface Ranked {
  readonly candidate: Candidate;
  readonly holder: Holder;
  readonly contents: Contents;
  readonly kind: SuspectKind;
  readonly growth: Growth | null;
}

function present(heap: Heap, ranked: Ranked, total: number, same: string | null): Suspect {
  const { candidate, holder, contents, kind, growth } = ranked;
  const size = candidate.kind === 'group' ? candidate.size : heap.retainedSize(candidate.node);
  const code = contents.code?.position ?? null;
  const at = isHeldByOthers(ranked) ? code : (holder.position?.position ?? code);
  const facts = { ...ranked, size, share: size / total, owner: ownerName(heap, holder.owner) };
  return {
    title: titleOf(facts),
    explanation: explain(facts),
    kind,
    retainedSize: size,
    share: size / total,
    count: contents.memberCount || candidate.members.length,
    accumulationPoint: describeNode(heap, holder.owner),
    sample: contents.sample === null ? null : describeNode(heap, contents.sample),
    path: describeSteps(heap, holder.path),
    evidence: evidenceOf(heap, ranked),
    caveats: caveatsOf(heap, ranked, same),
    expression: holder.expression,
    variable: holder.variable,
    source: at?.source ?? null,
    line: at?.line ?? null,
    column: at?.column ?? null,
    original: at?.original ?? null,
    growth,
  };
}

/**
 * Retained size, weighed by what speaks for a leak: thousands of alike things rather than a few large ones;
 * things that nobody stores on purpose (closures, listeners, timers, pending promises, slices of larger
 * texts); and the program's own code rather than Node's. With a baseline only growth counts.
 */
function score(candidate: Candidate, kind: SuspectKind, growth: Growth | null): number {
  if (growth) return growth.size;
  let score = candidate.size;
  if (candidate.members.length < 50) score *= 0.5;
  if (['closures', 'listeners', 'timers', 'promises', 'sliced-strings'].includes(kind)) score *= 2;
  // What is stored on purpose is in arrays and Maps.
  else if (kind === 'chain') score *= 1.5;
  return score;
}

function isOfProgram({ position, scope, file }: Holder): boolean {
  return position ? isOwnPlace(position) : scope !== null || file !== null;
}

function kindOf(heap: Heap, candidate: Candidate, holder: Holder, contents: Contents): SuspectKind {
  const { graph } = heap;
  const half = contents.size / 2;
  if (areListeners(holder.expression)) return 'listeners';
  if (contents.memberClass === 'Timeout' || contents.timers > candidate.members.length / 2) return 'timers';
  if (contents.slices > 0 && contents.sliceParents > half) return 'sliced-strings';
  if (contents.external > half) return 'external-memory';
  if (contents.promises > candidate.members.length / 2 && contents.promises > 10) return 'promises';
  if (contents.memberClass === 'Function' || contents.memberClass === 'system / Context') return 'closures';
  if (candidate.kind === 'chain') return 'chain';
  if (contents.strings > half && contents.memberClass.includes('string')) return 'strings';
  if (candidate.kind === 'group' && candidate.node === candidate.members[0]) return 'group';
  const owner = graph.name(holder.owner);
  if (graph.edgeNamed(holder.owner, EdgeType.internal, 'table') !== null)
    return /set/i.test(owner) ? 'set' : 'map';
  return graph.edgeNamed(holder.owner, EdgeType.internal, 'elements') !== null ? 'array' : 'object';
}

/** A text that is put together of others, such as a log, is not shown. */
function ownerName(heap: Heap, owner: NodeOrdinal): string {
  const isRope = heap.graph.nodeType[owner] === NodeType.consString;
  return isRope ? 'text put together of others' : quotedName(heap, owner, TEXT);
}

function places(functions: readonly NamedPosition[]): string {
  return functions.map((f) => `${f.name} (${positionText(f.position)})`).join(', ');
}

function evidenceOf(heap: Heap, { candidate, holder, contents }: Ranked): string[] {
  const evidence: string[] = [];
  const steps = holder.path
    .map((s, i) => (s.edge === null ? '' : edgeText(heap, s.edge, holder.path[i - 1]!.node)))
    .filter((text) => text !== '');
  if (steps.length > 0) evidence.push(`held by: ${steps.slice(-8).join(' → ')}`);
  for (const c of contents.classes.slice(0, 4))
    evidence.push(`${number(c.count)} × ${c.name}, ${megabytes(c.size)}`);
  if (contents.sample !== null && contents.memberCount > 1) {
    const { name, id, retainedSize, detail } = describeNode(heap, contents.sample);
    evidence.push(
      `for example ${name} @${id}, ${megabytes(retainedSize)}${detail === null ? '' : `: ${detail}`}`,
    );
  }
  if (contents.code && contents.code.count > 1)
    evidence.push(
      `${number(contents.code.count)} of them come from ${contents.code.name} at ${positionText(contents.code.position)}`,
    );
  const own = holder.functions.filter((f) => isOwnCode(f.position));
  const filling = own.filter((f) => f.score >= FILLS).slice(0, 4);
  const seen = own.filter((f) => f.score < FILLS).slice(0, 4);
  if (filling.length > 0) evidence.push(`filled by ${places(filling)}`);
  if (holder.told) evidence.push(...toldBy(holder.told));
  if (seen.length > 0 && (holder.told?.additions.length ?? 0) === 0)
    evidence.push(`${holder.scope === 'global' ? 'named by' : 'in sight of'} ${places(seen)}`);
  if (contents.external > 0) evidence.push(`${megabytes(contents.external)} of it outside of V8's heap`);
  if (contents.sliceParents > 0)
    evidence.push(
      `${number(contents.slices)} slices keep texts of ${megabytes(contents.sliceParents)} whole`,
    );
  if (candidate.kind === 'group')
    evidence.push('no single object owns them: what they have in common was told from their paths');
  return evidence;
}

function toldBy({ declaration, additions, others }: Told): string[] {
  const list = (uses: readonly Use[]) =>
    uses
      .slice(0, 4)
      .map((use) => `${useText(use)} (${positionText(use.position)})`)
      .join(', ');
  const told = declaration ? [`declared at ${positionText(declaration)}`] : [];
  const how = additions[0]?.isNamesake ? 'something of that name is added to by' : 'added to by';
  if (additions.length > 0) told.push(`${how} ${list(additions)}`);
  else if (others.length > 0) told.push(`used by ${list(others)}`);
  return told;
}

function caveatsOf(heap: Heap, { candidate, holder, growth }: Ranked, same: string | null): string[] {
  const caveats: string[] = [];
  if (!growth) caveats.push('One dump shows what is large, not what grows: compare it with an earlier one.');
  else if (same !== 'same process')
    caveats.push('The two dumps are of different processes: they were compared by path, not by object.');
  if (candidate.members.length < 50) caveats.push('It holds few large things: it may be meant to.');
  if (!holder.position) caveats.push('No code of the program lies on the way to it.');
  if (heap.graph.gaps.length > 0) caveats.push('The dump is not whole.');
  return caveats;
}
