/**
 * Number types of the engine. User-space addresses of every supported architecture fit in 48 bits, so they
 * are plain numbers with a brand; 64-bit words that may be anything else are read as `bigint`.
 */
declare const brand: unique symbol;

/** A virtual address in the dumped process, in bytes. */
export type Address = number & { readonly [brand]: 'Address' };

/**
 * A V8 tagged word as a signed 64-bit integer held in a double: a Smi is `value * 2^32` (exact), a heap
 * pointer is the address with its tag bits (exact below 2^53). A word that is neither is `NaN`.
 */
export type Tagged = number & { readonly [brand]: 'Tagged' };

export function address(value: number): Address {
  return value as Address;
}

/** `base` moved by `bytes`. */
export function at(base: Address, bytes: number): Address {
  return (base + bytes) as Address;
}

/** `0x…` as every output of the project writes addresses. */
export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

/** Parses `0x…`; undefined if the text is not a hexadecimal address below 2^53. */
export function parseHex(text: string): Address | undefined {
  if (!/^0x[0-9a-f]{1,14}$/i.test(text)) return undefined;
  const value = Number.parseInt(text, 16);
  return Number.isSafeInteger(value) ? (value as Address) : undefined;
}
