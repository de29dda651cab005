import { Float64Column, Int32Column } from '../../columns.ts';
import { ProfileBuilder } from '../builder.ts';
import { callFrame } from '../frame-kind.ts';
import type { Profile } from '../profile.ts';
import { StringPool } from '../string-pool.ts';

/**
 * The call tree and samples of a V8 CPU profile (Chrome DevTools Protocol, Profiler.Profile), which comes as a
 * .cpuprofile or in the chunks of a trace.
 */
export class V8Nodes {
  readonly pool = new StringPool();
  startTime = Number.NaN;
  endTime = Number.NaN;
  readonly samples = new Int32Column();
  /** Microseconds between a sample and the one before it. */
  readonly timeDeltas = new Float64Column();
  readonly #rows = new Map<number, number>();
  /** Row of a small id, for speed; -1 if there is none. */
  #small = new Int32Array(1024).fill(-1);
  readonly #ids = new Int32Column();
  readonly #name = new Int32Column();
  readonly #url = new Int32Column();
  readonly #line = new Int32Column();
  readonly #column = new Int32Column();
  readonly #hits = new Int32Column();
  /** Rows of callers with the ids of what they call, and ids of callers with the rows of what they call. */
  readonly #childLinks = { row: new Int32Column(), child: new Int32Column() };
  readonly #parentLinks = { parent: new Int32Column(), row: new Int32Column() };
  readonly empty = this.pool.numberOfText('');

  /** `line` and `column` 0-based, as V8 gives them; `name` and `url` are numbers of `pool`. */
  node(id: number, name: number, url: number, line: number, column: number, hits: number): void {
    const row = this.#ids.push(id);
    this.#name.push(name);
    this.#url.push(url);
    this.#line.push(line);
    this.#column.push(column);
    this.#hits.push(hits);
    this.#setRow(id, row);
  }

  /** Another id of the node that has the id `of`. */
  alias(id: number, of: number): void {
    this.#setRow(id, this.#row(of));
  }

  /** The next node that is added calls the one with this id. */
  nextCalls(child: number): void {
    this.#childLinks.row.push(this.#ids.length);
    this.#childLinks.child.push(child);
  }

  /** The next node that is added is called by the one with this id. */
  nextIsCalledBy(parent: number): void {
    this.#parentLinks.parent.push(parent);
    this.#parentLinks.row.push(this.#ids.length);
  }

  profile(format: string, threadName = 'all'): Profile {
    const hasTimes = this.samples.length > 0 && this.timeDeltas.length > 0;
    const builder = new ProfileBuilder(
      format,
      hasTimes
        ? [
            { name: 'time', unit: 'microseconds' },
            { name: 'samples', unit: 'samples' },
          ]
        : [{ name: 'samples', unit: 'samples' }],
    );
    this.addTo(builder, threadName);
    return builder.done();
  }

  /** Adds all samples to a builder with time and samples, or with samples only, as a thread. */
  addTo(builder: ProfileBuilder, threadName: string): void {
    const stackOf = this.#stacks(builder);
    const thread = builder.thread(threadName);
    if (this.samples.length > 0 && this.timeDeltas.length > 0) this.#addTimed(builder, stackOf, thread);
    else if (this.samples.length > 0) this.#addSamples(builder, stackOf, thread);
    else this.#addHits(builder, stackOf, thread);
  }

