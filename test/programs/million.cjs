// An array of a million elements, and a string of three million parts.
globalThis.million = Array.from({ length: 1_000_000 }, (_, i) => i);
let text = '';
for (let i = 0; i < 3_000_000; i++) text += 'x';
globalThis.text = text;
process.abort();
