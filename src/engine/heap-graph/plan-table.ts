import type { ObjectPlan } from './plan-steps.ts';

/**
 * How the references of the objects of a kind are found: all told by the plan; those of the first words told by it, and
 * more of them behind; general where no plan tells all.
 */
export const Mode = { data: 1, plan: 2, array: 3, context: 4, general: 5, openPlan: 6 } as const;

/** What is done with the objects of each kind, by its id, and plans by theirs; in shared memory. */
export interface PlanColumns {
  /** Mode. */
  readonly modes: Uint8Array;
  /** Trait. */
  readonly traits: Uint16Array;
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

/** Room for the plan of a kind, in numbers: most have fewer, and memory that is never touched costs nothing. */
const USUAL_ROWS = 128;
const LEAST_ROOM = 1 << 22;

/** Fills the columns of plans: those of kinds by their ids, others behind them. */
export class PlanTable {
  readonly columns: PlanColumns;
  readonly #plans: (ObjectPlan | undefined)[] = [];
  readonly #room: number;
  readonly #end: number;
  #next: number;
  #used = 0;
  #covered = 0;

  /** For so many kinds, and other plans. */
  constructor(kinds: number, others: number) {
    const count = kinds + others;
    this.#next = kinds;
    this.#end = count;
    this.#room = LEAST_ROOM + USUAL_ROWS * kinds;
    const shared = (bytes: number) => new SharedArrayBuffer(bytes);
    this.columns = {
      modes: new Uint8Array(shared(kinds)),
      traits: new Uint16Array(shared(2 * kinds)),
      maps: new Int32Array(shared(4 * kinds)),
      starts: new Uint32Array(shared(4 * count)),
      ends: new Uint32Array(shared(4 * count)),
      rows: new Int32Array(shared(4 * this.#room)),
      coverStarts: new Uint32Array(shared(4 * count)),
      coverEnds: new Uint32Array(shared(4 * count)),
      covers: new Uint8Array(shared(this.#room)),
    };
  }

  /** The plan is for the objects that it tells all of, if that is the mode, and to be asked for with `planOf`. */
  set(id: number, mode: number, traits: number, map: number, plan: ObjectPlan | undefined): void {
    const { columns } = this;
    columns.modes[id] = mode;
    columns.traits[id] = traits;
    columns.maps[id] = map;
    if (!plan) return;
    if (this.#write(id, plan)) this.#plans[id] = plan;
    else columns.modes[id] = Mode.general;
  }

  /** Id of a plan that is not that of a kind; -1 if there is no room. */
  add(plan: ObjectPlan): number {
    return this.#next < this.#end && this.#write(this.#next, plan) ? this.#next++ : -1;
  }

  #write(id: number, { rows, cover }: ObjectPlan): boolean {
    const { columns } = this;
    const end = this.#used + rows.length;
    const coverEnd = this.#covered + cover.length;
    if (end > this.#room || coverEnd > this.#room) return false;
    columns.rows.set(rows, this.#used);
    columns.starts[id] = this.#used;
    columns.ends[id] = end;
    columns.covers.set(cover, this.#covered);
    columns.coverStarts[id] = this.#covered;
    columns.coverEnds[id] = coverEnd;
    this.#used = end;
    this.#covered = coverEnd;
    return true;
  }

  planOf(id: number): ObjectPlan | undefined {
    return this.#plans[id];
  }
}
