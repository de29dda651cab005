'use strict';
// Direct eval in strict code: its variables are its own.
function run(source, scale) {
  const prefix = 'run';
  for (const part of [1, 2]) {
    const scaled = part * scale;
    eval(source);
    if (scaled < 0) return prefix;
  }
}

run('var own = scaled + 1; const twice = own * 2; { let inner = twice; throw new Error(prefix + inner); }', 10);
