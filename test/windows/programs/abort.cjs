// Loaded before a program: process.abort leaves with a status on Windows, which is nothing to make a dump of. A crash
// in an addon is, and makes hardly anything on the heap.
process.abort = function abort() {
  process.dlopen({ exports: {} }, `${__dirname}\\addon.node`);
};
