import assert from 'node:assert/strict';
import { Fault } from '../../src/engine/absence.ts';
import { address } from '../../src/engine/address.ts';
import { BufferSource } from '../../src/engine/dump/byte-source.ts';
import { Memory, type Region } from '../../src/engine/memory/memory.ts';
import { runtimeFunctionAt } from '../../src/engine/modules/runtime-functions.ts';
import { peCaller } from '../../src/engine/unwind/pe-unwind.ts';
import { type Architecture, Registers } from '../../src/engine/unwind/registers.ts';
import { x64, x64Architecture } from '../../src/engine/unwind/x64.ts';

const IMAGE = 0x1_4000_0000;
const PDATA = 0x4000;
/** Where the image has the unwind information of its i-th function. */
const xdata = (i: number) => 0x5000 + i * 0x400;
const STACK = 0x2_0000_0000;
const WORDS = 0x200;
/** Word i of the stack is this plus i. */
const FILL = 0x7700_0000_0000n;
/** Where rsp stands, in words. */
const SP = 32;

const callee = ['rbx', 'rbp', 'rsi', 'rdi', 'r12', 'r13', 'r14', 'r15'] as const;
const windows: Architecture = { ...x64Architecture, preserved: callee.map((name) => x64[name]) };
type Values = Partial<Record<keyof typeof x64, number>>;
/** Microsoft's numbers, by "struct UNWIND_CODE". */
const [RBX, RBP, RSI, RDI, R12, R13, R14, R15] = [3, 5, 6, 7, 12, 13, 14, 15] as const;

/** A function: where it is in the image, and its unwind information, or where that is. */
type Entry = readonly [start: number, end: number, info: readonly number[] | number];
/** Functions, and instructions by where they are in the image; all else are nops. */
type Image = { readonly entries: readonly Entry[]; readonly code?: Record<number, readonly number[]> };

const low = (word: number) => [word & 0xff, (word >> 8) & 0xff];
const words = (...values: number[]) => values.flatMap((v) => [...low(v), ...low(v >>> 16)]);
/** UNWIND_CODE, and the slots that belong to it. */
const code = (offset: number, op: number, info = 0, ...slots: number[]) =>
  [offset, op | (info << 4)].concat(slots.flatMap(low));
const push = (offset: number, register: number) => code(offset, 0, register);
const small = (offset: number, bytes: number) => code(offset, 2, bytes / 8 - 1);
/** UWOP_EPILOG of a function with an epilogue at its end only, and the slot that makes it two. */
const oneEpilogue = (size: number) => [...code(size, 6, 1), ...code(0, 6)];

type Header = { version?: number; prologue?: number; frame?: number[]; parent?: number[]; count?: number };
/** UNWIND_INFO. `frame` is the frame register and its offset in bytes, `parent` a RUNTIME_FUNCTION. */
function unwindInfo(of: Header, ...codes: number[][]): number[] {
  const slots = codes.flat();
  const { version = 1, prologue = slots[0] ?? 0, frame = [0, 0], parent = [], count = slots.length / 2 } = of;
  const padding = parent.length > 0 && slots.length % 4 !== 0 ? [0xee, 0xee] : [];
  const head = [version | (parent.length > 0 ? 0x20 : 0), prologue, count, frame[0]! | (frame[1]! & 0xf0)];
  return [...head, ...slots, ...padding, ...words(...parent)];
}

const v1 = (...codes: number[][]) => unwindInfo({}, ...codes);
const v2 = (...codes: number[][]) => unwindInfo({ version: 2, prologue: 7 }, ...codes);

function region(start: number, bytes: Buffer): Region {
  const [source, flags] = [new BufferSource(bytes), 6];
  return { start: address(start), end: address(start + bytes.length), flags, source, offset: 0, reason: '' };
}

function memoryOf({ entries, code: instructions = {} }: Image) {
  const image = Buffer.alloc(0x1_0000, 0x90);
  for (const [where, bytes] of Object.entries(instructions)) image.set(bytes, Number(where));
  for (const [i, [start, end, info]] of entries.entries()) {
    image.set(words(start, end, typeof info === 'number' ? info : xdata(i)), PDATA + 12 * i);
    if (typeof info !== 'number') image.set(info, xdata(i));
  }
  const stack = Buffer.alloc(WORDS * 8);
  for (let i = 0; i < WORDS; i++) stack.writeBigUInt64LE(FILL + BigInt(i), i * 8);
  const table = { base: address(IMAGE), start: address(IMAGE + PDATA), bytes: entries.length * 12 };
  return { memory: new Memory([region(IMAGE, image), region(STACK, stack)]), table };
}

