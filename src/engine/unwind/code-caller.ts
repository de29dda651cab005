import { attemptOr } from '../absence.ts';
import { type Address, address, at } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import type { ModuleMap } from '../modules/module-map.ts';
import { callTarget, isBehindCall } from './calls.ts';
import { type FrameShape, frameShapes, nextCall, reaches, returnDistances } from './code-walk.ts';
import type { Architecture, Registers } from './registers.ts';

/** What a program's end, or a thread's, is: C libraries call it with what `main` or the thread's function returned. */
const ENDS = new Set(['exit', '_exit', 'pthread_exit', 'thrd_exit']);
/** Instructions between the two calls. */
const MAX_BETWEEN = 4;
/** How far above the stack pointer a return address is looked for, in words of eight bytes. */
const MAX_WORDS = 2048;
/** A function that a call leads to does not go on for longer before its frame is where a thread is. */
const MAX_FUNCTION = 1 << 16;
/** Instructions that are looked at. */
const MAX_VISITS = 1 << 21;

/**
 * Finds the caller of a frame whose code can be read, but has no call frame information, as that of musl, the C library
 * of Alpine Linux: by how deep the stack is at that instruction. The instructions tell it, from the function's entry on,
 * or to its return. The entry is known by its symbol; that of a local function by the call before a return address on
 * the stack: it is the right one if the function that it calls has the stack that deep where the thread is.
 */
export class CodeCaller {
  readonly #memory: Memory;
  readonly #modules: ModuleMap;
  readonly #isCode: (pc: Address) => boolean;
  /** Of a whole core: a damaged stack may look as if all of its words were return addresses. */
  readonly #budget = { visits: MAX_VISITS };
  /** By where a thread is, and by the function's entry: threads mostly wait at the same places. */
  readonly #shapes = new Map<Address, Map<Address, readonly FrameShape[]>>();
  readonly #distances = new Map<Address, ReadonlySet<number>>();

  constructor(memory: Memory, modules: ModuleMap, isCode: (pc: Address) => boolean) {
    this.#memory = memory;
    this.#modules = modules;
    this.#isCode = isCode;
  }

  /** True if the function that called to `pc` started the program or a thread: what it calls next ends that. */
  isStart({ pc, architecture }: Registers): boolean {
    if (!isSystemV(architecture)) return false;
    const next = nextCall(this.#memory, pc, MAX_BETWEEN);
    const target = next && callTarget(this.#memory, this.#modules, next);
    const module = target && this.#modules.at(target);
    const symbol = module && module.symbols?.covering(target - module.bias, true);
    return symbol !== undefined && ENDS.has(symbol.name);
  }

  /** True if instructions lead from `entry` to the byte at `pc`; also where that cannot be told. */
  isReached(entry: Address, pc: Address, architecture: Architecture): boolean {
    const isReadable = (a: Address) => attemptOr(false, () => this.#memory.bytes(a, 1).length > 0);
    if (!isSystemV(architecture) || !isReadable(entry) || !isReadable(pc)) return true;
    return reaches(this.#memory, entry, pc, this.#budget);
  }

  /** The caller's registers; undefined where nothing proves it. */
  caller(registers: Registers): Registers | undefined {
    if (!isSystemV(registers.architecture)) return undefined;
    return this.#bySymbol(registers) ?? this.#byCalls(registers);
  }

  #bySymbol(registers: Registers): Registers | undefined {
    const { pc } = registers;
    const module = this.#modules.at(pc);
    const symbol = module?.symbols?.covering(pc - module.bias, true);
    if (!module || !symbol) return undefined;
    for (const shape of this.#shapesAt(pc, address(symbol.value + module.bias))) {
      const slot = slotOf(shape, registers);
      if (slot !== undefined && this.#isReturn(slot)) return this.#callerOf(registers, shape, slot);
    }
    return undefined;
  }

  #byCalls(registers: Registers): Registers | undefined {
    const { pc, sp } = registers;
    const own = this.#modules.at(pc);
    const end = this.#memory.regionAt(sp)?.end ?? sp;
    const distances = this.#distancesAt(pc);
    for (let n = 0; n < MAX_WORDS && at(sp, 8 * n) < end; n++) {
      const slot = at(sp, 8 * n);
      if (!this.#isReturn(slot)) continue;
      const target = callTarget(this.#memory, this.#modules, this.#memory.pointer(slot));
      if (target === undefined) {
        if (distances.has(8 * n)) return this.#callerOf(registers, NOTHING_SAVED, slot);
        continue;
      }
      if (target > pc || target < pc - MAX_FUNCTION || this.#modules.at(target) !== own) continue;
      const shape = this.#shapesAt(pc, target).find((s) => slotOf(s, registers) === slot);
      if (shape) return this.#callerOf(registers, shape, slot);
    }
    return undefined;
  }

  #shapesAt(pc: Address, entry: Address): readonly FrameShape[] {
    let byEntry = this.#shapes.get(pc);
    if (!byEntry) {
      byEntry = new Map();
      this.#shapes.set(pc, byEntry);
    }
    let shapes = byEntry.get(entry);
    if (!shapes) {
      shapes = frameShapes(this.#memory, entry, pc, this.#budget);
      byEntry.set(entry, shapes);
    }
    return shapes;
  }

  #distancesAt(pc: Address): ReadonlySet<number> {
    let distances = this.#distances.get(pc);
    if (!distances) {
      distances = new Set(returnDistances(this.#memory, pc, this.#budget));
      this.#distances.set(pc, distances);
    }
    return distances;
  }

  #isReturn(slot: Address): boolean {
    const word = attemptOr(undefined, () => this.#memory.pointer(slot));
    return word !== undefined && this.#isCode(word) && isBehindCall(this.#memory, word);
  }

  #callerOf(registers: Registers, shape: FrameShape, slot: Address): Registers {
    const { architecture } = registers;
    const caller = registers.caller();
    for (const [register, depth] of shape.saved)
      caller.set(
        register,
        attemptOr(undefined, () => this.#memory.u64(at(slot, -depth))),
      );
    caller.set(architecture.pc, this.#memory.u64(slot));
    caller.set(architecture.sp, BigInt(at(slot, 8)));
    return caller;
  }
}

/** x86-64, but for Windows. */
function isSystemV({ name, convention }: Architecture): boolean {
  return name === 'x64' && convention === 'system-v';
}

const NOTHING_SAVED: FrameShape = { depth: undefined, fp: undefined, saved: new Map() };

/** Where the return address is. */
function slotOf({ depth, fp }: FrameShape, registers: Registers): Address | undefined {
  if (depth !== undefined) return at(registers.sp, depth);
  return fp === undefined ? undefined : at(registers.fp, fp);
}
