import type { Context } from './context.ts';
import type { Scope } from './scope.ts';

/** A function of the chain as the one before it sees it. */
export interface Callee {
  readonly isAsync: boolean;
  /** The call with these arguments; the first says whether this round ends the program. */
  readonly call: (args: readonly string[]) => string;
}

/**
 * An expression in which the call stands and is reached once; `value` is a variable or a number. Names that a form
 * declares are its own, so that the call's arguments are not read from their dead zone.
 */
type CallForm = (call: string, value: string) => string;

const anywhere: readonly CallForm[] = [
  (call) => `[1, (${call}), 3]`,
  (call) => `{ k: (${call}), [\`\${7}\`]: 2 }`,
  (call) => `\`x\${typeof (${call})}\``,
  (call, value) => `id(${value}, (${call}))`,
  (call, value) => `(${value}, (${call}))`,
  (call, value) => `(typeof ${value} !== 'none' && (${call}))`,
  (call) => `(null ?? (${call}))`,
  (call) => `(boom || !boom ? (${call}) : 0)`,
  (call) => `holder?.id?.((${call}))`,
  (call) => `[...id([1]), (${call})]`,
  (call) => `{ ...id({}), z: (${call}) }`,
  (call) => `(new (class { constructor(given) { this.given = given; } })((${call}))).given`,
];

const operators: readonly CallForm[] = [
  (call) => `(${call}) instanceof Object`,
  (call) => `void (${call})`,
  (call) => `typeof (${call})`,
  (call) => `!(${call})`,
  (call) => `(typeof (${call}) in {})`,
  (call) => `[, (${call})].length`,
  (call) => `holder[(${call}, 'id')](2)`,
  (call) => `delete holder[(${call}, 'none')]`,
  (call) => `tag\`a\${${call}}b\``,
];

const callbacks: readonly CallForm[] = [
  (call) => `[1, 2].map((each) => each === 1 ? ${call} : each)`,
  (call) => `[2, 1].sort((left, right) => (${call}, left - right))`,
  (call) => `[1].forEach(function (each) { ${call}; })`,
  (call) => `[1].reduce((sum, each) => (${call}, sum + each), 0)`,
  (call) => `[1].flatMap((each) => [${call}])`,
  (call) => `[1].find((each) => (${call}, true))`,
  (call) => `[[1, 2]].map(([first, second = 3]) => ${call})`,
  (call) => `Array.prototype.some.call({ length: 1, 0: 1 }, (each) => (${call}, true))`,
  (call) => `Array.from({ length: 1 }, () => ${call})`,
  (call) => `Array.from(new Map([[1, 2]]), ([from, to]) => ${call})`,
  (call) => `Object.fromEntries([1].map((each) => ['k', ${call}]))`,
  (call) => `new Int8Array(1).map((each) => (${call}, 1))`,
  (call) => `new Map([[1, 2]]).forEach((to, from) => ${call})`,
  (call) => `'abc'.replace(/b/, (found) => (${call}, found))`,
  (call) => `'aXb'.replaceAll('X', () => ${call})`,
  (call) => `JSON.parse('1', (from, to) => (${call}, to))`,
  (call) => `JSON.stringify({ toJSON() { ${call}; return 1; } })`,
  (call) => `structuredClone([1], (${call}, undefined))`,
];

const coercions: readonly CallForm[] = [
  (call) => `String({ toString() { ${call}; return 'z'; } })`,
  (call) => `+{ valueOf() { ${call}; return 1; } }`,
  (call) => `({ [Symbol.toPrimitive]() { ${call}; return 1; } } + 1)`,
];

const accessors: readonly CallForm[] = [
  (call) => `({ get taken() { return ${call}; } }).taken`,
  (call) => `(({ set taken(given) { ${call}; } }).taken = 7)`,
  (call) => `Object.defineProperty({}, 'taken', { get: () => ${call} }).taken`,
  (call) =>
    `(() => { let count = 1; const o = { get taken() { count++; return ${call}; } }; const { taken } = o; return taken; })()`,
];

const proxies: readonly CallForm[] = [
  (call) => `new Proxy({}, { get(target, name) { return ${call}; } }).zip`,
  (call) => `(new Proxy({}, { set() { ${call}; return true; } }).zip = 1)`,
  (call) => `('zip' in new Proxy({}, { has() { ${call}; return true; } }))`,
  (call) => `Object.keys(new Proxy({}, { ownKeys() { ${call}; return []; } }))`,
  (call) => `new Proxy(function () {}, { apply() { return ${call}; } })()`,
  (call) => `new (new Proxy(class {}, { construct() { ${call}; return {}; } }))()`,
];

const generators: readonly CallForm[] = [
  (call) => `[...{ *[Symbol.iterator]() { yield ${call}; } }]`,
  (call) => `[...(function* () { yield* (function* () { yield ${call}; })(); })()]`,
  (call) =>
    `(() => { const steps = (function* () { try { yield 1; } finally { ${call}; } })(); steps.next(); return steps.return(5); })()`,
];

