// A native function reads address 0: its first instructions, at the address that is given, are overwritten.
const fs = require('node:fs');
const memory = fs.openSync('/proc/self/mem', 'r+');
fs.writeSync(memory, Buffer.from([0x31, 0xc0, 0x8b, 0x00]), 0, 4, Number(process.argv[2]));
setTimeout(function later() {
  const parent = (function ask() {
    return process.ppid;
  })();
  console.log(parent);
}, 1);
