/** What a dump's process is asked and answers. Sizes in bytes; lines and columns are 1-based. */
import type { OriginalPlace } from '../engine/contract.ts';

/** An object of the heap. */
export interface ObjectInfo {
  /** Snapshot object id. */
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly shallowSize: number;
  readonly retainedSize: number;
  /** `0x…`, of heaps from cores. */
  readonly address: string | null;
  readonly detail: string | null;
}

export interface Position {
  readonly source: string | null;
  readonly scriptId: number;
  readonly line: number;
  readonly column: number;
  /** By the script's source map. */
  readonly original: OriginalPlace | null;
}

/** An edge, as code writes it, with the object at its other end. */
export interface Relation {
  readonly edge: string;
  readonly type: string;
  readonly node: ObjectInfo;
}

export interface PathStep {
  /** Empty at the path's start. */
  readonly edge: string;
  readonly node: ObjectInfo;
}

export interface Overview {
  readonly total: number;
  readonly parts: readonly { readonly name: string; readonly size: number; readonly count: number }[];
  readonly coverage: {
    readonly complete: boolean;
    readonly nodes: number;
    readonly edges: number;
    readonly notes: readonly string[];
    /** Of heap pages; null for snapshots. */
    readonly pages: { readonly bytes: number; readonly unreadable: number } | null;
  };
  /** Of cores: what is known of the process at its end. */
  readonly process: {
    readonly facts: readonly (readonly [string, string])[];
    readonly isolates: readonly {
      readonly index: number;
      readonly used: number | null;
      readonly committed: number | null;
      readonly limit: number | null;
      readonly spaces: readonly {
        readonly name: string;
        readonly used: number | null;
        readonly committed: number | null;
      }[];
    }[];
    /** Bytes of memory that the process had mapped and could write to. */
    readonly writable: number;
  } | null;
}

export interface Suspect {
  readonly title: string;
  readonly explanation: string;
  readonly kind: string;
  readonly retainedSize: number;
  /** Of the heap, 0 to 1. */
  readonly share: number;
  readonly count: number;
  readonly accumulationPoint: ObjectInfo;
  /** One of the things that gather. */
  readonly sample: ObjectInfo | null;
  readonly path: readonly PathStep[];
  readonly evidence: readonly string[];
  readonly caveats: readonly string[];
  readonly expression: string;
  readonly source: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly original: OriginalPlace | null;
}

export interface ClassRow {
  /** Position of the class in its grouping. */
  readonly index: number;
  readonly name: string;
  readonly type: string;
  readonly count: number;
  readonly shallowSize: number;
  readonly retainedSize: number;
  readonly constructedAt: Position | null;
}

export interface StringRow {
  /** Null for duplicates, which are many objects. */
  readonly id: number | null;
  readonly text: string;
  /** Equal texts, or slices of a kept parent. */
  readonly count: number;
  /** Bytes: wasted by duplicates, else what the string takes or keeps. */
  readonly size: number;
}

export interface ClosureRow {
  readonly function: string;
  readonly source: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly original: OriginalPlace | null;
  readonly count: number;
  readonly shallowSize: number;
  readonly retainedSize: number;
}

export interface Delta {
  readonly countDelta: number;
  readonly sizeDelta: number;
}

/** Since the first of the older dumps; `since` has one entry for each of them, null where it lists no change. */
export interface ClassChange extends Delta {
  readonly name: string;
  readonly type: string;
  readonly added: number;
  readonly removed: number;
  readonly since: readonly (Delta | null)[];
}

export interface Grower extends Delta {
  readonly path: string;
  readonly source: string | null;
  readonly line: number | null;
  readonly original: OriginalPlace | null;
  readonly since: readonly (Delta | null)[];
}

/** A box of the dominator tree's picture. */
export interface IcicleBox {
  readonly id: number;
  readonly name: string;
  readonly depth: number;
  /** Index of the box above. */
  readonly parent: number | null;
  /** Left end and width, of the whole picture, 0 to 1. */
  readonly from: number;
  readonly share: number;
  readonly retainedSize: number;
}

/** A child of a value as the debugger shows it. */
export interface ValueRow {
  readonly name: string;
  readonly text: string;
  readonly type: string;
  /** Of objects, which can be asked for in turn. */
  readonly address: string | null;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Of all pages. */
  readonly total: number;
}

