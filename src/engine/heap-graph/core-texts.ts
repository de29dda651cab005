import type { Address } from '../address.ts';
import type { StringTable } from '../graph/string-table.ts';
import type { Memory } from '../memory/memory.ts';
import type { ObjectAddresses } from './object-addresses.ts';
import type { StringArena } from './string-arena.ts';

/** V8 cuts names in snapshots (StringsStorage, --heap-snapshot-string-limit). */
export const MAX_NAME = 1024;

/** Bytes before the characters of a text: map, hash, length. */
const HEADER = 16;
const WINDOW = 1 << 18;

/** Texts of one byte a character that lie in their objects, by ordinal from `first` on. */
export interface TextNodes {
  /** Id of the text of the node `first`; the next ordinal's follows. */
  readonly firstId: number;
  readonly first: number;
  /** Ordinal behind the last node that may be such a text. */
  readonly end: number;
  readonly addresses: ObjectAddresses;
}

/**
 * The texts of a graph that is made from a core. Contents of strings are most of them, and hardly one is ever
 * asked for: they stay in the dump, each with an id of its own, until equal ones are to be told. All others are
 * kept in an arena.
 */
export class CoreTexts implements StringTable {
  readonly #arena: StringArena;
  readonly #nodes: TextNodes;
  readonly #memory: Memory;
  readonly #window = new Int32Array(WINDOW / 4);
  readonly #bytes = Buffer.from(this.#window.buffer);
  /** Address of the window's first byte, and how many of its bytes are there. */
  #start = -1;
  #held = 0;
  /** Where in the window the object stands that was found last. */
  #at = 0;
  #isInterned = false;

  constructor(arena: StringArena, nodes: TextNodes, memory: Memory) {
    this.#arena = arena;
    this.#nodes = nodes;
    this.#memory = memory;
  }

  get count(): number {
    return this.#arena.count;
  }

  text(id: number): string {
    if (!this.#isOfNode(id)) return this.#arena.text(id);
    const length = this.#find(id);
    const from = this.#at + HEADER;
    return this.#bytes.toString('latin1', from, from + length);
  }

  latin1(id: number): Uint8Array | undefined {
    if (!this.#isOfNode(id)) return this.#arena.latin1(id);
    const length = this.#find(id);
    const from = this.#at + HEADER;
    return this.#bytes.subarray(from, from + length);
  }

  intern(names: Uint32Array): void {
    if (this.#isInterned) return;
    this.#isInterned = true;
    for (let node = this.#nodes.first; node < this.#nodes.end; node++) {
      const id = names[node]!;
      if (!this.#isOfNode(id)) continue;
      const length = this.#find(id);
      names[node] = this.#arena.addLatin1(this.#window, (this.#at + HEADER) / 4, length);
    }
  }

  close(): void {}

  #isOfNode(id: number): boolean {
    const { firstId, first, end } = this.#nodes;
    return id >= firstId && id < firstId + end - first;
  }

  /** Brings a text into the window; returns its length, as far as names go. */
  #find(id: number): number {
    const { firstId, first, addresses } = this.#nodes;
    const address = addresses.of(first + id - firstId);
    const isHeld = address >= this.#start && address + HEADER + MAX_NAME <= this.#start + this.#held;
    // Close to where the dump has a gap, no window holds more than one that begins with the text.
    if (!isHeld && address !== this.#start) {
      this.#start = address;
      this.#held = this.#memory.copy(address as Address, this.#bytes);
    }
    this.#at = address - this.#start;
    const length = this.#at + HEADER <= this.#held ? this.#window[this.#at / 4 + 3]! : 0;
    // A length that does not fit makes no sense.
    if (!(length >= 0 && address + HEADER + length <= addresses.areaEnd)) return 0;
    return Math.max(0, Math.min(length, MAX_NAME, this.#held - this.#at - HEADER));
  }
}
