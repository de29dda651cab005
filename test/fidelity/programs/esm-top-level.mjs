// The body of an ES module that awaits: a frame of the module itself.
import { scale } from './lib/helper.mjs';

const before = scale(1, 2);
let later = await Promise.resolve('resolved');
export const shown = [before, later];

{
  const block = shown.length;
  stop(block);
}

function stop(count) {
  const text = `${later} ${count}`;
  process.abort();
  return text;
}
