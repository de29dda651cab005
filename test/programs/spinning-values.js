// Runs in circles with variables that depend on each other, until a signal from outside ends it.
const { spawn } = require('node:child_process');

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
  return spin(['a', 'b', 'c', 'd'].map((name) => ({ name, visits: 0 })));
}

spawn('sh', ['-c', `sleep 0.7; kill -ABRT ${process.pid}`], { stdio: 'ignore' });
setTimeout(caller, 50);
