// flags: --allow-natives-syntax --sparkplug --no-concurrent-recompilation
// Frames of every tier above one another, with builtins between them, below an error that nothing catches.
const native = (body) => new Function('f', body);
const prepare = native('%PrepareFunctionForOptimization(f)');
const optimize = native('%OptimizeFunctionOnNextCall(f)');
const neverOptimize = native('%NeverOptimizeFunction(f)');
const compileBaseline = native('%CompileBaseline(f)');

class Order {
  #total;
  constructor(id, lines) {
    this.id = id;
    this.lines = lines;
    this.#total = lines.reduce((sum, line) => sum + line.price, 0);
  }
  get total() {
    return this.#total;
  }
}

function interpreted(order, depth) {
  const parts = [order.total, depth];
  for (const part of parts) {
    const scaled = part * 2;
    if (depth > 100) throw new RangeError(`order ${order.id}: ${scaled}`);
  }
  return parts[0];
}

function inlined(order, factor) {
  const weighed = order.total * factor;
  return weighed + interpreted(order, Math.trunc(factor));
}

function optimized(orders, factor, label) {
  let sum = 0.5;
  let count = 0;
  for (const order of orders) {
    sum += inlined(order, factor);
    count++;
  }
  return `${label}: ${sum + count}`.length;
}

function midway(orders, factor, names) {
  const label = names.join();
  return optimized(orders, factor, label) * 2;
}

function baseline(orders, ...factors) {
  const captured = new Map(factors.map((factor, i) => [`factor ${i}`, factor]));
  const each = (factor) => midway(orders, factor, [...captured.keys()]);
  return factors.map(each);
}

function* generator(orders) {
  let given = yield orders.length;
  while (given !== undefined) given = yield baseline(orders, 1, given);
}

function served(orders) {
  const request = { url: '/orders?id=7', started: new Date(1e12), tags: new Set(['a', 'b']) };
  const steps = generator(orders);
  steps.next();
  steps.next(2.5);
  return steps.next(request.url.length * 100.5);
}

/** Maglev where there is one. */
function optimizeMidway(f) {
  try {
    native('%OptimizeMaglevOnNextCall(f)')(f);
  } catch {
    optimize(f);
  }
}

const orders = [1, 2, 3].map((id) => new Order(id, [{ price: id }, { price: 0.25 }]));
neverOptimize(interpreted);
compileBaseline(baseline);
for (const f of [optimized, inlined, midway]) prepare(f);
for (let i = 0; i < 50; i++) midway(orders, 1.5, ['warm']);
optimize(optimized);
optimizeMidway(midway);
midway(orders, 1.5, ['hot']);

setTimeout(() => served(orders), 1);
