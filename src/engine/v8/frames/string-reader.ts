import { Fault } from '../../absence.ts';
import { type Address, address, at, type Tagged } from '../../address.ts';
import type { V8Runtime } from '../runtime.ts';
import { instanceType, isHeapObject, smiValue, untag } from './heap-object.ts';

/** String::kMaxLength of 64-bit builds. */
const MAX_LENGTH = 2 ** 29;
const MAX_PARTS = 1 << 24;
/** Characters that are copied one by one rather than as a block. */
const SHORT = 16;

/** Text of a String of any representation, cut after `max` characters; undefined if `word` is no string. */
export function readString(runtime: V8Runtime, word: Tagged, max = MAX_LENGTH): string | undefined {
  const type = instanceType(runtime, word);
  if (type === undefined || !runtime.layout.isString(type)) return undefined;
  const { string } = runtime.layout.objects;
  const length = Math.min(runtime.memory.u32(at(untag(word), string.length)), max);
  if (length > MAX_LENGTH) throw new Fault(untag(word), `a string of ${length} characters`);
  if (length === 0) return '';
  const isOneByte = (type & string.encodingMask) === string.oneByteTag;
  if ((type & string.representationMask) === string.seqTag) {
    const bytes = runtime.memory.bytes(at(untag(word), string.chars), isOneByte ? length : 2 * length);
    return bytes.toString(isOneByte ? 'latin1' : 'utf16le');
  }
  const narrow = isOneByte ? new Flattener(runtime, word, length, 1).text() : undefined;
  return narrow ?? new Flattener(runtime, word, length, 2).text();
}

/** Copies the parts of a string into one buffer, without recursion: cons strings can be millions deep. */
class Flattener {
  readonly #runtime: V8Runtime;
  readonly #root: Tagged;
  readonly #length: number;
  readonly #width: 1 | 2;
  readonly #target: Buffer;
  readonly #types = new Map<Tagged, number>();
  #filled = 0;
  /** Parts that are still to come, the next last: word, first character, number of characters. */
  readonly #todo: number[] = [];

  constructor(runtime: V8Runtime, root: Tagged, length: number, width: 1 | 2) {
    this.#runtime = runtime;
    this.#root = root;
    this.#length = length;
    this.#width = width;
    this.#target = Buffer.alloc(length * width);
  }

  /** Undefined if a part has wider characters than the buffer. */
  text(): string | undefined {
    this.#todo.push(this.#root, 0, this.#length);
    // Strings that contain themselves end here; sound ones have few parts more than characters.
    const limit = Math.min(4 * this.#length + 1024, MAX_PARTS);
    for (let n = 0; this.#todo.length > 0; n++) {
      if (n > limit) throw new Fault(untag(this.#root), 'a string of too many parts');
      const length = this.#todo.pop()!;
      const start = this.#todo.pop()!;
      const word = this.#todo.pop()! as Tagged;
      if (length > 0 && !this.#part(word, start, length)) return undefined;
    }
    return this.#target.toString(this.#width === 1 ? 'latin1' : 'utf16le');
  }

  #part(word: Tagged, start: number, length: number): boolean {
    const { memory, layout } = this.#runtime;
    const { string } = layout.objects;
    if (!isHeapObject(word)) throw new Fault(untag(this.#root), 'part of a string is none');
    const base = word - 1;
    const type = this.#typeOf(word);
    if (start + length > memory.u32(address(base + string.length))) {
      throw new Fault(address(base), 'a string shorter than its parts');
    }
    switch (type & string.representationMask) {
      case string.seqTag:
        return this.#copy(type, address(base + string.chars), start, length);
      case string.externalTag:
        return this.#copy(type, this.#externalData(type, address(base)), start, length);
      case string.slicedTag: {
        const offset = smiValue(memory.tagged(address(base + string.slicedOffset)));
        this.#todo.push(memory.tagged(address(base + string.slicedParent)), start + offset, length);
        return true;
      }
      case string.thinTag:
        this.#todo.push(memory.tagged(address(base + string.thinActual)), start, length);
        return true;
      case string.consTag:
        this.#cons(base, start, length);
        return true;
      default:
        throw new Fault(address(base), `string representation ${type & string.representationMask}`);
    }
  }

  #cons(base: number, start: number, length: number): void {
    const { memory, layout } = this.#runtime;
    const { string } = layout.objects;
    const first = memory.tagged(address(base + string.consFirst));
    if (!isHeapObject(first)) throw new Fault(address(base), 'part of a string is none');
    const firstLength = memory.u32(address(first - 1 + string.length));
    const inFirst = Math.max(0, Math.min(length, firstLength - start));
    if (inFirst < length) {
      const second = memory.tagged(address(base + string.consSecond));
      this.#todo.push(second, Math.max(0, start - firstLength), length - inFirst);
    }
    if (inFirst > 0) this.#todo.push(first, start, inFirst);
  }

  #externalData(type: number, base: Address): Address {
    const { memory, layout } = this.#runtime;
    const { string } = layout.objects;
    if ((type & string.uncachedMask) === 0) return memory.pointer(at(base, string.externalData));
    return memory.pointer(at(memory.pointer(at(base, string.externalResource)), string.resourceData));
  }

  #typeOf(word: Tagged): number {
    const map = this.#runtime.memory.tagged(untag(word));
    let type = this.#types.get(map);
    if (type === undefined) {
      type = instanceType(this.#runtime, word);
      if (type === undefined || !this.#runtime.layout.isString(type)) {
        throw new Fault(untag(word), 'part of a string is none');
      }
      this.#types.set(map, type);
    }
    return type;
  }

  #copy(type: number, data: Address, start: number, length: number): boolean {
    const { memory, layout } = this.#runtime;
    const { encodingMask, oneByteTag } = layout.objects.string;
    const width = (type & encodingMask) === oneByteTag ? 1 : 2;
    if (width > this.#width) return false;
    if (width === this.#width && length > SHORT) {
      memory.bytes(at(data, start * width), length * width).copy(this.#target, this.#filled * width);
    } else {
      for (let i = 0; i < length; i++) {
        const from = at(data, (start + i) * width);
        const code = width === 1 ? memory.u8(from) : memory.u16(from);
        if (this.#width === 1) this.#target[this.#filled + i] = code;
        else this.#target.writeUInt16LE(code, 2 * (this.#filled + i));
      }
    }
    this.#filled += length;
    return true;
  }
}
