/** Bytes of the CONTEXT of x64 (winnt.h). */
const CONTEXT = 1232;
const FLOATING = 0x100;
const FXSAVE = 512;
const EFLAGS = 0x44;
/** Words of elf_gregset_t of x86-64 (asm/user_64.h): where each has its value in a CONTEXT. */
const WORDS: readonly (number | undefined)[] = [
  ...[0xf0, 0xe8, 0xe0, 0xd8, 0xa0, 0x90, 0xd0, 0xc8, 0xc0, 0xb8, 0x78, 0x80, 0x88, 0xa8, 0xb0],
  ...[undefined, 0xf8, undefined, undefined, 0x98],
];
const EFLAGS_WORD = 18;
const GREGSET_WORDS = 27;

export function isWholeContext(context: Buffer): boolean {
  return context.length >= CONTEXT;
}

/** A thread's CONTEXT as the kernel of Linux would write it: elf_gregset_t and the FXSAVE area. */
export function gregsetOfContext(context: Buffer): { registers: Buffer; floating: Buffer } {
  const registers = Buffer.alloc(8 * GREGSET_WORDS);
  for (const [word, offset] of WORDS.entries())
    if (offset !== undefined) context.copy(registers, 8 * word, offset, offset + 8);
  registers.writeUInt32LE(context.readUInt32LE(EFLAGS), 8 * EFLAGS_WORD);
  return { registers, floating: context.subarray(FLOATING, FLOATING + FXSAVE) };
}
