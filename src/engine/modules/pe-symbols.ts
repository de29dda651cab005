import { attemptOr } from '../absence.ts';
import { type Address, at } from '../address.ts';
import type { PeDirectory } from '../dump/pe.ts';
import type { Memory } from '../memory/memory.ts';
import { partitionPoint } from '../partition-point.ts';
import type { ExceptionDirectory } from './module.ts';
import { type RuntimeFunction, runtimeFunctionAt, wholeFunction } from './runtime-functions.ts';
import type { ModuleSymbol, SymbolTable } from './symbols.ts';

const MAX_EXPORTS = 1 << 20;
const MAX_NAME = 4096;
const STT_FUNC = 2;
/** Functions that call none have no entry in the exception directory: so far behind an export its own code goes. */
export const MAX_LEAF = 64;

/** What a PE image exports ("PE Format", .edata): names are sorted. Functions end where the exception directory says. */
export class PeSymbolTable implements SymbolTable {
  readonly #memory: Memory;
  readonly #base: Address;
  readonly #exceptions: ExceptionDirectory | undefined;
  readonly #supplied = new Map<string, ModuleSymbol>();
  /** By the order of the names: where each is, and where what it names is. */
  readonly #names: Uint32Array;
  readonly #values: Float64Array;
  #byValue: { readonly values: Float64Array; readonly names: Uint32Array } | undefined;

  constructor(
    memory: Memory,
    base: Address,
    directory: PeDirectory | undefined,
    exceptions: ExceptionDirectory | undefined,
  ) {
    this.#memory = memory;
    this.#base = base;
    this.#exceptions = exceptions;
    const { names, values } = attemptOr({ names: new Uint32Array(0), values: new Float64Array(0) }, () =>
      exportsOf(memory, base, directory),
    );
    this.#names = names;
    this.#values = values;
  }

  /** Names are found by halving: there is nothing to prepare. */
  prepare(): void {}

  supply(symbol: ModuleSymbol): void {
    this.#supplied.set(symbol.name, symbol);
  }

  find(name: string): ModuleSymbol | undefined {
    const supplied = this.#supplied.get(name);
    if (supplied) return supplied;
    const index = this.#firstFrom(name);
    return this.#name(index) === name ? this.#symbol(index) : undefined;
  }

  withPrefix(prefix: string): readonly ModuleSymbol[] {
    const result: ModuleSymbol[] = [];
    for (let i = this.#firstFrom(prefix); this.#name(i)?.startsWith(prefix); i++) {
      const symbol = this.#symbol(i);
      if (symbol) result.push(symbol);
    }
    return result;
  }

  covering(value: number): ModuleSymbol | undefined {
    const whole = this.functionAt(value);
    const found = this.#exportUpTo(whole?.start ?? value);
    if (!found) return undefined;
    if (whole) return found.value === whole.start ? { ...found, size: whole.end - whole.start } : undefined;
    return value - found.value < MAX_LEAF ? { ...found, size: MAX_LEAF } : undefined;
  }

  /** The function of the exception directory that covers an address: where the whole of it begins. */
  functionAt(value: number): RuntimeFunction | undefined {
    const directory = this.#exceptions;
    const part =
      directory &&
      attemptOr(undefined, () => runtimeFunctionAt(this.#memory, directory, at(this.#base, value)));
    return part && wholeFunction(this.#memory, directory!, part);
  }

  /** The last export at or before a place. */
  #exportUpTo(value: number): ModuleSymbol | undefined {
    this.#byValue ??= this.#sorted();
    const { values, names } = this.#byValue;
    const before = partitionPoint(values.length, (n) => values[n]! <= value);
    return before === 0 ? undefined : this.#symbol(names[before - 1]!);
  }

  #sorted() {
    const names = Uint32Array.from(this.#names.keys()).sort((a, b) => this.#values[a]! - this.#values[b]!);
    return { names, values: Float64Array.from(names, (i) => this.#values[i]!) };
  }

  #symbol(index: number): ModuleSymbol | undefined {
    const name = this.#name(index);
    const value = this.#values[index] ?? Number.NaN;
    return name === undefined || !(value > 0) ? undefined : { name, value, size: 0, type: STT_FUNC };
  }

  #name(index: number): string | undefined {
    const offset = this.#names[index];
    if (offset === undefined) return undefined;
    return attemptOr(undefined, () => this.#memory.cString(at(this.#base, offset), MAX_NAME));
  }

  /** Index of the first name that is not less than `text`. */
  #firstFrom(text: string): number {
    return partitionPoint(this.#names.length, (n) => (this.#name(n) ?? '') < text);
  }
}

/** Throws a Fault. Values of exports that other modules are to give are 0. */
function exportsOf(memory: Memory, base: Address, directory: PeDirectory | undefined) {
  const start = directory === undefined ? undefined : at(base, directory.start);
  const word = (offset: number) => (start === undefined ? 0 : memory.u32(at(start, offset)));
  const functions = Math.min(word(20), MAX_EXPORTS);
  const count = Math.min(word(24), MAX_EXPORTS);
  const [addresses, texts, ordinals] = [28, 32, 36].map((offset) => at(base, word(offset)));
  const table = count === 0 ? Buffer.alloc(0) : memory.bytes(addresses!, 4 * functions);
  const names = new Uint32Array(count);
  const values = new Float64Array(count);
  const textBytes = memory.bytes(texts!, 4 * count);
  const ordinalBytes = memory.bytes(ordinals!, 2 * count);
  const { start: from, bytes } = directory ?? { start: 0, bytes: 0 };
  for (let i = 0; i < count; i++) {
    names[i] = textBytes.readUInt32LE(4 * i);
    const ordinal = ordinalBytes.readUInt16LE(2 * i);
    const value = ordinal < functions ? table.readUInt32LE(4 * ordinal) : 0;
    values[i] = value >= from && value < from + bytes ? 0 : value;
  }
  return { names, values };
}
