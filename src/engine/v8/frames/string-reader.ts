import { Fault } from '../../absence.ts';
import { at, type Tagged } from '../../address.ts';
import type { V8Runtime } from '../runtime.ts';
import { field, instanceType, smiValue, untag } from './heap-object.ts';

const MAX_LENGTH = 2 ** 29;
const MAX_PARTS = 1 << 24;

interface Part {
  readonly word: Tagged;
  readonly start: number;
  readonly length: number;
}

/** Text of a String of any representation, cut after `max` characters; undefined if `word` is no string. */
export function readString(runtime: V8Runtime, word: Tagged, max = MAX_LENGTH): string | undefined {
  const type = instanceType(runtime, word);
  if (type === undefined || !runtime.layout.isString(type)) return undefined;
  const { string } = runtime.layout.objects;
  const whole = Math.min(runtime.memory.u32(at(untag(word), string.length)), max);
  const text: string[] = [];
  const todo: Part[] = [{ word, start: 0, length: whole }];
  for (let n = 0; todo.length > 0; n++) {
    // Strings that contain themselves end here; sound ones have few parts more than characters.
    if (n > Math.min(4 * whole + 1024, MAX_PARTS)) throw new Fault(untag(word), 'a string of too many parts');
    const part = todo.pop()!;
    if (part.length <= 0) continue;
    readPart(runtime, part, todo, text);
  }
  return text.join('');
}

/** Appends the characters of a flat string to `text`, or pushes what an indirect one is made of. */
function readPart(runtime: V8Runtime, part: Part, todo: Part[], text: string[]): void {
  const { memory, layout } = runtime;
  const { string } = layout.objects;
  const { word, start, length } = part;
  const type = instanceType(runtime, word);
  if (type === undefined || !layout.isString(type)) throw new Fault(untag(word), 'part of a string is none');
  const own = memory.u32(at(untag(word), string.length));
  if (start + length > own || own > MAX_LENGTH)
    throw new Fault(untag(word), 'a string shorter than its parts');
  const width = (type & string.encodingMask) === string.oneByteTag ? 1 : 2;
  const characters = (base: number) => {
    const bytes = memory.bytes(at(base as never, start * width), length * width);
    text.push(bytes.toString(width === 1 ? 'latin1' : 'utf16le'));
  };
  switch (type & string.representationMask) {
    case string.seqTag:
      characters(untag(word) + string.chars);
      return;
    case string.externalTag: {
      const uncached = (type & string.uncachedMask) !== 0;
      const base = uncached
        ? memory.pointer(at(memory.pointer(at(untag(word), string.externalResource)), string.resourceData))
        : memory.pointer(at(untag(word), string.externalData));
      characters(base);
      return;
    }
    case string.slicedTag:
      todo.push({
        word: field(runtime, word, string.slicedParent),
        start: start + smiValue(field(runtime, word, string.slicedOffset)),
        length,
      });
      return;
    case string.thinTag:
      todo.push({ word: field(runtime, word, string.thinActual), start, length });
      return;
    case string.consTag: {
      const first = field(runtime, word, string.consFirst);
      const firstLength = memory.u32(at(untag(first), string.length));
      const inFirst = Math.max(0, Math.min(length, firstLength - start));
      todo.push({
        word: field(runtime, word, string.consSecond),
        start: Math.max(0, start - firstLength),
        length: length - inFirst,
      });
      todo.push({ word: first, start, length: inFirst });
      return;
    }
    default:
      throw new Fault(untag(word), `string representation ${type & string.representationMask}`);
  }
}
