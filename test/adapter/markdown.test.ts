import assert from 'node:assert/strict';
import { escaped } from '../../src/adapter/markdown.ts';

describe('a text of a dump in Markdown', () => {
  it('is one line, and no character of it is left that Markdown would take for its own', () => {
    const text = escaped('cache["<img src=x>"]\n# `one` | _two_ *three* ![x](http://a.example/)');
    assert.equal(
      text,
      'cache\\["\\<img src=x\\>"\\] \\# \\`one\\` \\| \\_two\\_ \\*three\\* !\\[x\\](http://a.example/)',
    );
  });
});
