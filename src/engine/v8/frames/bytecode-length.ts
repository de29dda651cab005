/** Wide, ExtraWide, DebugBreakWide, DebugBreakExtraWide: the first four bytecodes of every line. */
const PREFIXES = 4;

/**
 * Length of the bytecode instruction at `offset`, with its prefix; 0 if there is none. `sizes` is
 * V8Runtime.bytecodeSizes.
 */
export function bytecodeLength(bytecodes: Uint8Array, offset: number, sizes: readonly Uint8Array[]): number {
  const first = bytecodes[offset];
  if (first === undefined) return 0;
  if (first >= PREFIXES) return sizes[0]?.[first] ?? 0;
  const second = bytecodes[offset + 1];
  const size = second === undefined ? undefined : sizes[1 + (first & 1)]?.[second];
  return size === undefined ? 0 : 1 + size;
}

/** True if an instruction starts at `offset`. */
export function isInstructionStart(
  bytecodes: Uint8Array,
  offset: number,
  sizes: readonly Uint8Array[],
): boolean {
  let i = 0;
  while (i < offset) {
    const size = bytecodeLength(bytecodes, i, sizes);
    if (size === 0) return false;
    i += size;
  }
  return i === offset && offset < bytecodes.length;
}
