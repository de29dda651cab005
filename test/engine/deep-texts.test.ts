import assert from 'node:assert/strict';
import { isAbsent } from '../../src/engine/absence.ts';
import { openDump } from '../../src/engine/session.ts';
import { allocate } from '../../src/engine/v8/scopes/allocate.ts';
import { ScriptSyntax } from '../../src/engine/v8/scopes/script-syntax.ts';
import { ScriptVariables } from '../../src/engine/v8/scopes/variable-uses.ts';
import { recordCore } from '../support/cores.ts';
import { releaseLines } from '../support/releases.ts';

/** Texts of `n` levels, and a depth that is parsed. A text that is too deep for a parser may end the process. */
const texts: Readonly<Record<string, readonly [depth: number, text: (n: number) => string]>> = {
  blocks: [300, (n) => `${'if (a) {'.repeat(n)}a${'}'.repeat(n)}`],
  'else if': [600, (n) => `if (a) {}${' else if (b) {}'.repeat(n)}`],
  parentheses: [200, (n) => `${'('.repeat(n)}1${')'.repeat(n)}`],
  arrays: [200, (n) => `${'['.repeat(n)}${']'.repeat(n)}`],
  objects: [200, (n) => `(${'{ a: '.repeat(n)}1${'}'.repeat(n)})`],
  'functions that are called': [60, (n) => `${'(function () {'.repeat(n)}/a(b)/${'})()'.repeat(n)}`],
  'arrow functions': [200, (n) => `${'x => '.repeat(n)}1`],
  classes: [100, (n) => `${'class A { m() {'.repeat(n)}${'}}'.repeat(n)}`],
  templates: [200, (n) => `${'`${'.repeat(n)}1${'}`'.repeat(n)}`],
  sums: [1500, (n) => `1${' + 1'.repeat(n)}`],
  negations: [1000, (n) => `${'!'.repeat(n)}1`],
  conditions: [400, (n) => `${'a ? b : '.repeat(n)}c`],
  members: [1000, (n) => `a${'.b'.repeat(n)}`],
  calls: [1000, (n) => `a${'()'.repeat(n)}`],
  patterns: [400, (n) => `var ${'['.repeat(n)}a${']'.repeat(n)} = 1`],
  'regular expressions': [8000, (n) => `/${'('.repeat(n)}${')'.repeat(n)}/`],
};

function scopesOf(text: string) {
  return allocate(new ScriptSyntax(text, false), {
    ...{ start: 0, end: text.length, kind: 'script', static: false, strict: false },
    ...{ wrappedArguments: [], hoistsShadowed: true, modulesComplete: true },
  });
}

describe('texts that nest deeply', () => {
  for (const [what, [depth, text]] of Object.entries(texts)) {
    it(`are parsed, ${depth} levels of ${what}`, () => {
      assert.ok(!isAbsent(new ScriptSyntax(text(depth), false).program));
    });

    it(`are refused or parsed, whatever the levels of ${what}`, () => {
      for (const levels of [400, 700, 1000, 1400, 1900, 2500, 4000, 8000, 30_000]) {
        const parsed = scopesOf(text(levels));
        if (isAbsent(parsed)) assert.match(parsed.reason, /nests too deeply|too long a chain|too deep/);
        assert.doesNotThrow(() => ScriptVariables.of(text(levels))?.usesNamed('b'));
      }
    });
  }

  for (const line of releaseLines) {
    it(`leave stacks whole, with a word on the variables (Node ${line})`, async () => {
      const session = await openDump((await recordCore(line, 'nested-deeply.js')).core);
      try {
        const tid = session.core.pid!;
        const { frames } = session.thread(tid);
        const inside = frames.flatMap((frame, i) => (frame.functionName === 'inside' ? [i] : []));
        assert.equal(inside.length, 200);
        const innermost = session.scopes(tid, inside[0]!);
        assert.match(innermost.map(({ note }) => note ?? '').join(), /the text nests too deeply/);
      } finally {
        session.close();
      }
    });
  }
});
