import type { Address } from '../engine/address.ts';
import { closuresByPosition } from '../engine/analyses/closures.ts';
import { describeNode, stringText } from '../engine/analyses/describe.ts';
import { diffHeaps, type HeapDiff } from '../engine/analyses/diff.ts';
import { findNode } from '../engine/analyses/find-node.ts';
import { count, type Histogram, histogram, instancesOf } from '../engine/analyses/histogram.ts';
import { leakSuspects } from '../engine/analyses/leaks/suspects.ts';
import { moduleClasses } from '../engine/analyses/modules.ts';
import { dominatorsOf, fieldsOf, retainersOf } from '../engine/analyses/object-view.ts';
import { coverageOf, openGraph } from '../engine/analyses/open-graph.ts';
import { pathsToRoots } from '../engine/analyses/paths.ts';
import { positionOf } from '../engine/analyses/positions.ts';
import { shapes } from '../engine/analyses/shapes.ts';
import { stringReport, type TextReport } from '../engine/analyses/strings.ts';
import { summarize } from '../engine/analyses/summary.ts';
import { DayAfterError } from '../engine/errors.ts';
import type { Classes } from '../engine/graph/classes.ts';
import type { Heap } from '../engine/graph/heap.ts';
import { type NodeOrdinal, NodeType, ROOT } from '../engine/graph/types.ts';
import { mergeChanges, mergeGrowers } from './comparison.ts';
import { icicle } from './icicle.ts';
import type { OpenedCore, OpenedHeap } from './open-heap.ts';
import { processFigures } from './process-figures.ts';
import {
  type ClosureRow,
  type Grouping,
  type Method,
  maxPage,
  type Page,
  type PageQuery,
  type Params,
  type Request,
  type Result,
  type Sorting,
  type StringRow,
} from './protocol.ts';
import { Recent } from './recent.ts';
import { Values } from './values.ts';

/** Strings of each kind that are listed. */
const STRINGS = 1000;
const GROWERS = 200;
/** Dumps that are compared with at once. */
const MAX_OLDER = 8;

type Answer<M extends Method> = (params: Params<M>) => Result<M> | Promise<Result<M>>;

/** Answers the requests about one heap. Orders that pages are taken from are kept while they are in use. */
export class Answers {
  readonly #heap: Heap;
  readonly #core: OpenedCore | null;
  readonly #rows = new Recent<readonly unknown[]>(12);
  readonly #orders = new Recent<readonly NodeOrdinal[] | Uint32Array>(12);
  readonly #diffs = new Recent<Promise<HeapDiff>>(MAX_OLDER);
  readonly #groupings = new Map<Grouping, { classes: Classes; rows: Histogram }>();
  #values: Values | null = null;
  #strings: TextReport | null = null;
  #closures: readonly ClosureRow[] | null = null;
  readonly #methods: { readonly [M in Method]: Answer<M> };

