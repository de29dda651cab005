import { type Callee, callExpression } from './call-forms.ts';
import type { Context } from './context.ts';
import { literal } from './expressions.ts';
import type { Scope } from './scope.ts';
import { deepest, statement } from './statements.ts';

/** Where the call of the next function is written. */
interface Place {
  readonly context: Context;
  readonly scope: Scope;
  readonly callee: Callee;
  readonly nesting: number;
}

const simple: readonly ((call: string, scope: Scope) => string)[] = [
  (call) => (/^([{[(]|function|class|async)/.test(call) ? `;(${call});` : `${call};`),
  (call, scope) => `let ${fresh(scope, true)} = ${call};`,
  (call, scope) => `const ${fresh(scope, false)} = ${call};`,
  (call, scope) => `const { q: ${fresh(scope, false)} = ${call} } = {};`,
  (call, scope) => (scope.traits.mayReturn ? `return ${call};` : `keep(${call});`),
  (call, scope) => {
    const name = scope.assignable();
    return name === undefined ? `keep(${call});` : `${name} = ${call};`;
  },
  (call) => `keep(${call});`,
  (call) => `if (${call}) keep(1);`,
  (call) => `if (${call} === keep) throw 1;`,
  (call) => `for (const each of [${call}]) { keep(each); }`,
  (call) => `for (let step = ${call}; step === keep; ) { keep(step); }`,
  (call) => `while (${call}) { break; }`,
  (call) => `do { keep(${call}); } while (false);`,
  (call) => `switch (${call}) { case 1: keep(1); default: keep(2); }`,
];

const compound: readonly ((place: Place) => string)[] = [
  (place) => `{\n${within(place)}\n}`,
  (place) => `if (keep) {\n${within(place)}\n}`,
  (place) => `${place.context.unique('label')}: {\n${within(place)}\n}`,
  (place) => {
    const tag = place.context.draw.int(2);
    const early = `let early = ${place.scope.read()}; keep(() => early);`;
    return `switch (${tag}) {\ncase 0: ${early}\ncase 1: {\n${within(place)}\n}\n}`;
  },
  (place) => {
    if (place.scope.traits.isStrict) return simpleCall(place);
    const name = place.context.unique('w');
    return `with ({ ${name}: ${place.context.draw.int(9)} }) {\n${within(place, [name])}\n}`;
  },
];

const loops: readonly ((place: Place) => string)[] = [
  (place) => `while (true) {\n${within(place)}\nbreak;\n}`,
  (place) => `for (let i = 0; i < 1; i++) {\n${captured(place, 'i')}${within(place, ['i'])}\n}`,
  (place) => {
    const kind = place.context.draw.pick(['const', 'let']);
    const list = `[${literal(place.context, place.scope)}]`;
    const capture = captured(place, 'e');
    return `for (${kind} e of ${list}) {\n${capture}${within(place, ['e'], kind === 'let')}\n}`;
  },
  (place) => `for (const key in { k1: 1 }) {\n${within(place, ['key'])}\n}`,
  (place) => {
    const list = `[[${place.scope.read()}]]`;
    return `for (const [m, { n = 4 } = {}] of ${list}) {\n${within(place, ['m', 'n'])}\n}`;
  },
];

const handlers: readonly ((place: Place) => string)[] = [
  (place) => `try {\n${within(place)}\n} finally {\nkeep(0);\n}`,
  (place) => `try { keep(1); } finally {\n${within(place)}\n}`,
  (place) => {
    const thrown = `new Error('x${place.context.draw.int(9)}')`;
    const capture = captured(place, 'err');
    return `try { throw ${thrown}; } catch (err) {\n${capture}${within(place, ['err'], true)}\n}`;
  },
  (place) => {
    const thrown = `{ p: ${place.scope.read()}, o: 2 }`;
    return `try { throw ${thrown}; } catch ({ p, ...o }) {\n${within(place, ['p', 'o'], true)}\n}`;
  },
];

/** Functions around the call, which cannot await. */
const functions: readonly ((place: Place) => string)[] = [
  ({ callee }) => `eval(${JSON.stringify(`keep(${callee.call(['boom'])});`)});`,
  (place) => {
    const { scope, context } = place;
    const name = context.unique('sub');
    const traits = { ...scope.traits, isAsync: false, hasReceiver: false, mayReturn: true };
    const body = scope.inner(traits);
    body.declare('z');
    scope.declare(name, { isMutable: false });
    const text = callBlock(context, body, place.callee, place.nesting + 1);
    return `function ${name}(z) {\n${text}\n}\n${name}(${scope.read()});`;
  },
  ({ context, scope, callee, nesting }) => {
    const body = scope.inner({ ...scope.traits, isAsync: false, mayReturn: true });
    return `keep((() => {\n${callBlock(context, body, callee, nesting + 1)}\n})());`;
  },
];

/** A few statements, one of which calls the next function once. */
export function callBlock(context: Context, scope: Scope, callee: Callee, nesting: number): string {
  const count = 1 + context.draw.int(4);
  const at = context.draw.int(count);
  return Array.from({ length: count }, (_, i) =>
    i === at ? callStatement({ context, scope, callee, nesting }) : statement(context, scope, nesting),
  ).join('\n');
}

function callStatement(place: Place): string {
  const { draw } = place.context;
  if (place.nesting > deepest || draw.chance(0.35)) return simpleCall(place);
  const synchronous = place.callee.isAsync ? [] : functions;
  return draw.pick([...compound, ...loops, ...handlers, ...synchronous])(place);
}

function simpleCall({ context, scope, callee }: Place): string {
  return context.draw.pick(simple)(callExpression(context, scope, callee), scope);
}

/** The text of a block that has these names. */
function within(place: Place, names: readonly string[] = [], isMutable = false): string {
  const scope = place.scope.inner();
  for (const name of names) scope.declare(name, { isMutable });
  return callBlock(place.context, scope, place.callee, place.nesting + 1);
}

/** Mostly, V8 keeps a variable elsewhere once a closure captures it. */
function captured({ context }: Place, name: string): string {
  return context.draw.chance(0.5) ? `keep(() => ${name});\n` : '';
}

function fresh(scope: Scope, isMutable: boolean): string {
  const name = scope.freshName();
  scope.declare(name, { isMutable });
  return name;
}
