// Runs in circles on the main thread, where a signal handler interrupts it for good; another thread takes the
// signal that ends the process.
const { spawn } = require('node:child_process');
const fs = require('node:fs');

process.on('SIGHUP', () => undefined);

/** Takes the token that libuv's signal handler waits for: it lies in the only pipe that blocks. */
function takeToken() {
  for (const fd of fs.readdirSync('/proc/self/fd').map(Number)) {
    if (fd < 3) continue;
    let link = '';
    let flags = 0;
    try {
      link = fs.readlinkSync(`/proc/self/fd/${fd}`);
      flags = Number.parseInt(/flags:\s*(\d+)/.exec(fs.readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))[1], 8);
    } catch {
      continue;
    }
    const isReader = (flags & 0o3) === 0;
    const isBlocking = (flags & 0o4000) === 0;
    if (link.startsWith('pipe:') && isReader && isBlocking) fs.readSync(fd, Buffer.alloc(1));
  }
}

function spin(list) {
  let i = 0;
  let twice = 0;
  let item = list[0];
  for (;;) {
    i = i === 999 ? 0 : i + 1;
    twice = i * 2;
    item = list[i & 3];
    item.visits = twice;
    if (item.visits < 0) return twice;
  }
}

function caller() {
  takeToken();
  return spin(['a', 'b', 'c', 'd'].map((name) => ({ name, visits: 0 })));
}

const { pid } = process;
spawn('sh', ['-c', `sleep 0.7; kill -HUP ${pid}; sleep 0.3; kill -ABRT ${pid}; sleep 1`], { stdio: 'ignore' });
setTimeout(caller, 50);
