// An array of a million elements, and a string of more than a million parts.
globalThis.million = Array.from({ length: 1_000_000 }, (_, i) => i);
let text = '';
for (let i = 0; i < 1_200_000; i++) text += 'x';
globalThis.text = text;
process.abort();
