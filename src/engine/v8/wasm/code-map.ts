import { attemptOr } from '../../absence.ts';
import { type Address, at } from '../../address.ts';
import type { Memory } from '../../memory/memory.ts';
import type { WasmLayout } from '../layout/wasm-layout.ts';

const MAX_DEPTH = 128;
const MAX_NEW_CODE = 1 << 16;

/**
 * The std::map of a module's code by address, and the vector behind it with code that is not in the map yet
 * (NativeModule::owned_code_, new_owned_code_). Both are a red-black tree, libstdc++'s with its header node in the map,
 * Microsoft's with a pointer to it.
 */
export class CodeMap {
  readonly #memory: Memory;
  readonly #layout: WasmLayout['codeMap'];
  readonly #header: Address;
  readonly #newCode: Address;

  /** `member`: where in the module it may be. */
  constructor(memory: Memory, layout: WasmLayout['codeMap'], member: Address) {
    this.#memory = memory;
    this.#layout = layout;
    this.#header = layout.isPointer ? memory.pointer(member) : member;
    this.#newCode = at(member, layout.newCode);
  }

  /** True if it looks like the map of a module: `isCode` tells what its code is, given where it should start. */
  isOne(isCode: (code: Address, start: Address | undefined) => boolean): boolean {
    return attemptOr(false, () => {
      const { key, value, parent } = this.#layout;
      const root = this.#root;
      if (root === undefined) {
        const all = [...this.newCode()];
        return all.length > 0 && all.every((code) => isCode(code, undefined));
      }
      if (this.#memory.pointer(at(root, parent)) !== this.#header) return false;
      return isCode(this.#memory.pointer(at(root, value)), this.#memory.pointer(at(root, key)));
    });
  }

  /** Down the tree to the code with the greatest start that is not above `pc`. */
  upTo(pc: Address): Address | undefined {
    const { left, right, key, value } = this.#layout;
    const pointer = (node: Address, offset: number) => this.#memory.pointer(at(node, offset));
    let node = this.#root;
    // V8 sorts it by falling addresses; either order will do.
    const falling =
      node !== undefined &&
      pointer(pointer(this.#header, left), key) > pointer(pointer(this.#header, right), key);
    let best: Address | undefined;
    for (let depth = 0; node !== undefined && depth < MAX_DEPTH; depth++) {
      const below = pointer(node, key) <= pc;
      if (below) best = node;
      node = this.#child(node, below === falling ? left : right);
    }
    return best === undefined ? undefined : pointer(best, value);
  }

  *newCode(): Generator<Address> {
    const begin = this.#memory.pointer(this.#newCode);
    const count = (this.#memory.pointer(at(this.#newCode, 8)) - begin) / 8;
    if (!(Number.isInteger(count) && count > 0 && count <= MAX_NEW_CODE)) return;
    for (let i = 0; i < count; i++) yield this.#memory.pointer(at(begin, 8 * i));
  }

  /** Undefined where the map is empty. */
  get #root(): Address | undefined {
    return this.#child(this.#header, this.#layout.parent);
  }

  #child(node: Address, offset: number): Address | undefined {
    const child = this.#memory.pointer(at(node, offset));
    const none = this.#layout.isPointer ? this.#header : 0;
    return child === none ? undefined : child;
  }
}
