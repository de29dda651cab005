import assert from 'node:assert/strict';
import { runCode } from '../support/emulated-code.ts';

const run = (code: string, operand: Buffer) => runCode(code, operand).result.subarray(0, 32);

const counted = Buffer.from(Array.from({ length: 32 }, (_, i) => 3 * i + 1));
const [lower, upper] = [counted.subarray(0, 16), counted.subarray(16)];
const zeros = Buffer.alloc(16);
const load = 'c5fe6f07'; // vmovdqu ymm0, [rdi]
const store = 'c5fe7f06'; // vmovdqu [rsi], ymm0
const ret = 'c3';

describe('instructions of x86-64 beyond SSE2', () => {
  const cases: readonly (readonly [what: string, code: string, expected: Buffer])[] = [
    ['vmovdqu moves 32 bytes', `${load} ${store} ${ret}`, counted],
    ['vmovdqa and vmovaps, too', `c5fd6f07 c5fc28c8 c5fd7f0e ${ret}`, counted],
    [
      'vmovups of 16 bytes clears the upper half',
      `${load} c5f81007 ${store} ${ret}`,
      Buffer.concat([lower, zeros]),
    ],
    ['vzeroupper clears upper halves', `${load} c5f877 ${store} ${ret}`, Buffer.concat([lower, zeros])],
    ['instructions of SSE leave them', `${load} 660fefc0 ${store} ${ret}`, Buffer.concat([zeros, upper])],
    [
      'vinsertf128 puts a lower half above',
      `${load} c4e37d18c001 ${store} ${ret}`,
      Buffer.concat([lower, lower]),
    ],
    [
      'vinsertf128 puts memory below',
      `${load} c4e37d18471000 ${store} ${ret}`,
      Buffer.concat([upper, upper]),
    ],
    ['vpxor clears a register', `${load} c5fdefc0 ${store} ${ret}`, Buffer.alloc(32)],
    ['registers above seven are told by VEX', `c57e6f07 c57e7f06 ${ret}`, counted],
    ['vmovntdq stores', `${load} c5fde706 ${ret}`, counted],
  ];
  for (const [what, code, expected] of cases) it(what, () => assert.deepEqual(run(code, counted), expected));

  const roundings: readonly (readonly [mode: number, from: number, to: number])[] = [
    [0x8, 2.5, 2],
    [0x8, 3.5, 4],
    [0x9, -1.25, -2],
    [0xa, -1.25, -1],
    [0xa, 7.0625, 8],
    [0xb, -1.75, -1],
  ];
  for (const [mode, from, to] of roundings) {
    it(`roundsd rounds ${from} to ${to}`, () => {
      const operand = Buffer.alloc(32);
      operand.writeDoubleLE(from);
      const code = `f30f7e07 660f3a0bc00${mode.toString(16)} 660fd606 ${ret}`;
      assert.equal(run(code, operand).readDoubleLE(), to);
    });
    it(`roundss rounds ${from} to ${to}`, () => {
      const operand = Buffer.alloc(32);
      operand.writeFloatLE(from);
      const code = `f30f1007 660f3a0ac00${mode.toString(16)} f30f1106 ${ret}`;
      assert.equal(run(code, operand).readFloatLE(), to);
    });
  }

  it('what is not known is a Fault', () => {
    assert.throws(() => run(`c4e27d90040f ${ret}`, counted), /not known/); // vpgatherdd
    assert.throws(() => run(`660f3a40c008 ${ret}`, counted), /not known/); // dpps
    assert.throws(() => run(`c5fb7cc0 ${ret}`, counted), /not known/); // vhaddps
  });
});
