import type { Assumption } from './assumptions.ts';
import { Draw } from './draw.ts';

/** How a program dies. What promises would take away from an exception, `process.abort` ends at once. */
export type Ending = 'throw' | 'abort';

/** What the parts of one program share. */
export class Context {
  readonly draw: Draw;
  readonly isStrict: boolean;
  /** How often the chain of functions is called before the call that ends the program. */
  readonly warmUp: number;
  readonly ending: Ending;
  /** The functions 1 to this one are asynchronous, and each awaits the next one. */
  readonly asyncLevels: number;
  /** The last function's level. */
  readonly depth: number;
  /** What optimized code relies on until the last function changes it. */
  readonly assumption: Assumption | undefined;
  #names = 0;

  constructor(seed: number, assumptions: readonly Assumption[]) {
    const draw = new Draw(seed);
    this.draw = draw;
    this.isStrict = draw.chance(0.4);
    this.warmUp = draw.pick([0, 0, 300, 1500]);
    this.depth = 3 + draw.int(5);
    this.asyncLevels = draw.chance(0.35) ? draw.int(this.depth) : 0;
    this.ending = this.asyncLevels > 0 || draw.chance(0.2) ? 'abort' : 'throw';
    this.assumption = this.warmUp > 0 && draw.chance(0.5) ? draw.pick(assumptions) : undefined;
  }

  /** A name that is nowhere else in the program. */
  unique(prefix: string): string {
    return `${prefix}${this.#names++}`;
  }

  isAsync(level: number): boolean {
    return level <= this.asyncLevels;
  }
}
