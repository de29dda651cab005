// A hot loop: TurboFan inlines two levels; the throw comes from the innermost.
class Particle {
  constructor(x, speed) {
    this.x = x;
    this.speed = speed;
  }
  move(time) {
    const distance = this.speed * time;
    this.x = limit(this.x + distance);
    return this.x;
  }
}

function limit(value) {
  const top = bounds.max;
  if (value > top) throw new RangeError(`beyond ${top}`);
  return value;
}

const bounds = { max: 1e6 };
function simulate(particle, steps, time) {
  let last = 0;
  for (let step = 0; step < steps; step++) {
    last = particle.move(time);
  }
  return last;
}

for (let i = 0; i < 300; i++) simulate(new Particle(0, 1), 1000, 1);
simulate(new Particle(0, 100_001), 1000, 1);
