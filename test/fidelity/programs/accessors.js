// Getters, setters, valueOf, toString and Symbol.toPrimitive.
const account = {
  cents: 1250,
  get euros() {
    const value = this.cents / 100;
    this.rounded = value;
    return value;
  },
  set rounded(amount) {
    const whole = Math.round(amount);
    `${{ toString() { return whole + limit; } }}`;
  },
};
const limit = {
  valueOf() {
    const secret = 42n;
    return +tag + Number(secret);
  },
};
const tag = {
  [Symbol.toPrimitive](hint) {
    throw new Error(`no ${hint}`);
  },
};

account.euros;
