const { EventEmitter } = require('node:events');
const { fill, write, innocents, leaked } = require('./innocents.cjs');
fill(innocents);
const bus = new EventEmitter();
bus.setMaxListeners(0);
exports.connect = function connect(i) {
  // leak
  const client = { name: `client ${i}`, buffer: new Array(10).fill(i), state: { open: true } };
  bus.on('message', (message) => client.buffer.push(message)); // leak
};
for (let i = 0; i < leaked; i++) exports.connect(i);
write();
