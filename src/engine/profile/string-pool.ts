const decoder = new TextDecoder();
const encoder = new TextEncoder();

/**
 * Numbers texts by their bytes, so that a name that comes a million times is decoded once. A profile of
 * hundreds of megabytes holds few different names.
 */
export class StringPool {
  /** All texts one after the other. */
  #bytes = new Uint8Array(1 << 16);
  #used = 0;
  /** Start of each text; the next one's start is its end. */
  #starts = new Int32Array(1024);
  #count = 0;
  #hashes = new Int32Array(1024);
  /** Number + 1; 0 is free. */
  #slots = new Int32Array(2048);
  readonly #texts: (string | undefined)[] = [];

  get length(): number {
    return this.#count;
  }

  /** Number of the UTF-8 text in `bytes` from `start` to `end`. */
  number(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashOf(bytes, start, end);
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const found = this.#slots[slot]! - 1;
      if (found < 0) return this.#add(slot, hash, bytes, start, end);
      if (this.#hashes[found] === hash && this.#equals(found, bytes, start, end)) return found;
    }
  }

  numberOfText(text: string): number {
    const bytes = encoder.encode(text);
    return this.number(bytes, 0, bytes.length);
  }

  /** True if `bytes` from `start` on hold the text of that number and `closing` behind it. */
  follows(number: number, bytes: Uint8Array, start: number, closing: number): boolean {
    const from = this.#starts[number]!;
    const length = this.#end(number) - from;
    if (bytes[start + length] !== closing) return false;
    for (let i = 0; i < length; i++) if (this.#bytes[from + i] !== bytes[start + i]) return false;
    return true;
  }

  byteLength(number: number): number {
    return this.#end(number) - this.#starts[number]!;
  }

  text(number: number): string {
    let text = this.#texts[number];
    if (text === undefined) {
      text = decoder.decode(this.#bytes.subarray(this.#starts[number]!, this.#end(number)));
      this.#texts[number] = text;
    }
    return text;
  }

  #end(number: number): number {
    return number + 1 < this.#count ? this.#starts[number + 1]! : this.#used;
  }

  #equals(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#starts[number]!;
    if (this.#end(number) - from !== end - start) return false;
    for (let i = 0; i < end - start; i++) if (this.#bytes[from + i] !== bytes[start + i]) return false;
    return true;
  }

  #add(slot: number, hash: number, bytes: Uint8Array, start: number, end: number): number {
    const number = this.#count++;
    if (number === this.#starts.length) {
      this.#starts = grown(this.#starts, number * 2);
      this.#hashes = grown(this.#hashes, number * 2);
    }
    this.#starts[number] = this.#used;
    this.#hashes[number] = hash;
    this.#slots[slot] = number + 1;
    const needed = this.#used + end - start;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes.subarray(start, end), this.#used);
    this.#used = needed;
    if (this.#count * 2 > this.#slots.length) this.#rehash();
    return number;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let number = 0; number < this.#count; number++) {
      let slot = this.#hashes[number]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = number + 1;
    }
    this.#slots = slots;
  }
}

/** Four bytes a step: most time of reading a profile goes by here. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = (end - start) ^ 0x811c9dc5;
  let i = start;
  for (; i + 4 <= end; i += 4) {
    const word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash ^ (hash >>> 13);
}

function grown(values: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(values);
  return larger;
}
