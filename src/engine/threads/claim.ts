/**
 * Calls `run` with numbers below `count` until all are claimed, by this thread or by others that do the same:
 * `next`, which they share, is the first number that is not.
 */
export function claimEach(next: Int32Array, count: number, run: (n: number) => void): void {
  for (let n = Atomics.add(next, 0, 1); n < count; n = Atomics.add(next, 0, 1)) run(n);
}