/** Where the word is that is `index` words from where rsp stands. */
const word = (index: number) => STACK + 8 * (SP + index);

function registersAt(pc: number, values: Values): Registers {
  const registers = new Registers(windows);
  for (const number of Object.values(x64)) registers.set(number, BigInt(0x1000 + number));
  for (const [name, value] of Object.entries({ rip: IMAGE + pc, rsp: word(0), ...values }))
    registers.set(x64[name as keyof typeof x64], BigInt(value));
  return registers;
}

const callerIn = (image: Image, pc: number, values: Values = {}, exact = true) => {
  const { memory, table } = memoryOf(image);
  return peCaller(memory, table, registersAt(pc, values), exact);
};

/** Counted from rsp's word: what word i has as `i`, the address of word i as `[i]`. */
function told(value = 0n): string {
  const index = Number(value - FILL);
  return index >= 0 && index < WORDS ? `${index - SP}` : `[${(Number(value) - word(0)) / 8}]`;
}

/** What a step gives: rip, rsp, and the callee-saved registers that have changed. */
function step(image: Image, pc: number, values: Values = {}, exact = true): string {
  const caller = callerIn(image, pc, values, exact).registers;
  const before = registersAt(pc, values);
  const changed = callee.filter((name) => caller.get(x64[name]) !== before.get(x64[name]));
  const names = ['rip', 'rsp', ...changed] as const;
  return names.map((name) => `${name} ${told(caller.get(x64[name]))}`).join(' ');
}

const steps = (image: Image, ...pcs: number[]) => pcs.map((pc) => step(image, pc));
const AT = 0x1180;
/** A function from 0x1000 on, with instructions at AT. */
const only = (info: number[], ...bytes: number[]): Image => ({
  entries: [[0x1000, 0x1200, info]],
  code: { [AT]: bytes },
});
/** Functions of 0x100 bytes each, from 0x1000 on. */
const row = (...infos: number[][]): Image => ({
  entries: infos.map((info, i) => [0x1000 + i * 0x100, 0x1100 + i * 0x100, info]),
});
/** What a return gives, after no pop, one of rbx, and those of r12 and rbx. */
const RETURN = 'rip 0 rsp [1]';
const POP_BOTH = 'rip 2 rsp [3] rbx 1 r12 0';
const POP = 'rip 1 rsp [2] rbx 0';
const inBody = (info: number[], values: Values = {}) => step(only(info), AT, values);

describe('exception directories', () => {
  const indirect = (start: number, to: number): Entry => [start, start + 0x100, (PDATA + 12 * to) | 1];
  const direct: Entry[] = [...row(v1()).entries, [0x1100, 0x1180, v1()]];
  const entries = [...direct, indirect(0x2000, 1), indirect(0x3000, 4), indirect(0x3800, 3)];
  const { memory, table } = memoryOf({ entries });
  const found = (pc: number) => runtimeFunctionAt(memory, table, address(IMAGE + pc));

  it('tell the function that covers a pc', () => {
    const first = { start: 0x1000, end: 0x1100, unwindInfo: xdata(0) };
    for (const pc of [0x1000, 0x10ff]) assert.deepEqual(found(pc), first);
    assert.equal(found(0x1100)?.start, 0x1100);
    for (const pc of [0xfff, 0x1180, 0x1fff, 0x2100, 0x3900, -1]) assert.equal(found(pc), undefined);
    assert.equal(runtimeFunctionAt(memory, { ...table, bytes: 11 }, address(IMAGE + 0x1000)), undefined);
  });

  it('lead from indirect entries to those that are meant, once', () => {
    assert.deepEqual(found(0x2050), found(0x1100));
    assert.throws(() => found(0x3050), Fault);
  });
});

