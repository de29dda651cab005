import type { ReceiverPlan } from './receiver-plans.ts';

/** How the references of the objects of a kind are found; general where no plan tells all of them. */
export const Mode = { data: 1, plan: 2, array: 3, context: 4, general: 5 } as const;

/** What the objects of a kind are to those that refer to them, as bits. */
export const Trait = {
  fixedArray: 1,
  propertyArray: 2,
  receiver: 4,
  map: 8,
  jsArray: 16,
  /** A receiver whose elements may be any values. */
  taggedElements: 32,
  numberDictionary: 64,
} as const;

/** What is done with the objects of each kind, by its id; in shared memory. */
export interface PlanColumns {
  /** Mode. */
  readonly modes: Uint8Array;
  /** Trait. */
  readonly traits: Uint8Array;
  /** Ordinal of the map, -1 where it is not shown. */
  readonly maps: Int32Array;
  /** Where the steps of the plan begin and end in `rows`. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** The rows of all plans. */
  readonly rows: Int32Array;
  /** Where the words of the plan begin and end in `covers`. */
  readonly coverStarts: Uint32Array;
  readonly coverEnds: Uint32Array;
  /** By word of the objects of a plan: Cover. */
  readonly covers: Uint8Array;
}

/** Numbers, and words of objects, of all plans together; memory that is never touched costs nothing. */
const ROOM = 1 << 22;

/** Fills the columns of plans. */
export class PlanTable {
  readonly columns: PlanColumns;
  readonly #plans: (ReceiverPlan | undefined)[] = [];
  readonly #starts = new Map<object, number>();
  #used = 0;
  #covered = 0;

  /** For so many kinds. */
  constructor(kinds: number) {
    const shared = (bytes: number) => new SharedArrayBuffer(bytes);
    this.columns = {
      modes: new Uint8Array(shared(kinds)),
      traits: new Uint8Array(shared(kinds)),
      maps: new Int32Array(shared(4 * kinds)),
      starts: new Uint32Array(shared(4 * kinds)),
      ends: new Uint32Array(shared(4 * kinds)),
      rows: new Int32Array(shared(4 * ROOM)),
      coverStarts: new Uint32Array(shared(4 * kinds)),
      coverEnds: new Uint32Array(shared(4 * kinds)),
      covers: new Uint8Array(shared(ROOM)),
    };
  }

  /** The plan is for the objects that it tells all of, if that is the mode, and to be asked for with `planOf`. */
  set(id: number, mode: number, traits: number, map: number, plan: ReceiverPlan | undefined): void {
    const { columns } = this;
    columns.modes[id] = mode;
    columns.traits[id] = traits;
    columns.maps[id] = map;
    if (!plan) return;
    const start = this.rowsOf(plan);
    const coverEnd = this.#covered + plan.cover.length;
    if (start < 0 || coverEnd > ROOM) {
      columns.modes[id] = Mode.general;
      return;
    }
    this.#plans[id] = plan;
    columns.starts[id] = start;
    columns.ends[id] = start + plan.rows.length;
    columns.covers.set(plan.cover, this.#covered);
    columns.coverStarts[id] = this.#covered;
    columns.coverEnds[id] = coverEnd;
    this.#covered = coverEnd;
  }

  /** Where the rows of a plan begin, which are added where they are new; -1 if there is no room. */
  rowsOf(plan: { readonly rows: Int32Array }): number {
    const known = this.#starts.get(plan);
    if (known !== undefined) return known;
    const start = this.#used;
    if (start + plan.rows.length > ROOM) return -1;
    this.columns.rows.set(plan.rows, start);
    this.#used += plan.rows.length;
    this.#starts.set(plan, start);
    return start;
  }

  planOf(id: number): ReceiverPlan | undefined {
    return this.#plans[id];
  }
}
