// An exported variable of an ECMAScript module lives in a cell of its own.
import innocent from './innocents.cjs';

const { fill, write, innocents, leaked } = innocent;
fill(innocents);
export const results = new Map();
export function lookUp(i) {
  return results.get(i);
}
export function remember(i) {
  // leak
  results.set(i, { value: i, text: `result ${i}`, more: [i, i + 1] });
}
for (let i = 0; i < leaked; i++) {
  remember(i);
  lookUp(i);
}
write();
