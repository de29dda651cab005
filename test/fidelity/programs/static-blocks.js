// Static blocks and static fields, with private static members.
class Registry {
  static #entries = new Map([['first', 1]]);
  static size = Registry.#entries.size;
  static {
    const limit = 3;
    var total = 0;
    for (const [name, value] of this.#entries) {
      const sum = total + value + limit;
      total = sum;
      if (sum > 3) Registry.#reject(name, sum);
    }
  }
  static #reject(name, sum) {
    const reason = `${name} has ${sum}`;
    throw new RangeError(reason);
  }
}
