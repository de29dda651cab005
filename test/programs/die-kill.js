// Ends itself by a signal, as handlers of signals do when they are done.
setTimeout(function later() {
  process.kill(process.pid, 'SIGABRT');
}, 1);
