import { address, type Tagged } from '../../address.ts';
import type { Value } from '../inspect.ts';
import { instanceType } from './heap-object.ts';
import { argumentsOf, type PhysicalFrame } from './js-frames.ts';
import type { TranslatedState, TranslatedValue } from './translated-state.ts';

const MAX_OBJECTS = 4096;
const MAX_WORDS = 8192;
const MIN_SMI = -(2 ** 31);
const MAX_SMI = 2 ** 31 - 1;

/** An object that is being made: its words, of which some are known only once others are made. */
interface Plan {
  readonly at: number;
  readonly content: Buffer;
  readonly words: readonly (TranslatedValue | Value)[];
}

/**
 * Makes the objects that optimized code left unallocated, as the deoptimizer would (TranslatedState::
 * EnsureCapturedObjectAllocatedAt): in memory that is ours, word for word from the translation.
 */
export class Materializer {
  readonly #frame: PhysicalFrame;
  readonly #state: TranslatedState;
  readonly #read: (value: TranslatedValue) => Value;
  readonly #made = new Map<number, Tagged>();

  constructor(frame: PhysicalFrame, state: TranslatedState, read: (value: TranslatedValue) => Value) {
    this.#frame = frame;
    this.#state = state;
    this.#read = read;
  }

  /** How many arguments a rest parameter of the outermost function takes. */
  get restLength(): number {
    return Math.max(0, argumentsOf(this.#frame).length - this.#formals);
  }

  /** The captured object of that id, made now if need be; undefined if it cannot be. */
  objectOf(id: number): Tagged | undefined {
    const plans: Plan[] = [];
    const word = this.#reserve(id, plans);
    if (word === undefined) return undefined;
    for (let i = 0; i < plans.length; i++) {
      if (plans.length > MAX_OBJECTS) return undefined;
      this.#write(plans[i]!, plans);
    }
    return word;
  }

  /** Parameters of the outermost function, without the receiver. */
  get #formals(): number {
    const outermost = this.#state.frames.find((f) => f.kind === 'interpreted');
    return outermost === undefined ? 0 : outermost.parameters - 1;
  }

  /** An address for the object, and in `plans` what is to stand there. */
  #reserve(id: number, plans: Plan[]): Tagged | undefined {
    const object = this.#state.objects.get(id);
    if (object?.kind === 'duplicate') return undefined;
    const own = object && 'id' in object ? object.id : id;
    const known = this.#made.get(own);
    if (known !== undefined) return known;
    const words = this.#wordsOf(object);
    if (!words || words.length === 0 || words.length > MAX_WORDS) return undefined;
    const place = this.#frame.runtime.memory.make(8 * words.length);
    if (!place) return undefined;
    const tagged = (place.at + 1) as Tagged;
    this.#made.set(own, tagged);
    plans.push({ at: place.at, content: place.content, words });
    return tagged;
  }

  #wordsOf(object: TranslatedValue | undefined): (TranslatedValue | Value)[] | undefined {
    if (object?.kind === 'arguments-elements') return this.#argumentsElements(object.type);
    if (object?.kind !== 'captured' || object.concat) return undefined;
    const { runtime } = this.#frame;
    const map = object.fields[0];
    const isMap = map?.kind === 'literal' && instanceType(runtime, map.word) === runtime.layout.types.MAP;
    return isMap ? object.fields : undefined;
  }

  /** TranslatedState::CreateArgumentsElementsTranslatedValues: map, length, holes for mapped ones, values. */
  #argumentsElements(type: 'mapped' | 'unmapped' | 'rest'): (TranslatedValue | Value)[] {
    const { isolate } = this.#frame;
    const passed = argumentsOf(this.#frame);
    const elements = type === 'rest' ? passed.slice(this.#formals) : passed;
    const holes = type === 'mapped' ? Math.min(this.#formals, elements.length) : 0;
    const hole: TranslatedValue = { kind: 'literal', word: isolate.root('the_hole_value') };
    return [
      { kind: 'literal', word: isolate.root('fixed_array_map') },
      { kind: 'synthetic', primitive: elements.length },
      ...elements.map((value, i) => (i < holes ? hole : value)),
    ];
  }

  #write(plan: Plan, plans: Plan[]): void {
    const { types } = this.#frame.runtime.layout;
    const map = plan.words[0];
    const type = map?.kind === 'literal' ? this.#typeOfMap(map.word) : undefined;
    // Raw doubles: in a FixedDoubleArray behind map and length, in a HeapNumber behind the map.
    const doubles =
      type === types.FIXED_DOUBLE_ARRAY ? 2 : type === types.HEAP_NUMBER ? 1 : plan.words.length;
    for (const [i, word] of plan.words.entries()) {
      if (i >= doubles) plan.content.writeDoubleLE(this.#number(word), 8 * i);
      else plan.content.writeBigInt64LE(this.#word(word, plans), 8 * i);
    }
  }

  #typeOfMap(map: Tagged): number {
    const { memory, layout } = this.#frame.runtime;
    return memory.u16(address(map - 1 + layout.objects.map.instanceType));
  }

  #number(word: TranslatedValue | Value): number {
    const value = this.#valueOf(word);
    return value.kind === 'synthetic' && typeof value.primitive === 'number' ? value.primitive : Number.NaN;
  }

  #valueOf(word: TranslatedValue | Value): Value {
    return word.kind === 'tagged' ||
      word.kind === 'synthetic' ||
      word.kind === 'absent' ||
      word.kind === 'made' ||
      word.kind === 'listed'
      ? word
      : this.#read(word);
  }

  /** The 64 bits of a tagged field. */
  #word(word: TranslatedValue | Value, plans: Plan[]): bigint {
    const { isolate } = this.#frame;
    if (word.kind === 'captured' || word.kind === 'duplicate' || word.kind === 'arguments-elements') {
      return BigInt(this.#reserve(word.id, plans) ?? this.#optimizedOut());
    }
    const isDouble = word.kind === 'slot' && /double|float/.test(word.type);
    const value = this.#valueOf(word);
    if (value.kind === 'tagged') return BigInt(value.word);
    if (value.kind !== 'synthetic') return BigInt(this.#optimizedOut());
    const { primitive } = value;
    if (typeof primitive === 'boolean') return BigInt(isolate.root(primitive ? 'true_value' : 'false_value'));
    if (typeof primitive !== 'number') return BigInt(this.#optimizedOut());
    const small = Number.isInteger(primitive) && primitive >= MIN_SMI && primitive <= MAX_SMI;
    return small && !isDouble && !Object.is(primitive, -0)
      ? BigInt(primitive) << 32n
      : this.#heapNumber(primitive);
  }

  #heapNumber(value: number): bigint {
    const place = this.#frame.runtime.memory.make(16);
    if (!place) return BigInt(this.#optimizedOut());
    place.content.writeBigInt64LE(BigInt(this.#frame.isolate.root('heap_number_map')), 0);
    place.content.writeDoubleLE(value, 8);
    return BigInt(place.at + 1);
  }

  /** V8's own mark for values that the optimizer dropped; where it has none such, undefined. */
  #optimizedOut(): Tagged {
    const { isolate } = this.#frame;
    const word = isolate.root('optimized_out');
    return Number.isNaN(word) ? isolate.root('undefined_value') : word;
  }
}
