/** Instructions of A64 that frames are made and left with (Arm ARM, C6.2). */
export const arm64Code = {
  /** stp x29, x30, [sp, #-16]! */
  pushFrame: 0xa9bf7bfd,
  /** ldp x29, x30, [sp], #16 */
  popFrame: 0xa8c17bfd,
  /** mov x29, sp */
  setFp: 0x910003fd,
  /** mov sp, x29 */
  resetSp: 0x910003bf,
  ret: 0xd65f03c0,
} as const;

/** True for `bl`, and `blr` of any register. */
export function isCall(word: number): boolean {
  return word >>> 26 === 0x25 || (word & 0xfffffc1f) >>> 0 === 0xd63f0000;
}
