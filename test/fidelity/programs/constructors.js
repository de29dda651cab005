// Constructors, super calls, super properties, new.target, instanceof.
class Shape {
  constructor(name, ...sizes) {
    const created = new.target.name;
    this.name = name;
    this.created = created;
    this.area = this.measure(sizes);
  }
  measure(sizes) {
    return sizes.length;
  }
}
class Square extends Shape {
  constructor(side) {
    const doubled = side * 2;
    super('square', side, side);
    this.doubled = doubled;
  }
  measure([first, ...others]) {
    const count = super.measure(others);
    if (count === 1) throw new RangeError(`cannot measure ${first}`);
    return first * count;
  }
}
class Derived extends Square {}

new Derived(3);
