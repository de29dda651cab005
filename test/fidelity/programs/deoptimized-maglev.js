// Maglev’s code on the stack that was marked for deoptimization: its calls return to trampolines.
// flags: --maglev --no-turbofan --no-concurrent-recompilation
// tier: maglev price sum
// lines: 24 26
class Item {
  constructor(cost) {
    this.cost = cost;
  }
  tax() {
    return 2;
  }
}

// Called by V8's C++, it is not inlined.
const change = {
  fails: false,
  toJSON() {
    if (!this.fails) return 1;
    // What price and sum were optimized for no longer holds.
    Item.prototype.tax = function dearer() {
      return 3;
    };
    throw new Error('changed');
  },
};

function price(item, rate) {
  const before = item.tax() * rate;
  const changed = JSON.stringify(change);
  return before + changed.length + item.tax();
}

function sum(items) {
  let total = 0;
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    total += item.tax() + price(item, total / 2);
  }
  return total;
}

const items = [new Item(1), new Item(2), new Item(3), new Item(4)];
for (let round = 0; round < 20000; round++) sum(items);
change.fails = true;
sum(items);
