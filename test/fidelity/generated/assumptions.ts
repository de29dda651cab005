/** Something that optimized code is compiled for, and that marks this code for deoptimization when it changes. */
export interface Assumption {
  readonly setup: string;
  /** An expression that relies on it. */
  readonly use: (value: string) => string;
  /** The statement after which it no longer holds. */
  readonly change: string;
}

/** Methods of prototypes, fields that were set once, and fields that held small integers only. */
export const assumptions: readonly Assumption[] = [
  {
    setup: 'class Shared {\nstep(value) { return 1; }\n}\nconst shared = new Shared();',
    use: (value) => `shared.step(${value})`,
    change: 'Shared.prototype.step = function slower() { return 2; };',
  },
  {
    setup: 'class Rate {\nconstructor() { this.factor = 3; }\n}\nconst rate = new Rate();',
    use: () => 'rate.factor * 2',
    change: 'rate.factor = 4;',
  },
  {
    setup: 'class Point {\nconstructor(x) { this.x = x; }\n}\nconst point = new Point(1);',
    use: () => 'point.x + 1',
    change: 'keep(new Point(1.5));',
  },
];
