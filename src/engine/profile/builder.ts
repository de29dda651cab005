import { Float64Column, Int32Column } from '../columns.ts';
import type { Frame, Profile, Unit } from './profile.ts';
import { StackTableBuilder } from './stack-table.ts';

/** Collects what a reader finds into one profile. */
export class ProfileBuilder {
  readonly format: string;
  readonly stacks = new StackTableBuilder();
  readonly notes: string[] = [];
  readonly #frames: Frame[] = [];
  readonly #frameNumbers = new Map<string, number>();
  readonly #measures: { name: string; unit: Unit; values: Float64Column }[];
  readonly #stack = new Int32Column();
  readonly #thread = new Int32Column();
  readonly #time = new Float64Column();
  readonly #threads: string[] = [];
  #timed = true;

  /** `measures` names the columns of values, in the order that `sample` gets them. */
  constructor(format: string, measures: readonly { name: string; unit: Unit }[]) {
    this.format = format;
    this.#measures = measures.map(({ name, unit }) => ({ name, unit, values: new Float64Column() }));
  }

  get sampleCount(): number {
    return this.#stack.length;
  }

  /** Number of a frame; equal frames have one number. */
  frame(frame: Frame): number {
    const key = `${frame.name}\0${frame.source}\0${frame.line}\0${frame.column}\0${frame.tier}\0${frame.module}\0${frame.kind}`;
    let number = this.#frameNumbers.get(key);
    if (number === undefined) {
      number = this.#frames.push(frame) - 1;
      this.#frameNumbers.set(key, number);
    }
    return number;
  }

  thread(name: string): number {
    const found = this.#threads.indexOf(name);
    return found >= 0 ? found : this.#threads.push(name) - 1;
  }

  /**
   * Adds a sample with the value of the first two measures. Times that follow on each other in one stack and
   * thread are one sample.
   */
  sample(stack: number, value: number, second = 0, time = Number.NaN, thread = 0): void {
    const last = this.#stack.length - 1;
    if (
      last >= 0 &&
      !Number.isNaN(time) &&
      this.#stack.get(last) === stack &&
      this.#thread.get(last) === thread &&
      this.#measures[0]!.unit === 'microseconds' &&
      Math.abs(this.#time.get(last) + this.#measures[0]!.values.get(last) - time) < 0.5
    ) {
      this.#measures[0]!.values.add(last, value);
      this.#measures[1]?.values.add(last, second);
      return;
    }
    this.#begin(stack, time, thread);
    this.#measures[0]!.values.push(value);
    this.#measures[1]?.values.push(second);
  }

  /** Adds a sample that has a value in one measure only. */
  weigh(stack: number, measure: number, value: number): void {
    this.#begin(stack, Number.NaN, 0);
    for (const [i, { values }] of this.#measures.entries()) values.push(i === measure ? value : 0);
  }

  #begin(stack: number, time: number, thread: number): void {
    this.#stack.push(stack);
    this.#thread.push(thread);
    this.#time.push(time);
    if (Number.isNaN(time)) this.#timed = false;
  }

  done(): Profile {
    const stacks = this.stacks.done();
    return {
      format: this.format,
      frames: keepUsed(this.#frames, stacks.frame),
      stacks,
      samples: {
        stack: this.#stack.done(),
        time: this.#timed && this.#stack.length > 0 ? this.#time.done() : null,
        thread: this.#thread.done(),
      },
      measures: this.#measures.map(({ name, unit, values }) => ({ name, unit, values: values.done() })),
      threads: this.#threads.length > 0 ? this.#threads : ['all'],
      notes: this.notes,
      type: 'profile',
    };
  }
}

/** Leaves out frames of no stack and renumbers the others, in place. */
function keepUsed(frames: readonly Frame[], frameOfStack: Int32Array): Frame[] {
  const numbers = new Int32Array(frames.length).fill(-1);
  const kept: Frame[] = [];
  for (let stack = 0; stack < frameOfStack.length; stack++) {
    const frame = frameOfStack[stack]!;
    if (numbers[frame]! < 0) numbers[frame] = kept.push(frames[frame]!) - 1;
    frameOfStack[stack] = numbers[frame]!;
  }
  return kept;
}
