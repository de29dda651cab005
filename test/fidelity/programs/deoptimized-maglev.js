// The functions of deoptimized-callers.js in Maglev’s code.
// flags: --maglev --no-turbofan --no-concurrent-recompilation
// tier: maglev price sum
// lines: 24 26
require('./deoptimized-callers.js');
