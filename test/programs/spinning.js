// Runs in circles until a signal from outside ends it, somewhere.
const { spawn } = require('node:child_process');

function spin(limit, label) {
  let count = 0;
  const seen = { hits: 0 };
  for (;;) {
    count = (count + 1) % limit;
    if (count === 3) seen.hits++;
    if (seen.hits < 0) break;
  }
  return label + count;
}

function caller() {
  return spin(1000, 'spin');
}

spawn('sh', ['-c', `sleep 0.7; kill -ABRT ${process.pid}`], { stdio: 'ignore' });
setTimeout(caller, 50);
