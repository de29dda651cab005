import assert from 'node:assert/strict';
import { ScriptVariables, type VariableUses } from '../../src/engine/v8/scopes/variable-uses.ts';

/** `¦` stands where V8 says that the function begins which sees the variable. */
function usesIn(marked: string, name: string): VariableUses | undefined {
  const at = marked.indexOf('¦');
  assert.ok(at >= 0, 'no function is marked');
  return ScriptVariables.of(marked.replace('¦', ''))?.usesOf(name, at);
}

/** `members how` of each use, and the function around it. */
function shown(marked: string, name: string): string[] {
  return (usesIn(marked, name)?.uses ?? []).map(
    ({ how, members, within }) =>
      `${[...members, how].join('.')} in ${within ? within.name || '(anonymous)' : 'script'}`,
  );
}

describe('uses of a variable, by the text of its script', () => {
  it('are calls of methods and assignments that add, with the functions around them', () => {
    const text = `const seen = new Map();
      seen.set(0, 0);
      function see¦(x) { seen.set(x, x); seen[x] = 1; seen.first = x; seen.last = null; seen.size; f(seen); }
      const look = (x) => seen.get(x)?.push(x);
      class A { static note() { seen.all.list.push(1); } #b() { seen.clear(); } }`;
    assert.deepEqual(shown(text, 'seen'), [
      'set in script',
      'set in see',
      '= in see',
      'first.:= in see',
      'get in look',
      'get().push in look',
      'all.list.push in note',
      'clear in #b',
    ]);
  });

  it('are assignments of something larger, or of something new, not of nothing', () => {
    const text = `let log = '', list = [], head;
      function add¦(x) { log += x; list = [...list, x]; head = { x, next: head }; list = []; head = null; head = x; head = undefined; log = ''; }`;
    assert.deepEqual(shown(text, 'log'), ['= in add']);
    assert.deepEqual(shown(text, 'list'), ['= in add']);
    assert.deepEqual(shown(text, 'head'), ['= in add', ':= in add']);
  });

  it('are of the variable that is in sight there, not of others of its name', () => {
    const text = `const all = [];
      { let all = 1; g(() => all.push(1)); }
      function outer(all) {
        all.add(1);
        return function inner¦() { return all.delete(2); };
      }
      all.push(3);`;
    const uses = usesIn(text, 'all');
    assert.equal(uses?.declaration, text.indexOf('all) {'));
    assert.deepEqual(shown(text, 'all'), ['add in outer', 'delete in inner']);
    assert.deepEqual(shown(text.replace('¦', '').replace('g(()', 'g(¦()'), 'all'), ['push in (anonymous)']);
    assert.deepEqual(shown(text.replace('¦', '').replace('outer(', 'outer¦('), 'all'), ['push in script']);
  });

  it('are found in ECMAScript modules, and with what awaits', () => {
    const text = `import { x } from 'y';
      export const ready = x;
      export default async function wait¦() { await ready; for await (const y of ready.list) y; }`;
    assert.deepEqual(shown(text, 'ready'), ['await in wait']);
  });

  it('of one function are those of any variable or member with a name', () => {
    const text = `class Router {
      use¦(layer) {
        this.stack.push(layer);
        if (layer.stack[0]) other(() => all.of.stack.unshift(0));
        this.stack.list.push(1); stack.add(2); this.stack = [];
      }
      clear() { this.stack.push(3); }
    }`;
    const uses = ScriptVariables.of(text.replace('¦', ''))!.usesIn(text.indexOf('¦'), 'stack');
    assert.deepEqual(
      uses.map(({ code }) => code),
      ['this.stack.push(…)', 'all.of.stack.unshift(…)', 'stack.add(…)'],
    );
  });

  it('are written on one line, cut where it is long', () => {
    const { uses } = usesIn(
      `const a = {}; function f¦() { a\n  .b\n  .push(1); a['${'k'.repeat(500)}'] = 1; }`,
      'a',
    )!;
    assert.deepEqual(uses[0]?.code, 'a .b .push(…)');
    assert.ok(uses[1]!.code.length < 100);
  });

  it('are not told of a name that is not there, nor of a text that is none', () => {
    assert.equal(usesIn('const a = 1; function f¦() {}', 'b'), undefined);
    assert.equal(usesIn('const a = 1; function f¦() { ', 'a'), undefined);
    assert.equal(usesIn(`const a = 1; function f¦() { ${'['.repeat(20_000)} }`, 'a'), undefined);
    const deep = `const a = 1; function f¦() { return ${'-'.repeat(1)}${'(a, '.repeat(3000)}0${')'.repeat(3000)}; }`;
    assert.doesNotThrow(() => usesIn(deep, 'a'));
  });
});
