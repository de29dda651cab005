// The error is made by Node's own code.
const fs = require('node:fs');
setTimeout(function later() {
  fs.readFileSync('/nonexistent/file');
}, 1);