export interface PageQuery {
  readonly start: number;
  /** At most `maxPage`. */
  readonly count: number;
}

export interface Sorting {
  /** A column's name. */
  readonly sort: string;
  readonly ascending: boolean;
  /** Part of a name, in any case. */
  readonly filter: string;
}

export type Grouping = 'constructor' | 'shape' | 'module';

/** By method: what is asked with and answered. */
export interface Methods {
  overview: [Record<string, never>, Overview];
  /** Against the oldest of the older dumps, if there are any. */
  suspects: [{ readonly older: readonly string[] }, { readonly suspects: readonly Suspect[] }];
  classes: [PageQuery & Sorting & { readonly group: Grouping }, Page<ClassRow>];
  instances: [PageQuery & { readonly group: Grouping; readonly index: number }, Page<ObjectInfo>];
  /** `name` is an id (`@12`) or, of cores, an address. */
  object: [
    { readonly name: string },
    {
      readonly node: ObjectInfo;
      readonly position: Position | null;
      /** Of strings: as far as the dump has it and a message may be long. */
      readonly text: string | null;
      readonly fields: number;
      readonly retainers: number;
    },
  ];
  fields: [PageQuery & { readonly id: number }, Page<Relation>];
  retainers: [PageQuery & { readonly id: number }, Page<Relation>];
  /** What an object dominates immediately; the root's where `id` is null. */
  dominated: [PageQuery & { readonly id: number | null }, Page<ObjectInfo>];
  icicle: [{ readonly id: number | null }, { readonly boxes: readonly IcicleBox[] }];
  /** Of cores: an object's value, named as for `object`, with a page of its children. */
  value: [PageQuery & { readonly name: string }, Page<ValueRow> & { readonly description: string }];
  /** Of cores: a script's whole text; null where the dump does not have it. For the editor, not for the webview. */
  source: [{ readonly url: string }, { readonly text: string | null }];
  dominators: [{ readonly id: number }, { readonly chain: readonly ObjectInfo[] }];
  paths: [
    { readonly id: number; readonly limit: number },
    { readonly paths: readonly (readonly PathStep[])[] },
  ];
  strings: [PageQuery & { readonly kind: 'duplicates' | 'largest' | 'parents' }, Page<StringRow>];
  closures: [PageQuery & Sorting, Page<ClosureRow>];
  growers: [
    PageQuery & { readonly older: readonly string[] },
    Page<Grower> & { readonly sameProcess: boolean },
  ];
  changes: [PageQuery & Sorting & { readonly older: readonly string[] }, Page<ClassChange>];
}

export type Method = keyof Methods;
export type Params<M extends Method> = Methods[M][0];
export type Result<M extends Method> = Methods[M][1];

/** Why something could not be answered. */
export interface HeapFailure {
  readonly code: string | null;
  readonly message: string;
  readonly hint: string | null;
}

export type Request = {
  [M in Method]: { readonly id: number; readonly method: M; readonly params: Params<M> };
}[Method];

/** Where executables of a core are looked for, as debug configurations have it. */
export interface DumpOptions {
  readonly program?: string | undefined;
  readonly searchPaths?: readonly string[] | undefined;
  readonly sysroot?: string | undefined;
  /** Where source maps may be read. */
  readonly sourceRoots?: readonly { readonly local: string }[] | undefined;
}

/** To the process. */
export type ToHeap =
  | { readonly type: 'open'; readonly dump: string; readonly options: DumpOptions }
  /** Nobody looks at the heap any more. */
  | { readonly type: 'close' }
  /** A message of the debug adapter protocol. */
  | { readonly type: 'debug'; readonly session: number; readonly message: unknown }
  | { readonly type: 'debugEnd'; readonly session: number }
  | { readonly type: 'request'; readonly request: Request }
  | { readonly type: 'cancel'; readonly id: number };

/** From the process. */
export type FromHeap =
  | { readonly type: 'debug'; readonly session: number; readonly message: unknown }
  | { readonly type: 'progress'; readonly done: number; readonly total: number }
  | { readonly type: 'opened' }
  | { readonly type: 'failed'; readonly failure: HeapFailure }
  | { readonly type: 'answer'; readonly id: number; readonly result: unknown }
  | { readonly type: 'refusal'; readonly id: number; readonly failure: HeapFailure };

/** Rows of one page at most. */
export const maxPage = 200;
/** Bytes of one message at most. */
export const maxMessage = 1_000_000;
