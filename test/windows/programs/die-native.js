// Native code that JavaScript calls writes to address 0.
function load(path) {
  const module = { exports: {} };
  process.dlopen(module, path);
  return module.exports;
}

setTimeout(function later() {
  load(`${__dirname}\\addon.node`);
}, 1);
