// An ES module: imports, exports, a default export, module-level variables.
import { setTimeout as later } from 'node:timers';
import path, { join } from 'node:path';
import * as helper from './lib/helper.mjs';

export const exported = { answer: 42 };
export let counter = 0;
const local = join('a', 'b');
let captured = 'captured';

export default function compute(input) {
  const result = helper.scale(input, exported.answer);
  counter += result;
  return finish(result, () => captured);
}

function finish(value, read) {
  const text = `${local} ${value} ${read()} ${path.sep}`;
  throw new Error(text);
}

later(() => compute(2), 1);
