import { assumptions } from './assumptions.ts';
import { chain } from './chain.ts';
import { Context, type Ending } from './context.ts';

export interface GeneratedProgram {
  readonly text: string;
  readonly isAsync: boolean;
  readonly ending: Ending;
}

/** What all programs have: `keep` lets values escape, so that V8 does not optimize them away. */
const prelude = `const kept = [];
let next = 0;
function keep(value) { kept[next++ % 50] = value; return value; }
const id = (value) => value;
const holder = { id };
const tag = (parts, ...values) => parts;`;

/**
 * A program of a seed: a chain of functions, the last of which throws or aborts. How each is written and called is
 * drawn. The chain is called for some rounds before, so that V8 may optimize it.
 */
export function generateProgram(seed: number): GeneratedProgram {
  const context = new Context(seed, assumptions);
  const { text, first } = chain(context);
  const isAsync = context.isAsync(1);
  const parts = [
    ...(context.isStrict ? ["'use strict';"] : []),
    prelude,
    ...(context.assumption ? [context.assumption.setup] : []),
    text,
    mainFunction(context.warmUp, isAsync, first.call),
    isAsync
      ? 'main();'
      : context.draw.pick(['main();', 'main();', 'setTimeout(main, 1);', 'process.nextTick(main);']),
  ];
  return { text: `${parts.join('\n')}\n`, isAsync, ending: context.ending };
}

function mainFunction(rounds: number, isAsync: boolean, call: (args: readonly string[]) => string): string {
  const [prefix, awaiting] = isAsync ? ['async ', 'await '] : ['', ''];
  const warmUp = `for (let round = 0; round < ${rounds}; round++) ${awaiting}${call(['false'])};\n`;
  return `${prefix}function main() {\n${rounds > 0 ? warmUp : ''}${awaiting}${call(['true'])};\n}`;
}