const classes: readonly CallForm[] = [
  (call) => `new (class { field = ${call}; })()`,
  (call) => `(class { static { ${call}; } })`,
  (call) => `(class { static field = ${call}; })`,
  (call) => `(class { [(${call}, 'k')]() {} })`,
  (call) => `(class { get g() { return ${call}; } static get h() { return new this().g; } }).h`,
  (call) =>
    `(class { static #hidden() { return ${call}; } static open() { return this.#hidden(); } }).open()`,
  (call) => `(new (class { get #hidden() { return ${call}; } open() { return this.#hidden; } })()).open()`,
  (call) => `new (class extends (class { constructor() { this.made = ${call}; } }) { })()`,
  (call) =>
    `new (class extends (class { run() { return ${call}; } }) { run() { return super.run(); } })().run()`,
];

const defaults: readonly CallForm[] = [
  (call) => `((given = ${call}) => given)()`,
  (call) => `(({ given = ${call} }) => given)({})`,
  (call) => `(([given = ${call}]) => given)([])`,
  (call) => `(() => { const { one: { two: [three = ${call}] = [] } = {} } = {}; return three; })()`,
  (call) =>
    `(({ length }, [first, ...others], { given = ${call}, ...more }) => [first, others, more, length])('ab', [1, 2, 3], {})`,
];

const functions: readonly CallForm[] = [
  (call) => `(() => ${call})()`,
  (call) => `(function () { return ${call}; })()`,
  (call) => `(function () { 'use strict'; return ${call}; })()`,
  (call) => `(function () { return new.target ?? ${call}; })()`,
  (call) => `(function again(n) { return n > 0 ? again(n - 1) : ${call}; })(3)`,
  (call) => `(function (a, b = () => a, c = eval('1')) { var a = 2; return ${call}; })(1)`,
  (call) => `(function (n) { { function n() { return 1; } } return ${call}; })(1)`,
  (call) => `(function (given) { arguments[0] = 5; const list = arguments; return [list, ${call}]; })(1)`,
  (call) => `((...list) => { for (const each of list) { return ${call}; } })(1, 2)`,
  (call) => `(function () { var q = 1; { let q = 2; { var hoisted = () => q; } } return ${call}; })()`,
  (call) =>
    `(function () { let u; var v = 1; const both = [() => u, () => v]; { const again = both; return ${call}; } })()`,
  (call) =>
    `(function () { switch (1) { case 0: { let hidden = 1; } default: let shown = 2; return [() => shown, ${call}]; } })()`,
  (call) =>
    `(function () { outer: for (let one = 0; one < 2; one++) { for (let two = 0; two < 2; two++) { if (two === 0) continue outer; } } return ${call}; })()`,
  (call) => `(function () { try { return 1; } finally { ${call}; } })()`,
  (call) => `(function () { try { throw 1; } catch { return ${call}; } })()`,
];

const builtins: readonly CallForm[] = [
  (call) => `id.call(null, ${call})`,
  (call) => `id.bind(null)(${call})`,
  (call) => `Function.prototype.call.call(() => ${call})`,
  (call) => `Reflect.apply(function () { return ${call}; }, 3, [])`,
  (call) => `Reflect.construct(function () { this.made = ${call}; }, [])`,
  (call) => `new Function('run', 'return run()')(() => ${call})`,
  (call) => `(0, eval)('(run) => run()')(() => ${call})`,
  (call) => `require('vm').runInThisContext('(run) => run()')(() => ${call})`,
  (call) => `new (require('async_hooks').AsyncLocalStorage)().run(1, () => ${call})`,
  (call) =>
    `require('events').EventEmitter.prototype.emit.call(Object.assign(new (require('events'))(), { _events: { go: () => ${call} } }), 'go')`,
];

/** An exception would end as the rejection of a promise. */
const promises: readonly CallForm[] = [
  (call) => `new Promise((resolve) => { ${call}; resolve(1); })`,
  (call) => `({ async *steps() { ${call}; } }).steps().next()`,
  (call) => `(async () => { ${call}; })()`,
];

/** Around the call of an asynchronous function, which they await. */
const awaits: readonly CallForm[] = [
  (call) => `(await Promise.all([${call}]))[0]`,
  (call) => `(await (async () => await ${call})())`,
  (call) => `(await ${call}.then((given) => given))`,
];

const synchronous: readonly CallForm[] = [
  ...operators,
  ...callbacks,
  ...coercions,
  ...accessors,
  ...proxies,
  ...generators,
  ...classes,
  ...defaults,
  ...functions,
  ...builtins,
];

/** The call of the next function, in an expression. */
export function callExpression(context: Context, scope: Scope, callee: Callee): string {
  const { draw, ending } = context;
  const call = callee.call(['boom', ...Array.from({ length: draw.int(4) }, () => scope.read())]);
  const base = callee.isAsync ? `await ${call}` : call;
  if (draw.chance(0.2)) return base;
  if (callee.isAsync) {
    return draw.chance(0.3) ? draw.pick(awaits)(call, '') : draw.pick(anywhere)(base, scope.read());
  }
  const forms =
    ending === 'abort' ? [...anywhere, ...synchronous, ...promises] : [...anywhere, ...synchronous];
  return draw.pick(forms)(base, scope.read());
}
