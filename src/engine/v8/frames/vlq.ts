/** V8's variable-length quantities (base/vlq.h): 7 bits a byte, low bits first, bit 7 = more follow. */
export class VlqReader {
  readonly #bytes: Uint8Array;
  position: number;

  constructor(bytes: Uint8Array, position = 0) {
    this.#bytes = bytes;
    this.position = position;
  }

  get atEnd(): boolean {
    return this.position >= this.#bytes.length;
  }

  /** The byte at the position, and on to the next; 0 past the end. */
  byte(): number {
    return this.#bytes[this.position++] ?? 0;
  }

  /** Exact below 2^53. */
  unsigned(): number {
    let result = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      result += (byte & 0x7f) * scale;
      if (byte < 0x80 || scale > 2 ** 63) return result;
    }
  }

  /** Sign and magnitude, as base/vlq.h writes it: the lowest bit is the sign. */
  signed(): number {
    const value = this.unsigned();
    return value % 2 === 0 ? value / 2 : -(value - 1) / 2;
  }

  /** Zig-zag, as source position tables have it: 0, -1, 1, -2, ... */
  zigZag(): number {
    const value = this.unsigned();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
