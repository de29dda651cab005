// Writes a heap snapshot with allocation traces to the file that is named.
'use strict';
const fs = require('node:fs');
const { Session } = require('node:inspector');

const session = new Session();
session.connect();
const out = fs.openSync(process.argv[2], 'w');
session.on('HeapProfiler.addHeapSnapshotChunk', ({ params }) => fs.writeSync(out, params.chunk));
session.post('HeapProfiler.startTrackingHeapObjects', { trackAllocations: true }, () => {
  globalThis.kept = makeThings(200);
  session.post('HeapProfiler.takeHeapSnapshot', { reportProgress: false }, () => {
    fs.closeSync(out);
    process.exit(0);
  });
});

function makeThings(count) {
  const things = [];
  for (let i = 0; i < count; i++) things.push(makeThing(i));
  return things;
}

function makeThing(i) {
  return { i, buffer: new Array(100).fill(i) };
}