  #addTimed(builder: ProfileBuilder, stackOf: Int32Array, thread: number): void {
    const { samples, timeDeltas } = this;
    const count = Math.min(samples.length, timeDeltas.length);
    if (count < samples.length) builder.notes.push(`${samples.length - count} samples have no time`);
    // The first delta is from the profile's start. Clocks of several cores let some deltas be negative.
    let elapsed = number(timeDeltas.get(0));
    let start = elapsed;
    let unknown = 0;
    const end = this.endTime - this.startTime;
    for (let i = 0; i < count; i++) {
      if (i + 1 < count) elapsed += number(timeDeltas.get(i + 1));
      else if (end > elapsed) elapsed = end;
      const until = Math.max(start, elapsed);
      const stack = this.#stackOfSample(stackOf, samples.get(i));
      if (stack === -2) unknown++;
      else if (stack >= 0) builder.sample(stack, until - start, 1, start, thread);
      start = until;
    }
    if (unknown > 0) builder.notes.push(`${unknown} samples name a node that is not in the file`);
  }

  #addSamples(builder: ProfileBuilder, stackOf: Int32Array, thread: number): void {
    for (let i = 0; i < this.samples.length; i++) {
      const stack = this.#stackOfSample(stackOf, this.samples.get(i));
      if (stack >= 0) builder.sample(stack, 1, 0, Number.NaN, thread);
    }
  }

  #addHits(builder: ProfileBuilder, stackOf: Int32Array, thread: number): void {
    for (let row = 0; row < this.#ids.length; row++) {
      if (this.#hits.get(row) > 0 && stackOf[row]! >= 0)
        builder.sample(stackOf[row]!, this.#hits.get(row), 0, Number.NaN, thread);
    }
  }

  #stackOfSample(stackOf: Int32Array, id: number): number {
    const row = this.#row(id);
    return row < 0 ? -2 : stackOf[row]!;
  }

  #setRow(id: number, row: number): void {
    if (id < 0 || id >= 1 << 24) {
      this.#rows.set(id, row);
      return;
    }
    if (id >= this.#small.length) {
      const larger = new Int32Array(Math.max(id + 1, this.#small.length * 2)).fill(-1);
      larger.set(this.#small);
      this.#small = larger;
    }
    this.#small[id] = row;
  }

  #row(id: number): number {
    if (id >= 0 && id < this.#small.length) return this.#small[id]!;
    return this.#rows.get(id) ?? -1;
  }

  /** The stack of every node's row: -1 for the root, -2 for what hangs on nothing. */
  #stacks(builder: ProfileBuilder): Int32Array {
    const count = this.#ids.length;
    const firstChild = new Int32Array(count).fill(-1);
    const nextSibling = new Int32Array(count).fill(-1);
    const hasParent = new Uint8Array(count);
    const link = (parent: number, child: number) => {
      if (parent < 0 || child < 0 || parent >= count || hasParent[child] === 1) return;
      hasParent[child] = 1;
      nextSibling[child] = firstChild[parent]!;
      firstChild[parent] = child;
    };
    // Backwards, so that each list keeps the order of the file.
    for (let i = this.#parentLinks.row.length - 1; i >= 0; i--)
      link(this.#row(this.#parentLinks.parent.get(i)), this.#parentLinks.row.get(i));
    for (let i = this.#childLinks.row.length - 1; i >= 0; i--)
      link(this.#childLinks.row.get(i), this.#row(this.#childLinks.child.get(i)));
    const stackOf = new Int32Array(count).fill(-2);
    const frameOf = this.#frames(builder);
    const pending = new Int32Column();
    for (let row = count - 1; row >= 0; row--) {
      if (hasParent[row] === 1) continue;
      pending.push(row);
    }
    while (pending.length > 0) {
      const row = pending.get(--pending.length);
      if (hasParent[row] === 0)
        stackOf[row] = this.#isRoot(row) ? -1 : builder.stacks.push(-1, frameOf[row]!);
      const stack = stackOf[row]!;
      for (let child = firstChild[row]!; child >= 0; child = nextSibling[child]!) {
        stackOf[child] = builder.stacks.push(stack, frameOf[child]!);
        pending.push(child);
      }
    }
    return stackOf;
  }

  #isRoot(row: number): boolean {
    return this.pool.text(this.#name.get(row)) === '(root)' && this.pool.text(this.#url.get(row)) === '';
  }

  #frames(builder: ProfileBuilder): Int32Array {
    const frames = new Int32Array(this.#ids.length);
    const known = new Map<string, number>();
    for (let row = 0; row < frames.length; row++) {
      const key = `${this.#name.get(row)} ${this.#url.get(row)} ${this.#line.get(row)} ${this.#column.get(row)}`;
      let frame = known.get(key);
      if (frame === undefined) {
        frame = builder.frame(
          callFrame(
            this.pool.text(this.#name.get(row)),
            this.pool.text(this.#url.get(row)),
            this.#line.get(row),
            this.#column.get(row),
          ),
        );
        known.set(key, frame);
      }
      frames[row] = frame;
    }
    return frames;
  }
}

function number(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