describe('unwind codes', () => {
  it('number registers as Microsoft does', () => {
    const pushes = [push(12, R15), push(10, R14), push(8, R13), push(6, R12)];
    const info = v1(...pushes, push(4, RDI), push(3, RSI), push(2, RBP), push(1, RBX));
    assert.equal(inBody(info), 'rip 8 rsp [9] rbx 7 rbp 6 rsi 5 rdi 4 r12 3 r13 2 r14 1 r15 0');
    const { registers } = callerIn(only(v1(...[8, 2, 1, 0].map((register) => push(0, register)))), AT);
    for (const [i, name] of (['r8', 'rdx', 'rcx', 'rax'] as const).entries())
      assert.equal(told(registers.get(x64[name])), `${i}`);
  });

  it('know allocations of every size', () => {
    assert.equal(inBody(v1(small(4, 8))), 'rip 1 rsp [2]');
    assert.equal(inBody(v1(small(4, 128))), 'rip 16 rsp [17]');
    assert.equal(inBody(v1(code(7, 1, 0, 0x11))), 'rip 17 rsp [18]');
    const allocating = (bytes: number, ...slots: number[]) =>
      inBody(v1(code(0, 1, ...slots), push(0, RBX)), { rsp: word(0) - bytes });
    assert.equal(allocating(0x7_fff8, 0, 0xffff), POP);
    assert.equal(allocating(0x18, 1, 0x18, 0), POP);
    assert.equal(allocating(0x8001_0018, 1, 0x18, 0x8001), POP);
  });

  it('find what was saved by moves, from rsp or from the frame pointer', () => {
    const near = v1(code(19, 4, R14, 9), code(14, 5, RSI, 0x18, 0), small(4, 0x28));
    assert.equal(inBody(near), 'rip 5 rsp [6] rsi 3 r14 9');
    const framed = unwindInfo({ frame: [RBP, 0x30] }, code(9, 4, R14, 9), code(6, 3), push(1, RBP));
    assert.equal(inBody(framed, { rbp: word(4) + 0x30 }), 'rip 5 rsp [6] rbp 4 r14 13');
    const far = unwindInfo({ frame: [RBP, 0x30] }, code(9, 5, RSI, 0x18, 1), code(6, 3), code(5, 1, 1, 0, 1));
    assert.equal(inBody(far, { rbp: word(4) - 0x1_0000 + 0x30 }), 'rip 4 rsp [5] rsi 7');
  });

  it('pass by XMM registers and what is of no meaning here', () => {
    const xmm = [code(30, 8, 6, 2), code(25, 9, 7, 0x13, 1)];
    const skipped = [...xmm, code(20, 7, 0, 0x100, 0x100), code(15, 6, 1, 0)];
    assert.equal(inBody(v1(...skipped, push(1, RBX))), POP);
  });

  it('leave callee-saved registers alone that were not saved, and know no others', () => {
    const caller = callerIn(only(v1(small(0, 8))), AT).registers;
    for (const name of callee) assert.equal(caller.get(x64[name]), BigInt(0x1000 + x64[name]));
    for (const name of ['rax', 'rcx', 'rdx', 'r8', 'r9', 'r10', 'r11'] as const)
      assert.equal(caller.get(x64[name]), undefined);
  });
});

describe('prologues', () => {
  // The example of "x64 exception handling": mov [rsp+8], rcx; push r15; push r14; push r13; mov eax, size;
  // call __chkstk; sub rsp, rax; lea r13, [rsp+128]
  const pushes = [push(11, R13), push(9, R14), push(7, R15)];
  const info = unwindInfo({ frame: [R13, 128] }, code(32, 3), code(24, 1, 0, 0x20), ...pushes);

  it('are undone as far as they have run', () => {
    const image = only(info);
    const all = 'rip 3 rsp [4] r13 0 r14 1 r15 2';
    assert.deepEqual(steps(image, 0x1000, 0x1005, 0x1007), [RETURN, RETURN, 'rip 1 rsp [2] r15 0']);
    assert.deepEqual(steps(image, 0x1009, 0x100b, 0x1010), ['rip 2 rsp [3] r14 0 r15 1', all, all]);
    assert.equal(step(image, 0x1018), 'rip 35 rsp [36] r13 32 r14 33 r15 34');
    assert.equal(step(image, 0x1015, {}, false), all);
  });

  it('give way to the frame pointer, from which the stack may have grown', () => {
    for (const pc of [0x1020, AT])
      assert.equal(step(only(info), pc, { r13: word(20) + 128 }), 'rip 55 rsp [56] r13 52 r14 53 r15 54');
  });

  it('save by the frame pointer once it is set', () => {
    const header = { prologue: 20, frame: [RBP, 16] };
    const saving = unwindInfo(header, code(14, 4, RSI, 3), code(10, 3), small(5, 0x20), push(1, RBP));
    const rbp = word(10) + 16;
    assert.equal(step(only(saving), 0x100e, { rbp }), 'rip 15 rsp [16] rbp 14 rsi 13');
    assert.equal(step(only(saving), 0x1007, { rbp }), 'rip 5 rsp [6] rbp 4');
    const early = unwindInfo(header, code(10, 3), code(5, 4, RSI, 3));
    assert.equal(step(only(early), 0x1007, { rbp }), 'rip 0 rsp [1] rsi 3');
  });

  it('are those of the caller where a call ends a function, and none of a leaf function', () => {
    const image = row(v1(small(4, 0x28)), v1(small(4, 0x48)));
    assert.equal(step(image, 0x1100, {}, false), 'rip 5 rsp [6]');
    assert.equal(step(image, 0x1100, {}, true), RETURN);
    assert.equal(step(only(v1(small(0, 8))), 0x1300), RETURN);
  });
});

