// A reaction of a promise, and a microtask that stops the process.
function stop(value, source) {
  const text = `${value} from ${source}`;
  process.abort();
  return text;
}

const first = Promise.resolve({ step: 1 });
first
  .then((result) => {
    const next = result.step + 1;
    return next;
  })
  .then(function second(number) {
    const doubled = number * 2;
    return stop(doubled, 'then');
  });
