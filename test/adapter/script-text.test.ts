import assert from 'node:assert/strict';
import { isTextOfScript } from '../../src/configuration/script-text.ts';

describe('the text of a script', () => {
  const typed = 'let a: number = 1;\nconst b = a as any;\n';
  const stripped = 'let a         = 1;\nconst b = a       ;\n\n\n//# sourceURL=/x/a.ts';

  it('is a file’s, line ends and a byte order mark aside', () => {
    assert.ok(isTextOfScript('\uFEFFa\r\nb', 'a\nb'));
    assert.ok(!isTextOfScript('a\nc', 'a\nb'));
  });

  it('is that of a file whose types were blanked out', () => {
    assert.ok(isTextOfScript(typed, stripped));
    assert.ok(isTextOfScript(typed.replaceAll('\n', '\r\n'), stripped));
  });

  it('is not that of a file with other code, other lines, or blanks without a word of Node’s', () => {
    assert.ok(!isTextOfScript(typed.replace('1', '2'), stripped));
    assert.ok(!isTextOfScript(typed.replace(': number', '\n number'), stripped));
    assert.ok(!isTextOfScript(typed, stripped.replace(/\n\n\/\/.*/, '')));
  });
});