  constructor({ heap, core }: OpenedHeap) {
    this.#heap = heap;
    this.#core = core;
    this.#methods = {
      overview: () => {
        const figures = core && processFigures(core);
        return {
          ...summarize(heap),
          coverage: { ...coverageOf(heap), pages: figures?.pages ?? null },
          process: figures?.process ?? null,
        };
      },
      suspects: ({ older }) => this.#suspects(older[0] ?? null),
      classes: (query) => this.#classes(query),
      instances: (query) => this.#instances(query),
      object: ({ name }) => this.#object(name),
      fields: ({ id, ...page }) => fieldsOf(heap, this.#node(id), bounds(page)),
      retainers: ({ id, ...page }) => retainersOf(heap, this.#node(id), bounds(page)),
      dominated: (query) => this.#dominated(query),
      icicle: ({ id }) => ({ boxes: icicle(heap, id === null ? ROOT : this.#node(id)) }),
      value: (query) => this.#value(query),
      source: ({ url }) => ({ text: this.#source(url) }),
      dominators: ({ id }) => ({ chain: dominatorsOf(heap, this.#node(id), maxPage) }),
      paths: ({ id, limit }) => ({
        paths: pathsToRoots(heap, this.#node(id), Math.min(limit, 10)).map((path) => path.slice(-maxPage)),
      }),
      strings: (query) => this.#stringRows(query),
      closures: (query) => this.#closureRows(query),
      growers: async ({ older, ...query }) => {
        const diffs = await this.#allDiffs(older);
        const sameProcess = diffs.every((diff) => diff.sameProcess);
        return { ...pageOf(mergeGrowers(diffs), query), sameProcess };
      },
      changes: async ({ older, ...query }) => {
        const changes = mergeChanges(await this.#allDiffs(older));
        return pageOf(
          this.#sorted(`changes ${older.join('\n')}`, changes, query, (row) => row.name),
          query,
        );
      },
    };
  }

  answer({ method, params }: Request): unknown {
    return (this.#methods[method] as Answer<Method>)(params as Params<Method>);
  }

  #node(id: number): NodeOrdinal {
    return findNode(this.#heap, String(id));
  }

  async #suspects(older: string | null): Promise<Result<'suspects'>> {
    if (older === null) return { suspects: leakSuspects(this.#heap).map(shortened) };
    const baseline = await openGraph(older);
    try {
      return { suspects: leakSuspects(this.#heap, { baseline }).map(shortened) };
    } finally {
      baseline.close();
    }
  }

  #histogram(group: Grouping): { classes: Classes; rows: Histogram } {
    let grouping = this.#groupings.get(group);
    if (!grouping) {
      const heap = this.#heap;
      if (group === 'constructor') grouping = { classes: heap.classes, rows: histogram(heap) };
      else {
        const classes = group === 'shape' ? shapes(heap) : moduleClasses(heap);
        grouping = { classes, rows: count(heap, classes) };
      }
      this.#groupings.set(group, grouping);
    }
    return grouping;
  }

  #classes({ group, ...query }: Params<'classes'>): Result<'classes'> {
    const { rows } = this.#histogram(group);
    return pageOf(
      this.#sorted(`classes ${group}`, rows.classes, query, (row) => row.name),
      query,
    );
  }

  #instances({ group, index, ...query }: Params<'instances'>): Result<'instances'> {
    const order = this.#orders.get(`${group} ${index}`, () =>
      instancesOf(this.#heap, this.#histogram(group).classes, index),
    );
    return this.#described(order, query);
  }

  #described(
    order: readonly NodeOrdinal[] | Uint32Array,
    query: PageQuery,
  ): Page<ReturnType<typeof describeNode>> {
    const { start, count } = bounds(query);
    const items = Array.from(order.slice(start, start + count), (node) =>
      describeNode(this.#heap, node as NodeOrdinal),
    );
    return { items, total: order.length };
  }

  #object(name: string): Result<'object'> {
    const heap = this.#heap;
    const { graph } = heap;
    const node = findNode(heap, name);
    const type = graph.nodeType[node];
    const isText = type === NodeType.string || type === NodeType.consString || type === NodeType.slicedString;
    return {
      node: describeNode(heap, node),
      position: positionOf(graph, node),
      text: isText ? stringText(heap, node) : null,
      fields: graph.firstEdge[node + 1]! - graph.firstEdge[node]!,
      retainers: heap.reverse.first[node + 1]! - heap.reverse.first[node]!,
    };
  }

  #value({ name, ...query }: Params<'value'>): Result<'value'> {
    const core = this.#core;
    const { addresses } = this.#heap.graph;
    if (!core || !addresses)
      throw new DayAfterError('NOT_APPLICABLE', 'Heap snapshots hold no values: only cores have all memory.');
    const address = addresses.of(findNode(this.#heap, name)) as Address;
    this.#values ??= new Values(core.session.inspectorOf(core.isolate));
    return this.#values.at(address, bounds(query));
  }

  #source(url: string): string | null {
    if (!this.#core) return null;
    const { session, isolate } = this.#core;
    const script = session.scripts(isolate.index).find((candidate) => candidate.url === url);
    const text = script && session.scriptText(script);
    if (typeof text === 'string') return text;
    for (const script of session.scriptsIn(isolate)) {
      const content = script.sourceMapUrl === undefined ? undefined : session.sourceMaps.content(script, url);
      if (content !== undefined) return content;
    }
    return null;
  }

  #dominated({ id, ...query }: Params<'dominated'>): Result<'dominated'> {
    const node = id === null ? ROOT : this.#node(id);
    const { retainedSizes, dominated } = this.#heap;
    const order = this.#orders.get(`dominated ${node}`, () =>
      dominated.nodes
        .slice(dominated.first[node]!, dominated.first[node + 1]!)
        .sort((a, b) => retainedSizes[b]! - retainedSizes[a]! || a - b),
    );
    return this.#described(order, query);
  }

  #stringRows({ kind, ...query }: Params<'strings'>): Page<StringRow> {
    this.#strings ??= stringReport(this.#heap, STRINGS);
    const { duplicates, largest, heldParents } = this.#strings;
    switch (kind) {
      case 'duplicates':
        return mapped(pageOf(duplicates, query), ({ text, count, wasted }) => ({
          id: null,
          text,
          count,
          size: wasted,
        }));
      case 'largest':
        return mapped(pageOf(largest, query), ({ id, text, size }) => ({ id, text, count: 1, size }));
      case 'parents':
        return mapped(pageOf(heldParents, query), ({ parent, slices }) => ({
          id: parent.id,
          text: parent.name,
          count: slices,
          size: parent.retainedSize,
        }));
    }
  }

  #closureRows(query: Params<'closures'>): Page<ClosureRow> {
    this.#closures ??= closuresByPosition(this.#heap);
    return pageOf(
      this.#sorted(
        'closures',
        this.#closures,
        query,
        (row) => `${row.function} ${row.source ?? ''} ${row.original?.source ?? ''}`,
      ),
      query,
    );
  }

  async #allDiffs(older: readonly string[]): Promise<HeapDiff[]> {
    const diffs: HeapDiff[] = [];
    for (const file of older.slice(0, MAX_OLDER)) diffs.push(await this.#diff(file));
    return diffs;
  }

  #diff(older: string): Promise<HeapDiff> {
    return this.#diffs.get(older, async () => {
      const before = await openGraph(older);
      try {
        return diffHeaps(before, this.#heap, GROWERS);
      } finally {
        before.close();
      }
    });
  }

  #sorted<T extends object>(
    name: string,
    rows: readonly T[],
    { sort, ascending, filter }: Sorting,
    text: (row: T) => string,
  ): readonly T[] {
    const made = this.#rows.get(`${name}\n${sort} ${ascending}\n${filter}`, () => {
      const wanted = filter.toLowerCase();
      const found = rows.filter((row) => wanted === '' || text(row).toLowerCase().includes(wanted));
      const sign = ascending ? 1 : -1;
      return sort === '' ? found : found.sort((a, b) => sign * compare(column(a, sort), column(b, sort)));
    });
    return made as readonly T[];
  }
}

function column(row: object, name: string): unknown {
  return Object.hasOwn(row, name) ? (row as Record<string, unknown>)[name] : null;
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const left = String(a ?? '');
  const right = String(b ?? '');
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Paths over long chains are shown by their ends. */
function shortened<T extends { readonly path: readonly unknown[] }>(suspect: T): T {
  return suspect.path.length <= 60 ? suspect : { ...suspect, path: suspect.path.slice(-60) };
}

function bounds({ start, count }: PageQuery): { start: number; count: number } {
  return { start: Math.max(0, Math.trunc(start)), count: Math.max(0, Math.min(maxPage, Math.trunc(count))) };
}

function pageOf<T>(rows: readonly T[], query: PageQuery): Page<T> {
  const { start, count } = bounds(query);
  return { items: rows.slice(start, start + count), total: rows.length };
}

function mapped<T, U>({ items, total }: Page<T>, map: (item: T) => U): Page<U> {
  return { items: items.map(map), total };
}
