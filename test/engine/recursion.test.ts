import assert from 'node:assert/strict';
import { findRecursion, foldRecursion } from '../../src/engine/stack/recursion.ts';

/** Indices and gaps as text: "0 1 [2-7] 8". */
const shown = (keys: string, kept: number) =>
  foldRecursion([...keys], kept)
    .map((part) => ('index' in part ? part.index : `[${part.from}-${part.to}]`))
    .join(' ');

describe('recursion in stacks', () => {
  for (const [keys, kept, text] of [
    ['', 2, ''],
    ['abc', 2, '0 1 2'],
    ['aaaa', 2, '0 1 2 3'],
    ['xaaaaaaaay', 2, '0 1 2 [3-6] 7 8 9'],
    ['xabababababababaz', 2, '0 1 2 [3-12] 13 14 15 16'],
    ['abcabcabcabcabcx', 1, '0 1 2 [3-11] 12 13 14 15'],
    ['aaaaaaaabbbbbbbb', 1, '0 [1-6] 7 8 [9-14] 15'],
    ['abcdabceabcf', 1, '0 1 2 3 4 5 6 7 8 9 10 11'],
  ] as const) {
    it(`${keys || 'nothing'} is shown as ${text || 'nothing'}`, () => assert.equal(shown(keys, kept), text));
  }

  it('is found once for a hundred thousand frames', () => {
    const keys = Array.from({ length: 100_000 }, (_, i) => i % 7);
    assert.deepEqual(findRecursion(['first', ...keys, 'last'], 4), [
      { start: 0, end: 1, period: undefined },
      { start: 1, end: 99_996, period: 7 },
      { start: 99_996, end: 100_002, period: undefined },
    ]);
  });
});
