// The arguments object: sloppy with aliased parameters, strict, and in arrow functions.
function sloppy(first, second) {
  arguments[0] = 'changed';
  const count = arguments.length;
  return strict(first, second, count);
}

function strict(a, b) {
  'use strict';
  a = 'own';
  const all = [...arguments];
  const arrow = () => {
    const inner = arguments.length;
    throw new Error(`${a} ${b} ${inner} ${all.length}`);
  };
  return arrow();
}

sloppy('one', 'two', 'extra');
