const { fill, write, innocents, leaked } = require('./innocents.cjs');
fill(innocents);
globalThis.requestLog = [];
function logRequest(i) {
  // leak
  globalThis.requestLog.push({ url: `/orders/${i}`, headers: { host: 'example.org', agent: `agent ${i}` } });
}
for (let i = 0; i < leaked; i++) logRequest(i);
globalThis.logRequest = logRequest;
write();