describe('chained unwind information', () => {
  it('goes on with the function that it belongs to', () => {
    const of = { frame: [RBP, 32], parent: [0x1000, 0x1100, xdata(0)] };
    const parent = unwindInfo({ frame: of.frame }, code(10, 3), small(5, 0x40), push(1, RBP));
    const image = row(parent, unwindInfo({ ...of, prologue: 8 }, code(4, 4, RDI, 2)));
    const rbp = word(20) + 32;
    assert.equal(step(image, 0x1103, { rbp }), 'rip 29 rsp [30] rbp 28');
    assert.equal(step(image, 0x1104, { rbp }), 'rip 29 rsp [30] rbp 28 rdi 22');
  });

  it('follows an even number of slots, and may belong to a function further on', () => {
    const parent = [0x1100, 0x1200, xdata(1)];
    const image = row(unwindInfo({ parent }, push(2, R12)), v1(small(5, 0x20), push(1, RBX)));
    assert.equal(step(image, 0x1000), 'rip 5 rsp [6] rbx 4');
    for (const pc of [0x1002, 0x1050]) assert.equal(step(image, pc), 'rip 6 rsp [7] rbx 5 r12 0');
  });

  it('has 32 links at most', () => {
    const entries = Array.from({ length: 34 }, (_, i): Entry => {
      const start = 0x1000 + i * 16;
      const parent = i < 33 ? [start + 16, start + 32, xdata(i + 1)] : [];
      return [start, start + 16, unwindInfo({ parent }, small(0, 8))];
    });
    assert.equal(step({ entries }, 0x1018), 'rip 33 rsp [34]');
    assert.throws(() => step({ entries }, 0x1008), /0x140005000: .* has no end/);
    assert.throws(() => inBody(unwindInfo({ parent: [0x1000, 0x1200, xdata(0)] }, small(0, 8))), Fault);
  });
});

