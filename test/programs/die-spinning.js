// Never comes to an end, and is killed from outside: the quote that it waits for is another character.
const { spawn } = require('node:child_process');
function parse(text) {
  let quotes = 0;
  let position = 0;
  while (quotes < 2) {
    if (text[position % text.length] === '"') quotes++;
    position++;
  }
  return position;
}
setTimeout(function later() {
  spawn('sh', ['-c', `sleep 1; kill -ABRT ${process.pid}`], { stdio: 'ignore', detached: true }).unref();
  parse('He said \u201chello\u201d');
}, 1);
