/** Told bytes that are done, of how many. */
export type Progress = (done: number, total: number) => void;

/** Told how much of one pass is done, 0 to 1. */
export type Share = (share: number) => void;

/** What each pass over a heap takes of the time until it is there with its sizes, as measured. */
const PASSES = { load: 0.15, mark: 0.17, connect: 0.38, finish: 0.3 };

export type Pass = keyof typeof PASSES;

/** Makes one progress, in bytes of heap pages, of the passes that a graph is made in. */
export class PassProgress {
  readonly #report: Progress | undefined;
  #total = 0;

  constructor(report?: Progress) {
    this.#report = report;
  }

  /** Bytes of all pages. */
  set total(bytes: number) {
    this.#total = bytes;
  }

  of(pass: Pass): Share {
    const report = this.#report;
    if (!report) return () => undefined;
    let before = 0;
    for (const [name, part] of Object.entries(PASSES)) {
      if (name === pass) break;
      before += part;
    }
    return (share) =>
      report(Math.round((before + PASSES[pass] * Math.min(1, share)) * this.#total), this.#total);
  }
}