describe('epilogues of version 1', () => {
  const info = v1(small(7, 0x28), push(3, R12), push(1, RBX));
  const NOT_IN_ONE = 'rip 7 rsp [8] rbx 6 r12 5';
  const running = (bytes: number[], unwind = info, values: Values = {}) =>
    step(only(unwind, ...bytes), AT, values);

  it('are run from the instruction on that is next', () => {
    // add rsp, 30h; pop r12; pop rbx; ret
    const image = only(info, 0x48, 0x83, 0xc4, 0x30, 0x41, 0x5c, 0x5b, 0xc3);
    assert.equal(step(image, AT), 'rip 8 rsp [9] rbx 7 r12 6');
    assert.deepEqual(steps(image, AT + 4, AT + 6, AT + 7), [POP_BOTH, POP, RETURN]);
    assert.equal(step(image, AT + 7, {}, false), NOT_IN_ONE);
  });

  it('may start with add or lea of the frame pointer', () => {
    assert.equal(running([0x48, 0x81, 0xc4, 0x30, 1, 0, 0, 0xc3]), 'rip 38 rsp [39]');
    const lea = (frame: number, ...bytes: number[]) => {
      const unwind = unwindInfo({ frame: [frame, 0] }, code(0, 3));
      return running([...bytes, 0xc3], unwind, { rbp: word(20), r13: word(50) });
    };
    assert.equal(lea(RBP, 0x48, 0x8d, 0x65, 0xf0), 'rip 18 rsp [19]');
    assert.equal(lea(RBP, 0x48, 0x8d, 0xa5, 0x80, 0, 0, 0), 'rip 36 rsp [37]');
    assert.equal(lea(R13, 0x49, 0x8d, 0x65, 0x10), 'rip 52 rsp [53]');
    assert.equal(lea(R13, 0x48, 0x8d, 0x65, 0x10), 'rip 50 rsp [51]');
    assert.equal(running([0x48, 0x83, 0xec, 0x30, 0xc3]), NOT_IN_ONE);
  });

  it('end with a return', () => {
    for (const last of [[0xc3], [0xc2, 0, 0], [0xf3, 0xc3], [0xf2, 0xc3]])
      assert.equal(running([0x5b, ...last]), POP);
    for (const last of [[0xf3, 0x90], [0xcc], [0x5c, 0xc3], [0xe8, 0, 0, 0, 0]])
      assert.equal(running([0x5b, ...last]), NOT_IN_ONE);
  });

  it('end with a jump out of the function', () => {
    const jump = (to: number) => [0xe9, ...words(to - AT - 5)];
    const direct = [jump(0x1200), jump(0xfff), jump(0x1000), [0xeb, 0x7e]];
    const imported = [0xff, 0x25, 0, 0, 0, 0];
    const indirect = [imported, [0x48, 0xff, 0xe0], [0x49, 0xff, 0x62, 8], [0xf2, 0x48, 0xff, 0xe1]];
    for (const last of [...direct, ...indirect]) assert.equal(running(last), RETURN);
    const inside = [jump(0x11ff), jump(0x1001), [0xeb, 0x7d], [0xeb, 0x80], [0xff, 0xe0], [0x48, 0xff, 0xd0]];
    for (const last of inside) assert.equal(running(last), NOT_IN_ONE);
  });

  it('do not end with a jump to another part of the function', () => {
    const parent = [0x1000, 0x1100, xdata(0)];
    const image = row(v1(small(4, 0x28)), unwindInfo({ parent }), unwindInfo({ parent }), v1(small(0, 0x48)));
    const jumping = (to: number, from = 0x1100) =>
      step({ ...image, code: { [from]: [0xe9, ...words(to - from - 5)] } }, from);
    for (const to of [0x1010, 0x1200, 0x1100]) assert.equal(jumping(to), 'rip 5 rsp [6]');
    assert.equal(jumping(0x1150, 0x1080), 'rip 5 rsp [6]');
    for (const to of [0x1000, 0x1300, 0x1500]) assert.equal(jumping(to), RETURN);
  });

  it('drop what they pop to other registers', () => {
    const caller = callerIn(only(info, 0x59, 0xc3), AT).registers;
    assert.deepEqual([caller.get(x64.rcx), told(caller.get(x64.rip))], [undefined, '1']);
  });

  it('may be cut off by the end of what can be read', () => {
    const atEnd = (...bytes: number[]) => {
      const start = 0x1_0000 - bytes.length;
      return step({ entries: [[0xff00, 0x1_0000, info]], code: { [start]: bytes } }, start);
    };
    assert.equal(atEnd(0x5b, 0xc3), POP);
    assert.equal(atEnd(0x5b), NOT_IN_ONE);
    assert.equal(atEnd(...Array(200).fill(0x5b), 0xc3), NOT_IN_ONE);
  });
});

