import { attemptOr } from '../absence.ts';
import { type Address, address } from '../address.ts';
import { type CodeBytes, decode, type Instruction, NONE } from '../emulation/x64/instruction.ts';
import type { Memory } from '../memory/memory.ts';
import { processorOrder, x64Architecture } from './x64.ts';

const RSP = 4;
const RBP = 5;
const PRESERVED = new Set(x64Architecture.preserved);
const MAX_VISITS = 1 << 14;
/** Depths of the stack at one instruction. */
const MAX_SHAPES = 4;

/** Where a frame has what its function found: all in bytes below the place that holds the return address. */
export interface FrameShape {
  /** The stack pointer; undefined where it is moved by amounts that are not constants. */
  readonly depth: number | undefined;
  /** The frame pointer, once it points into the frame. */
  readonly fp: number | undefined;
  /** Registers of the caller, by their DWARF numbers. */
  readonly saved: ReadonlyMap<number, number>;
}

/** How many instructions may still be looked at. */
export interface WalkBudget {
  visits: number;
}

const ENTRY: FrameShape = { depth: 0, fp: undefined, saved: new Map() };

/**
 * The frame of a function at `pc`, by its instructions from `entry` on. What a compiler would have written as call frame
 * information follows from them: whichever way they take, the stack is as deep. There are several answers, the likelier
 * ones first, where code that follows a call was taken for its continuation, and the call never returns.
 */
export function frameShapes(memory: Memory, entry: Address, pc: Address, budget: WalkBudget): FrameShape[] {
  const found: FrameShape[] = [];
  walk(memory, entry, budget, (at, shape) => {
    if (at === pc) found.push(shape);
    return undefined;
  });
  return found;
}

/** True if instructions lead from `entry` to the one that the byte at `pc` is of. */
export function reaches(memory: Memory, entry: Address, pc: Address, budget: WalkBudget): boolean {
  return walk(memory, entry, budget, (at, _, i) => (at <= pc && pc < i.next ? true : undefined)) === true;
}

/**
 * How far above the stack pointer the return address is, by the ways from `pc` to where the function returns: several
 * if code behind a call that never returns was taken for the same function. The nearest way comes first.
 */
export function returnDistances(memory: Memory, pc: Address, budget: WalkBudget): number[] {
  const found = new Set<number>();
  walk(memory, pc, budget, (_, { depth }, i) => {
    if ((i.opcode === 0xc2 || i.opcode === 0xc3) && depth !== undefined && depth <= 0) found.add(-depth);
    return undefined;
  });
  return [...found];
}

/** Where the next direct call returns to, if there are few other instructions before it, and none of these jumps. */
export function nextCall(memory: Memory, pc: Address, most: number): Address | undefined {
  const code = codeOf(memory);
  let at: number = pc;
  for (let n = 0; n <= most; n++) {
    const i = attemptOr(undefined, () => decode(code, at));
    if (!i || followers(i).length !== 1 || followers(i)[0] !== i.next) return undefined;
    if (i.opcode === 0xe8) return address(i.next);
    at = i.next;
  }
  return undefined;
}

/**
 * Follows all ways of the code from `start` on, one instruction after the other, those with fewer calls first, until
 * `visit` gives something. An instruction is visited again where the stack is of another depth.
 */
function walk<T>(
  memory: Memory,
  start: Address,
  budget: WalkBudget,
  visit: (at: Address, shape: FrameShape, instruction: Instruction) => T | undefined,
): T | undefined {
  const code = codeOf(memory);
  const seen = new Map<number, FrameShape[]>();
  let ways: [Address, FrameShape][] = [[start, ENTRY]];
  for (let calls = 0, visits = 0; ways.length > 0; calls++) {
    const behindCalls: [Address, FrameShape][] = [];
    for (let n = 0; n < ways.length; n++) {
      const [at, before] = ways[n]!;
      const known = seen.get(at);
      if (
        known &&
        (known.length >= MAX_SHAPES || known.some((s) => s.depth === before.depth && s.fp === before.fp))
      )
        continue;
      if (++visits > MAX_VISITS || --budget.visits < 0) return undefined;
      if (known) known.push(before);
      else seen.set(at, [before]);
      const instruction = attemptOr(undefined, () => decode(code, at));
      if (!instruction) continue;
      const found = visit(at, before, instruction);
      if (found !== undefined) return found;
      const after = shapeAfter(instruction, before);
      const next = isCall(instruction) ? behindCalls : ways;
      for (const place of followers(instruction)) next.push([address(place), after]);
    }
    ways = behindCalls;
  }
  return undefined;
}

function isCall({ opcode, reg }: Instruction): boolean {
  return opcode === 0xe8 || (opcode === 0xff && (reg & 6) === 2);
}

