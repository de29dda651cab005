// Dies in a function inside of 200 others, as no person writes and a generator of code may.
const depth = 200;
const text = `${'(function inside() { const near = 1; '.repeat(depth)}throw new Error('deep');${'})();'.repeat(depth)}`;
// biome-ignore lint/security/noGlobalEval: the text is what is looked at
(0, eval)(text);