describe('epilogues of version 2', () => {
  const body = [small(7, 0x28), push(3, R12), push(1, RBX)];
  const BODY = 'rip 7 rsp [8] rbx 6 r12 5';

  it('are told by their codes, at the end of the function', () => {
    const image = only(v2(oneEpilogue(4), ...body));
    assert.deepEqual(steps(image, 0x11fb, 0x11fc, 0x11fe, 0x11ff), [BODY, POP_BOTH, POP, RETURN]);
    assert.deepEqual([step(image, 0x11ff, {}, false), step(image, 0x1003)], [BODY, POP_BOTH]);
  });

  it('are told by their codes, anywhere, and not by instructions', () => {
    const places = [code(4, 6), code(0x20, 6, 1), code(0x10, 6), code(0, 6)];
    const image = only(v2(...places, ...body), 0xc3);
    for (const pc of [0x10df, 0x10e4, AT, 0x11e0, 0x11f4, 0x11fc]) assert.equal(step(image, pc), BODY);
    assert.deepEqual(steps(image, 0x10e0, 0x10e2, 0x11f3), [POP_BOTH, POP, RETURN]);
    assert.equal(step(only(v2(...body), 0xc3), AT), BODY);
  });

  it('pop flags', () => {
    const image = only(v2(oneEpilogue(3), push(0, RBX), small(0, 8)));
    assert.deepEqual(steps(image, 0x11fd, 0x11fe, 0x11ff), ['rip 2 rsp [3] rbx 0', 'rip 1 rsp [2]', RETURN]);
  });

  it('undo the pushes of the function that theirs is chained to', () => {
    const child = unwindInfo({ version: 2, parent: [0x1000, 0x1100, xdata(0)] }, oneEpilogue(2));
    const image = row(v2(small(5, 0x20), push(1, RBX)), child);
    assert.deepEqual(steps(image, 0x11fd, 0x11fe, 0x11ff), ['rip 5 rsp [6] rbx 4', POP, RETURN]);
  });
});

describe('machine frames', () => {
  it('give the registers that were interrupted', () => {
    const saves = [code(0, 4, RBX, 2), small(0, 0x40)];
    assert.equal(inBody(v1(...saves, code(0, 10, 0))), 'rip 8 rsp 11 rbx 2');
    assert.equal(inBody(v1(...saves, code(0, 10, 1))), 'rip 9 rsp 12 rbx 2');
    assert.ok(!callerIn(only(v1(...saves)), AT).interrupted);
  });

  it('are left by an epilogue that has dropped the error code', () => {
    const image = only(v2(oneEpilogue(3), push(0, RBX), code(0, 10, 1)));
    assert.deepEqual(steps(image, 0x11fd, 0x11fe), ['rip 1 rsp 4 rbx 0', 'rip 0 rsp 3']);
    assert.ok(callerIn(image, 0x11fe).interrupted);
    assert.equal(step(only(v2(oneEpilogue(2), code(0, 10, 1))), 0x11fe), 'rip 0 rsp 3');
  });
});

describe('malformed unwind information', () => {
  it('is told', () => {
    const malformed: Record<string, number[]> = {
      'version 0': unwindInfo({ version: 0 }),
      'version 3': unwindInfo({ version: 3 }),
      'operation 11': v1(code(0, 11)),
      'half an allocation': unwindInfo({ count: 1 }, code(0, 1, 0, 8)),
      'two thirds of a save': unwindInfo({ count: 2 }, code(0, 5, RBX, 8, 0)),
      'a parent that is nowhere': unwindInfo({ parent: [0x1000, 0x1200, 0x7000_0000] }),
    };
    for (const [what, info] of Object.entries(malformed)) assert.throws(() => inBody(info), Fault, what);
    assert.throws(() => inBody(v1(code(0, 3)), { rax: word(4) }), Fault);
    const noPush = only(v2(oneEpilogue(2), push(0, RBX), small(0, 16)));
    assert.throws(() => step(noPush, 0x11ff), Fault);
    assert.equal(step(noPush, AT), 'rip 3 rsp [4] rbx 0');
  });

  it('is told where it, the stack or the frame pointer are not to be had', () => {
    assert.throws(() => step({ entries: [[0x1000, 0x1200, 0x7000_0000]] }, AT), Fault);
    assert.throws(() => inBody(v1(), { rsp: 16 }), Fault);
    assert.throws(() => inBody(v1(small(0, 8)), { rsp: STACK + 8 * (WORDS - 1) }), Fault);
    const registers = registersAt(AT, {});
    registers.set(x64.r13, undefined);
    for (const saved of [code(0, 3), code(0, 4, RBX, 0)]) {
      const { memory, table } = memoryOf(only(unwindInfo({ frame: [R13, 0] }, saved)));
      assert.throws(() => peCaller(memory, table, registers, true), /not known here/);
      assert.throws(() => peCaller(memory, { ...table, start: address(16) }, registers, true), Fault);
    }
  });
});
