import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Expressions over the globals of test/programs/evaluate.js, for which Node and we must give the same value
 * or both an error: one a line.
 */
export const expressions: readonly string[] = readFileSync(
  join(import.meta.dirname, 'evaluate-expressions.txt'),
  'utf8',
)
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('# '));

const atoms = [
  'num',
  'neg',
  'nan',
  'minusZero',
  'big',
  'smallBig',
  'yes',
  'nil',
  'undef',
  'empty',
  'str',
  'digits',
  'sym',
  'arr',
  'words',
  'holes',
  'obj',
  'people[0]',
  'map',
  'set',
  'date',
  'invalid',
  're',
  'err',
  'point',
  'u8',
  'boxed',
  'boxedNumber',
  'fn',
  'none',
  'bare',
  '5',
  '"7"',
  '[7]',
  '({ a: 1 })',
  '1n',
  'inf',
  'arr[0]',
  'obj.a',
  'args',
  'doubles',
];
const binary = [
  '+',
  '-',
  '*',
  '/',
  '%',
  '**',
  '<',
  '<=',
  '>',
  '>=',
  '==',
  '!=',
  '===',
  '!==',
  '&',
  '|',
  '^',
  '<<',
  '>>',
  '>>>',
  '&&',
  '||',
  '??',
  'in',
  'instanceof',
];
const around = [
  (x: string) => `typeof (${x})`,
  (x: string) => `!(${x})`,
  (x: string) => `-(${x})`,
  (x: string) => `+(${x})`,
  (x: string) => `\`<\${${x}}>\``,
  (x: string) => `String(${x})`,
  (x: string) => `Number(${x})`,
  (x: string) => `JSON.stringify(${x})`,
  (x: string) => `[${x}, ${x}].map(v => v)`,
  (x: string) => `(v => v)(${x})`,
  (x: string) => `(${x})?.length`,
  (x: string) => `(${x})?.constructor?.name`,
  (x: string) => `Object.keys(${x})`,
  (x: string) => `[...${x}]`,
  (x: string) => `({ v: ${x} }).v`,
  (x: string) => `(${x}) ? 1 : 2`,
  (x: string) => `(${x})?.toString()`,
  (x: string) => `Object.is(${x}, ${x})`,
  (x: string) => `Boolean(${x})`,
  (x: string) => `Array.isArray(${x})`,
  (x: string) => `(([a, b]) => [b, a])(${x})`,
  (x: string) => `(({ length = 5, a }) => [length, a])(${x})`,
  (x: string) => `(${x}).at(0)`,
  (x: string) => `(${x}).slice(0, 1)`,
  (x: string) => `[1, 2, 3].indexOf(${x})`,
  (x: string) => `mixed.includes(${x})`,
  (x: string) => `(${x}).map(v => [v])`,
  (x: string) => `(${x}).filter(v => v)`,
  (x: string) => `obj[${x}]`,
  (x: string) => `(${x})[0]`,
  (x: string) => `"abc".slice(${x})`,
  (x: string) => `parseInt(${x})`,
  (x: string) => `Math.floor(${x})`,
  (x: string) => `isNaN(${x})`,
];

/** Expressions put together at random, always the same for one seed. */
export function composed(count: number, seed: number): string[] {
  let state = seed;
  const random = (below: number): number => {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const pick = <T>(items: readonly T[]): T => items[random(items.length)]!;
  const make = (depth: number): string => {
    if (depth === 0) return pick(atoms);
    if (random(2) === 0) return pick(around)(make(depth - 1));
    const operator = pick(binary);
    const [left, right] = [make(depth - 1), make(0)];
    return `(${left}) ${operator} (${right})`;
  };
  return Array.from({ length: count }, () => make(1 + random(3)));
}
