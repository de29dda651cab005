// Loaded into the recorded process before its program: waits for the debugger, and turns process.abort
// into a pause at the same stack.
const inspector = require('node:inspector');
const { isMainThread } = require('node:worker_threads');

if (isMainThread && process.env.ORACLE_LIVE) {
  const abort = process.abort;
  process.abort = function abortAfterPause() {
    // biome-ignore lint/suspicious/noDebugger: this is the pause
    debugger;
    abort();
  };
  inspector.open(0, '127.0.0.1', true);
}
