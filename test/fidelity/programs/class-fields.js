// Class fields, private members, computed names: initializers run in a function of their own.
const computed = 'count';
function fail(text) {
  throw new SyntaxError(text);
}
class Counter {
  #step = 2;
  [computed] = 10;
  label = `counts by ${this.#step}`;
  static kind = 'counter';
  next = ((start) => {
    const value = start + this.#step;
    return fail(`${this.label} ${value}`);
  })(this.count);
  #hidden() {
    return this.#step;
  }
  reveal() {
    return this.#hidden();
  }
}

new Counter();
