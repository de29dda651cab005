import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DayAfterError, type ErrorCode } from '../../src/engine/errors.ts';
import type { Environment, Limits } from '../../src/engine/evaluate/environment.ts';
import { evaluate, evaluateAsync } from '../../src/engine/evaluate/evaluate.ts';
import { MadeInspector } from '../../src/engine/evaluate/made-inspector.ts';
import { type CoreSession, openDump } from '../../src/engine/session.ts';
import { cacheFolder } from '../support/cache.ts';
import { coreEnvironment } from '../support/core-environment.ts';
import { recordCore } from '../support/cores.ts';
import { canonical } from './evaluate-canonical.ts';

/** What is refused, with a part of the reason. */
const refusals: readonly [string, RegExp][] = [
  ['num = 1', /num is not assigned: a dump cannot be changed/],
  ['nope = 1', /nope is not assigned/],
  ['obj.a = 1', /obj\.a is not assigned: a dump cannot be changed/],
  ['obj.d.e.f += "x"', /is not assigned/],
  ['arr[0]++', /arr\[0\] is not assigned/],
  ['++num', /num is not assigned/],
  ['[num] = arr', /destructuring assignment/],
  ['delete obj.a', /delete is not evaluated/],
  ['arr.push(4)', /push would change an array of the dump/],
  ['arr.sort()', /sort would change an array of the dump/],
  ['arr.reverse()', /reverse would change/],
  ['arr.splice(0)', /builtin that is not evaluated/],
  ['arr.fill(0)', /builtin that is not evaluated/],
  ['map.set(1, 2)', /set would change a Map of the dump/],
  ['set.add(1)', /add would change a Set of the dump/],
  ['map.clear()', /builtin that is not evaluated/],
  ['Object.assign(obj, {})', /would change/],
  ['Object.defineProperty(obj, "a", {})', /would change/],
  ['Object.freeze(obj)', /would change/],
  ['Object.setPrototypeOf(obj, null)', /would change/],
  ['fn(1)', /fn is code of the dump, which is not run/],
  ['arrow(1)', /arrow is code of the dump/],
  ['arr.map(fn)', /code of the dump/],
  ['Point.reads(point)', /Point\.reads is code of the dump/],
  ['new Point(1, 2)', /new Point\(…\) would run code of the dump/],
  ['point.sum', /sum is a getter: it is code of the dump/],
  ['point3.sum', /sum is a getter/],
  ['withGetter.g', /g is a getter/],
  ['({ ...withGetter })', /g is a getter/],
  ['JSON.stringify(withGetter)', /g is a getter/],
  ['own.filter(x => x)', /own\.filter is code of the dump/],
  ['1 instanceof Picky', /Symbol\.hasInstance\] is code of the dump/],
  ['proxy.a', /Proxy/],
  ['"a" in proxy', /Proxy/],
  ['Object.keys(proxy)', /Proxy/],
  ['[...proxy]', /Proxy/],
  ['Array.isArray(proxy)', /Proxy/],
  ['`${proxy}`', /Proxy/],
  ['[...gen]', /next\(\) is code/],
  ['gen.next()', /builtin that is not evaluated/],
  ['promise.then(x => x)', /builtin that is not evaluated/],
  ['list.map(x => x)', /would be built by the constructor of List/],
  ['new Error("x")', /new Error\(…\) is not evaluated/],
  ['new Promise(() => 1)', /not evaluated/],
  ['new Date()', /there is no now/],
  ['Date.now()', /builtin that is not evaluated/],
  ['Math.random()', /builtin that is not evaluated/],
  ['eval("1")', /builtin that is not evaluated/],
  ['Function("return 1")()', /builtin that is not evaluated/],
  ['new Function("return 1")', /new Function\(…\) is not evaluated/],
  ['setTimeout(() => 1)', /code of the dump/],
  ['process.exit()', /code of the dump/],
  ['mapIterator.next()', /builtin that is not evaluated/],
  ['await promise', /await is not evaluated/],
  ['import("fs")', /import is not evaluated/],
  ['function f() {}', /function expressions/],
  ['(function () { return 1; })()', /use an arrow function/],
  ['({ f() { return 1; } })', /use an arrow function/],
  ['({ get f() { return 1; } })', /use an arrow function/],
  ['class A {}', /classes are not evaluated/],
  ['async () => 1', /async functions are not evaluated/],
  ['(() => { throw 1; })()', /throw is not evaluated/],
  ['(() => { try { return 1; } catch { return 2; } })()', /try is not evaluated/],
  ['(() => { var x = 1; return x; })()', /use const or let/],
  ['(() => { for (const k in obj) return k; })()', /for-in is not evaluated/],
  ['const x = 1', /statements are not evaluated/],
  ['if (num) 1', /statements are not evaluated/],
  ['num; str', /statements are not evaluated/],
  ['"x".repeat(1e9)', /too long/],
  ['"x".padEnd(1e9)', /too long/],
  ['(() => { let s = "xx"; for (;;) s += s; })()', /too long/],
  ['new Array(4e9).map(x => x)', /too much memory/],
  ['Array(1e9)', /too much memory/],
  ['2n ** 100000000n', /bigint would be too long/],
  ['1n << 1000000000n', /bigint would be too long/],
  ['(f => f(f))(f => f(f))', /nested more than/],
  [`${'('.repeat(5000)}1${')'.repeat(5000)}`, /nested too deeply/],
  [`${'['.repeat(5000)}1${']'.repeat(5000)}`, /nested too deeply/],
  [`1${' + 1'.repeat(5000)}`, /nested too deeply/],
];

