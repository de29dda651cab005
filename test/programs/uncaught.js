// Throws through five named functions and a builtin, with a thousand objects of a class alive.
class Session {
  constructor(id) {
    this.id = id;
    this.user = { name: `user${id}`, tags: ['a', 'b', String(id)] };
    this.when = new Date(1700000000000 + id);
    this.map = new Map([[id, { x: 1 }]]);
    this.big = 123456789012345678901234567890n;
  }
}
const sessions = [];
for (let i = 0; i < 1000; i++) sessions.push(new Session(i));
globalThis.sessions = sessions;

function inner(a, b) {
  const local = { a, b, deep: { er: [1, 2, 3] } };
  if (b > 2) throw new TypeError(`boom ${a}`);
  return local;
}

function middle(x) {
  const y = x * 2;
  return inner('arg-string', y);
}

const arrow = (options) => [1].map(function callback(value) {
  return middle(options.n + value);
});

setTimeout(function timerCallback() {
  arrow({ n: 5 });
}, 20);
