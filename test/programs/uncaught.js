// Dies of an uncaught throw in a timer, with values of many kinds in reach of the stack.
class Session {
  constructor(id) {
    this.id = id;
    this.user = { name: `user${id}`, tags: ['a', 'b', String(id)] };
    this.when = new Date(1700000000000 + id);
    this.pattern = /ab+c/gi;
    this.map = new Map([[id, { x: 1 }]]);
    this.set = new Set([1, 2, id]);
    this.big = 123456789012345678901234567890n;
    this.ratio = 1.5 * id;
    this.symbol = Symbol('hey');
    this.buffer = Buffer.from(`hello${id}`);
    this.floats = new Float64Array([1.5, 2.5]);
    this.promise = Promise.resolve(id);
  }
}

const sessions = Array.from({ length: 1000 }, (_, id) => new Session(id));
globalThis.sessions = sessions;

function inner(text, number) {
  const local = { text, number, deep: { er: [1, 2, 3] } };
  if (number > 2) throw new TypeError(`boom ${text}`);
  return local;
}

function middle(x) {
  const doubled = x * 2;
  return inner('arg-string', doubled);
}

const arrow = (options) => [1].map(function callback(value) {
  return middle(options.n + value);
});

setTimeout(function timerCallback() {
  arrow({ n: 5 });
}, 20);
