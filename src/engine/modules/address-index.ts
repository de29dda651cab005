import { lowerBound } from '../columns.ts';

/** Bits that tell entries of one address apart: there are not more entries. */
const INDEX = 2 ** 21;
const FIRST_CAPACITY = 1 << 12;

/** Numbers of 32 bits by addresses of 32 bits, of which two million are kept: eight bytes for each. */
export class AddressIndex {
  /** Address times INDEX, plus the number of the entry: these are sorted without a comparison function. */
  #keys = new Float64Array(FIRST_CAPACITY);
  #values = new Uint32Array(FIRST_CAPACITY);
  #count = 0;
  #sorted: { readonly addresses: Uint32Array; readonly values: Uint32Array } | undefined;

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** All are added before the first one is asked for. */
  add(address: number, value: number): void {
    const count = this.#count;
    if (count === INDEX) return;
    if (count === this.#keys.length) {
      const [keys, values] = [this.#keys, this.#values];
      this.#keys = new Float64Array(2 * count);
      this.#values = new Uint32Array(2 * count);
      this.#keys.set(keys);
      this.#values.set(values);
    }
    this.#keys[count] = address * INDEX + count;
    this.#values[count] = value;
    this.#count++;
  }

  /** The first entry that was added for the greatest address up to this one. */
  upTo(address: number): { readonly address: number; readonly value: number } | undefined {
    const { addresses, values } = this.#content();
    const last = this.#firstFrom(address + 1) - 1;
    const found = addresses[last];
    return found === undefined ? undefined : { address: found, value: values[this.#firstFrom(found)]! };
  }

  /** The least address of an entry behind this one. */
  after(address: number): number | undefined {
    return this.#content().addresses[this.#firstFrom(address + 1)];
  }

  #firstFrom(address: number): number {
    const { addresses } = this.#content();
    return lowerBound(addresses, address);
  }

  #content() {
    if (!this.#sorted) {
      const keys = this.#keys.subarray(0, this.#count).sort();
      this.#sorted = {
        addresses: Uint32Array.from(keys, (key) => Math.floor(key / INDEX)),
        values: Uint32Array.from(keys, (key) => this.#values[key % INDEX]!),
      };
      this.#keys = new Float64Array(0);
      this.#values = new Uint32Array(0);
    }
    return this.#sorted;
  }
}
