// Dies where the argument says: in a timer's callback, in an immediate's, in a request's, after it has blocked its loop, or while
// its loop waits. Says before what its timers are.
const childProcess = require('node:child_process');
const fs = require('node:fs');

function fires() {}
function waits() {}
const timers = [
  ['far', setTimeout(fires, 60_000)],
  ['soon', setTimeout(fires, 1500)],
  ['often', setInterval(fires, 40_000)],
  ['loose', setTimeout(fires, 50_000).unref()],
];

function tell() {
  timers.push(['last', setTimeout(fires, 70_000)]);
  const now = timers.at(-1)[1]._idleStart;
  const told = timers.map(([name, t]) => ({
    name,
    dueIn: t._idleStart + t._idleTimeout - now,
    repeat: t._repeat,
    referenced: t.hasRef(),
  }));
  fs.writeSync(1, JSON.stringify({ timers: told, now }));
}

function block(ms) {
  for (const end = Date.now() + ms; Date.now() < end; );
}

const places = {
  timer() {
    setTimeout(function dies() {
      tell();
      process.abort();
    }, 20);
  },
  immediate() {
    setImmediate(function dies() {
      tell();
      process.abort();
    });
    setImmediate(waits);
  },
  blocked() {
    setTimeout(function dies() {
      setImmediate(waits);
      setImmediate(waits).unref();
      block(1800);
      tell();
      process.abort();
    }, 20);
  },
  answer() {
    fs.stat(__filename, function dies() {
      tell();
      process.abort();
    });
  },
  idle() {
    tell();
    const script = `setTimeout(() => process.kill(${process.pid}, 'SIGABRT'), 400)`;
    childProcess.spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
  },
};
places[process.argv[2]]();
