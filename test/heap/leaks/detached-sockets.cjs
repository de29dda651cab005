const { EventEmitter } = require('node:events');
const { fill, write, innocents, leaked } = require('./innocents.cjs');
fill(innocents);
class Connection extends EventEmitter {
  constructor(id) {
    super();
    this.id = id;
    this.destroyed = false;
    this.readBuffer = new Array(16).fill(id);
    this.once('close', () => {
      this.destroyed = true;
    });
  }
}
class Pool {
  constructor() {
    this.connections = new Set();
  }
  open(id) {
    // leak
    const connection = new Connection(id);
    this.connections.add(connection);
    return connection;
  }
}
const pool = new Pool();
exports.serve = function serve(i) {
  pool.open(i).emit('close');
};
for (let i = 0; i < leaked / 2; i++) exports.serve(i);
write();
