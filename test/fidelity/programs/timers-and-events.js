// Callbacks of Node: an event emitter inside of a timer.
const { EventEmitter } = require('node:events');

class Door extends EventEmitter {
  open(by) {
    this.openedBy = by;
    this.emit('open', by, { at: 1 });
  }
}

const door = new Door();
door.on('open', function onOpen(by, info) {
  const message = `${by} ${info.at}`;
  throw new Error(message);
});
setTimeout((who) => door.open(who), 1, 'visitor');
