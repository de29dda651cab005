/** A word with its bytes in the other order. */
export function swapped(word: number): number {
  return ((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | ((word >>> 24) & 0xff);
}

/** A word with its bits in the other order. */
export function reversed(word: number): number {
  let bits = swapped(word);
  bits = ((bits & 0x0f0f0f0f) << 4) | ((bits >>> 4) & 0x0f0f0f0f);
  bits = ((bits & 0x33333333) << 2) | ((bits >>> 2) & 0x33333333);
  return ((bits & 0x55555555) << 1) | ((bits >>> 1) & 0x55555555);
}
