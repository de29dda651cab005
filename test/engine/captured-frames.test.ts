import assert from 'node:assert/strict';
import { capturedFrames } from '../../src/engine/process/captured-frames.ts';

const place = (url: string, line: number, column: number) => ({ url, line, column });
const nowhere = { url: undefined, line: undefined, column: undefined };

describe('frames in the text of an error', () => {
  for (const [line, frame] of [
    ['    at inner (/app/a.js:8:11)', { function: 'inner', ...place('/app/a.js', 8, 11), isAsync: false }],
    ['    at /app/a b (1).js:8:11', { function: '', ...place('/app/a b (1).js', 8, 11), isAsync: false }],
    [
      '    at async Shop.buy (file:///app/a.mjs:3:1)',
      { function: 'Shop.buy', ...place('file:///app/a.mjs', 3, 1), isAsync: true },
    ],
    [
      '    at Timeout.later [as _onTimeout] (C:\\app\\a.js:3:1)',
      { function: 'Timeout.later', ...place('C:\\app\\a.js', 3, 1), isAsync: false },
    ],
    ['    at Array.map (<anonymous>)', { function: 'Array.map', ...nowhere, isAsync: false }],
    [
      '    at eval (eval at run (/app/a.js:1:2), <anonymous>:4:5)',
      { function: 'eval', ...place('<anonymous>', 4, 5), isAsync: false },
    ],
    ['RangeError: at home (a:1:2)', undefined],
    ['    at', undefined],
  ] as const) {
    it(line.trim(), () => assert.deepEqual(capturedFrames(`Error: x\n${line}`), frame ? [frame] : []));
  }
});
