// Each function has a copy of the interpreter's entry, so that profilers of the system can name its frames.
// flags: --interpreted-frames-native-stack --log-function-events --logfile=/dev/null
class Order {
  #lines = [];
  add(count, price) {
    const line = { count, price };
    this.#lines.push(line);
    return line;
  }
  get total() {
    return this.#lines.reduce((sum, { count, price }) => {
      const cost = check(count * price);
      return sum + cost;
    }, 0);
  }
}

function check(cost) {
  const limit = 100;
  if (cost > limit) throw new RangeError(`too much: ${cost}`);
  return cost;
}

function* totals(orders) {
  for (const order of orders) yield order.total;
}

const cheap = new Order();
cheap.add(2, 30);
const dear = new Order();
dear.add(3, 45);
const all = [...totals([cheap, dear])];
all.sort();
