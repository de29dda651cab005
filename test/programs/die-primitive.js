// Throws something that is no Error.
setTimeout(function later() {
  throw 'just a string';
}, 1);