function codeOf(memory: Memory): CodeBytes {
  return {
    bytes: (at, count) => {
      const end = memory.regionAt(address(at))?.end ?? at;
      return memory.bytes(address(at), Math.max(1, Math.min(count, end - at)));
    },
  };
}

/** Where the code goes on (Intel SDM volume 2): behind calls, too. */
function followers(i: Instruction): readonly number[] {
  const op = i.opcode;
  if (op === 0xe9 || op === 0xeb) return [i.next + i.immediate];
  if (op >> 4 === 7 || op >> 4 === 0x18) return [i.next, i.next + i.immediate];
  const isEnd =
    // ret, hlt, int3, ud2
    op === 0xc2 || op === 0xc3 || op === 0xf4 || op === 0xcc || op === 0x10b;
  // loop, jrcxz; enter; jmp through a register or memory
  const isUnknown = (op >= 0xe0 && op <= 0xe3) || op === 0xc8 || (op === 0xff && (i.reg & 6) === 4);
  return isEnd || isUnknown ? [] : [i.next];
}

function shapeAfter(i: Instruction, shape: FrameShape): FrameShape {
  const { opcode: op } = i;
  const moved = (bytes: number): FrameShape => ({
    ...shape,
    depth: shape.depth === undefined ? undefined : shape.depth + bytes,
  });
  if (op >= 0x50 && op <= 0x57) return pushed(i.reg, moved(8));
  if (op >= 0x58 && op <= 0x5f) return popped(i.reg, moved(-8));
  if (op === 0x68 || op === 0x6a || op === 0x9c || (op === 0xff && (i.reg & 7) === 6)) return moved(8);
  if (op === 0x9d || (op === 0x8f && (i.reg & 7) === 0)) return moved(-8);
  if (op === 0xc9) {
    const { fp } = shape;
    return popped(RBP, { ...shape, depth: fp === undefined ? undefined : fp - 8 });
  }
  if (i.rm === RSP && (op === 0x81 || op === 0x83)) {
    const kind = i.reg & 7;
    if (kind === 7) return shape;
    return kind === 0 || kind === 5
      ? moved(kind === 0 ? -i.immediate : i.immediate)
      : { ...shape, depth: undefined };
  }
  return moves(i, shape);
}

/** Moves between registers, and to the stack. */
function moves(i: Instruction, shape: FrameShape): FrameShape {
  const { opcode: op } = i;
  const { depth, fp } = shape;
  const from = i.base === RSP ? depth : i.base === RBP ? fp : undefined;
  const where = from === undefined || i.index !== NONE ? undefined : from - i.displacement;
  if (op === 0x8d && i.reg === RSP) return { ...shape, depth: where };
  if (op === 0x8d && i.reg === RBP) return { ...shape, fp: where };
  const isMove = op === 0x89 || op === 0x8b;
  const target = op === 0x89 ? i.rm : i.reg;
  const source = op === 0x89 ? i.reg : i.rm;
  if (isMove && target === RSP) return { ...shape, depth: source === RBP ? fp : undefined };
  if (isMove && target === RBP) return { ...shape, fp: source === RSP ? depth : undefined };
  if (op === 0x89 && i.rm === NONE && i.size === 8 && where !== undefined)
    return saved(processorOrder[i.reg]!, where, shape);
  // Whatever else a thread does to its stack pointer is not known: of the common ones, or, and, sub, xor and add of registers.
  const isArithmetic = op < 0x40 && (op & 7) < 4;
  if (isArithmetic && op >> 3 !== 7 && ((op & 2) === 0 ? i.rm : i.reg) === RSP)
    return { ...shape, depth: undefined };
  return shape;
}

function pushed(register: number, shape: FrameShape): FrameShape {
  return shape.depth === undefined ? shape : saved(processorOrder[register]!, shape.depth, shape);
}

/** A register that callees keep is written to the stack: for the first time, it still has what the caller had there. */
function saved(register: number, depth: number, shape: FrameShape): FrameShape {
  if (!PRESERVED.has(register) || shape.saved.has(register) || depth <= 0) return shape;
  return { ...shape, saved: new Map(shape.saved).set(register, depth) };
}

function popped(register: number, shape: FrameShape): FrameShape {
  const dwarf = processorOrder[register]!;
  const fp = register === RBP ? undefined : shape.fp;
  const depth = register === RSP ? undefined : shape.depth;
  // Compilers also pop what they pushed as arguments, into registers whose values were saved before.
  const isBack = shape.depth !== undefined && shape.saved.get(dwarf) === shape.depth + 8;
  if (!isBack) return fp === shape.fp && depth === shape.depth ? shape : { ...shape, fp, depth };
  const rest = new Map(shape.saved);
  rest.delete(dwarf);
  return { depth, fp, saved: rest };
}
