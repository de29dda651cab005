// flags: --maglev --no-turbofan --no-concurrent-recompilation
// tier: maglev simulate
// lines: 24 26
// A loop in Maglev code: the frame is still optimized when the process stops.
class Body {
  constructor(x, speed) {
    this.x = x;
    this.speed = speed;
  }
  advance(time) {
    const distance = this.speed * time;
    this.x += distance;
    return distance;
  }
}

function simulate(body, steps, observers, label) {
  let total = 0;
  const point = { x: 0, label };
  for (let step = 0; step < steps; step++) {
    const moved = body.advance(0.5);
    total += moved;
    point.x = total;
    observers[step % observers.length](point, step);
  }
  return total + point.x;
}

let seen = 0;
const observers = [
  (point) => (seen += point.x),
  (point, step) => (seen += step),
  () => (seen -= 1),
  (point) => (seen = point.x),
  () => (seen += 2),
];
for (let round = 0; round < 500; round++) simulate(new Body(0, round), 1000, observers, 'warm');

function stop(point, step) {
  if (step > 10) process.abort();
  return point;
}
simulate(new Body(1, 2), 100, [...observers, stop], 'stopped');
