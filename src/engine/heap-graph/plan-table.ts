import { grown } from '../columns.ts';
import type { ReceiverPlan } from './receiver-plans.ts';

/** How the references of the objects of a kind are found. */
export const Mode = { unknown: 0, data: 1, plan: 2, array: 3, context: 4, general: 5 } as const;

/** What is done with the objects of each kind, by its id, in columns for the loop over all objects. */
export class PlanTable {
  /** Mode. */
  readonly modes: Uint8Array;
  /** Ordinal of the map, -1 where it is not shown. */
  readonly maps: Int32Array;
  /** Where the steps of the plan begin and end in `rows`. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** 1 if there is more to do than the plan says. */
  readonly more: Uint8Array;
  /** The rows of all plans. */
  rows = new Int32Array(1 << 12);
  readonly #plans: (ReceiverPlan | undefined)[] = [];
  readonly #starts = new Map<object, number>();
  #used = 0;

  /** For so many kinds. */
  constructor(kinds: number) {
    this.modes = new Uint8Array(kinds);
    this.maps = new Int32Array(kinds);
    this.starts = new Uint32Array(kinds);
    this.ends = new Uint32Array(kinds);
    this.more = new Uint8Array(kinds);
  }

  set(id: number, mode: number, map: number, plan: ReceiverPlan | undefined, hasMore: boolean): void {
    this.modes[id] = mode;
    this.maps[id] = map;
    this.more[id] = hasMore ? 1 : 0;
    this.#plans[id] = plan;
    if (!plan) return;
    this.starts[id] = this.rowsOf(plan);
    this.ends[id] = this.#used;
  }

  /** Where the rows of a plan begin, which are added where they are new. */
  rowsOf(plan: { readonly rows: Int32Array }): number {
    const known = this.#starts.get(plan);
    if (known !== undefined) return known;
    const start = this.#used;
    const { rows } = plan;
    if (start + rows.length > this.rows.length) this.rows = grown(this.rows, start + rows.length);
    this.rows.set(rows, start);
    this.#used += rows.length;
    this.#starts.set(plan, start);
    return start;
  }

  planOf(id: number): ReceiverPlan | undefined {
    return this.#plans[id];
  }
}