/** What JavaScript itself would not do, with its message. */
const errors: readonly [string, RegExp][] = [
  ['nope', /^nope is not defined$/],
  ['undef.y', /^Cannot read properties of undefined \(reading 'y'\)$/],
  ['nil.y', /^Cannot read properties of null \(reading 'y'\)$/],
  ['obj.nope.y', /^Cannot read properties of undefined \(reading 'y'\)$/],
  ['obj.nope()', /^obj\.nope is not a function$/],
  ['num()', /^num is not a function$/],
  ['[...5]', /^5 is not iterable$/],
  ['sym + ""', /^Cannot convert a Symbol value to a string$/],
  ['1n + 1', /^Cannot mix BigInt and other types/],
  ['[].reduce((a, b) => a)', /^Reduce of empty array with no initial value$/],
  ['JSON.stringify(cyclic)', /circular/],
  ['1 +', /^Unexpected token \(at character 4\)$/],
  ['a b', /^Unexpected token \(at character 3\)$/],
  ['"abc', /^Unterminated string constant \(at character 1\)$/],
  ['/(/.test("")', /^Invalid regular expression/],
  ['', /^the expression is empty$/],
  ['point.#nope', /^Cannot read private member #nope/],
];

/** Ways out of the evaluation into this process. */
const escapes: readonly string[] = [
  '[].constructor.constructor("return process")()',
  '"".constructor.constructor("return process")()',
  '(() => 1).constructor("return process")()',
  '(x => x).__proto__.constructor("return process")()',
  '({}).constructor.constructor("return process")()',
  '/x/.constructor.constructor("return process")()',
  'new Map().constructor.constructor("return process")()',
  '[].map.constructor("return process")()',
  '[].values().next.constructor("return process")()',
  '[].values().constructor.constructor("return process")()',
  'Math.max.constructor("return process")()',
  'Math.max.call.constructor("return process")()',
  'Object.getPrototypeOf(() => 1).constructor("return process")()',
  'Reflect.construct(Function, ["return process"])()',
  'Reflect.apply(Function, null, ["return process"])()',
  'Function.prototype.call.call(Function, null, "return process")()',
  '["return process"].map(Function)[0]()',
  '"return process".replace(/.*/, Function)()',
  'JSON.parse("{}").constructor.constructor("return process")()',
  'Array.from({ length: 1 }, Function)[0]()',
  '((...a) => a).bind(null)(1).constructor.constructor("return process")()',
  '$frame.constructor.constructor("return process")()',
  '(1).constructor.constructor("return process")()',
  'Symbol.iterator.constructor.constructor("return process")()',
  'String.raw.constructor("return process")()',
  '((s) => s.raw.constructor.constructor("return process"))`x`()',
];

describe('expressions that are not evaluated', () => {
  let session: CoreSession;
  let environment: Environment;

  before(async () => {
    const none = join(cacheFolder, 'evaluate-none.json');
    await writeFile(none, '[]');
    const recording = await recordCore(22, 'evaluate.js', { args: [none], inputs: [none], nodeFlags: [] });
    session = await openDump(recording.core, { program: recording.node });
    const frame = {
      function: undefined,
      functionName: 'f',
      url: 'u',
      line: 3,
      column: 4,
      receiver: undefined,
      arguments: [{ kind: 'synthetic', primitive: 7 } as const],
      kind: 'js',
      tier: undefined,
    };
    environment = { ...coreEnvironment(session), frame };
  });

  after(() => session.close());

  function fails(expression: string, code: ErrorCode, reason: RegExp, limits: Limits = {}): void {
    assert.throws(
      () => evaluate(expression, { ...environment, limits }),
      (error) => {
        assert.ok(error instanceof DayAfterError, `${expression}: ${error}`);
        assert.equal(error.code, code, `${expression}: ${error.message}`);
        assert.match(error.message, reason, expression);
        return true;
      },
    );
  }

  function shows(expression: string, text: string): void {
    const inspector = new MadeInspector(environment.inspector);
    assert.equal(canonical(inspector, evaluate(expression, environment), 5), text, expression);
  }

  for (const [expression, reason] of refusals) {
    it(`${expression.slice(0, 60)} is refused`, () => fails(expression, 'REFUSED_EXPRESSION', reason));
  }

  for (const [expression, message] of errors) {
    it(`${expression || 'nothing'} is an error`, () => fails(expression, 'BAD_EXPRESSION', message));
  }

  for (const expression of escapes) {
    it(`${expression} leads nowhere`, () => {
      assert.throws(() => evaluate(expression, environment), DayAfterError);
    });
  }

  it('never gives a value of this process', () => {
    shows('[].constructor === Array && Array.constructor === Function', 'true');
    shows('"".__proto__ === String.prototype && (() => 1).__proto__ === Function.prototype', 'true');
    shows('({}).__proto__.__proto__', 'null');
    shows('typeof globalThis.dayafter', '"undefined"');
    shows('process.pid', String(session.core.pid));
  });

  it('takes private names and values at addresses', () => {
    shows('point.#secret', '42');
    shows('#secret in point', 'true');
    shows('#secret in obj', 'false');
    const preview = environment.inspector.preview(evaluate('obj', environment));
    assert.ok('address' in preview && preview.address);
    const at = `0x${preview.address.toString(16)}`;
    shows(`${at} === 0 ? 1 : ${at}.a`, '1');
    shows(`${at}.d["e"].f`, '"deep"');
    shows(`(${at}).b`, '"two"');
    shows(`Object.is(${at}.c, obj.c)`, 'true');
    assert.deepEqual(evaluate(at, environment), evaluate('obj', environment));
    shows('0x10 + 1', '17');
    shows('[0x10][0]', '16');
    fails('0x10', 'NO_SUCH_OBJECT', /there is no object at 0x10/);
    fails('0x10.a', 'NO_SUCH_OBJECT', /there is no object at 0x10/);
  });

  it('knows the frame', () => {
    shows('$frame.functionName + $frame.line + $frame.arguments[0]', '"f37"');
    assert.throws(() => evaluate('$frame', coreEnvironment(session)), /no frame is selected/);
  });

  it('reads iterators of Maps and Sets from where they stand, and leaves them there', () => {
    for (let times = 0; times < 2; times++) {
      shows('[...mapIterator]', '[[2, "b"], [3, "c"]]');
      shows('Array.from(setIterator)', '[5, 6]');
      shows('new Set(mapKeys)', 'Set {1, 2}');
    }
  });

  it('changes what it made itself', () => {
    shows('[3, 1, 2].sort().concat([...arr].reverse())', '[1, 2, 3, 2, 1, 3]');
    shows('(() => { const o = { n: 1 }; o.n += 2; o.m = o.n; return o; })()', '{"n": 3, "m": 3}');
    shows('arr', '[3, 1, 2]');
  });

  it('stops at the deadline', () => {
    fails('(() => { for (;;) {} })()', 'CANCELLED', /stopped after 0\.05 s/, { deadlineMs: 50 });
    fails('Array.from({ length: 1e6 }, (_, i) => i).map(x => [x].map(y => y * 2))', 'CANCELLED', /stopped/, {
      deadlineMs: 50,
    });
    fails(`/^(a+)+$/.test("${'a'.repeat(40)}b")`, 'CANCELLED', /took too long/, { deadlineMs: 100 });
    fails('[1, , 3].concat(Array.from({ length: 1e6 }, () => 1)).sort(() => 1)', 'CANCELLED', /stopped/, {
      deadlineMs: 50,
    });
  });

  it('can be cancelled, and lets others run meanwhile', async () => {
    const abort = new AbortController();
    let turns = 0;
    const timer = setInterval(() => {
      if (++turns === 3) abort.abort();
    }, 1);
    try {
      const endless = evaluateAsync('(() => { for (;;) {} })()', {
        ...environment,
        limits: { deadlineMs: 60_000, signal: abort.signal },
      });
      await assert.rejects(endless, (error) => error instanceof DayAfterError && error.code === 'CANCELLED');
      assert.equal(turns, 3);
    } finally {
      clearInterval(timer);
    }
  });

  it('stops before the memory is full, or the time is over', () => {
    for (const expression of [
      'Array.from({ length: 1e9 })',
      '(() => { const m = new Map(); for (let i = 0; ; i++) m.set(i, i); })()',
      '(() => { const a = [1]; for (;;) a.push(...a); })()',
      '(() => { let a = []; for (;;) a = [a, "x".repeat(1e6)]; })()',
    ]) {
      assert.throws(
        () => evaluate(expression, { ...environment, limits: { deadlineMs: 2000 } }),
        (error) => error instanceof DayAfterError && /^(CANCELLED|REFUSED_EXPRESSION)$/.test(error.code),
        expression,
      );
    }
  });

  it('gives the same when it is done in slices', async () => {
    const value = await evaluateAsync(
      'Array.from({ length: 30000 }, (_, i) => i % 7).sort().join("").length',
      environment,
    );
    assert.deepEqual(value, { kind: 'synthetic', primitive: 30000 });
  });
});
