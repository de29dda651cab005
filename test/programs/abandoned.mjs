// A module waits for a promise that nobody has.
setTimeout(() => process.abort(), 50);
await new Promise(() => {});
