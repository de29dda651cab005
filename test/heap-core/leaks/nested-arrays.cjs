// What gathers hangs on an entry of a Map, and is added to over another variable.
const tenants = new Map();
exports.track = function track(name, event) {
  let tenant = tenants.get(name);
  if (!tenant) {
    tenant = { events: [], users: new Map() };
    tenants.set(name, tenant);
  }
  tenant.events.push({ event, at: event * 2.5 });
};
for (let i = 0; i < 30_000; i++) exports.track('acme', i);
process.abort();
